import { Machine } from "./elf-file.ts";

/**
 * What a relocation does to the field it names, as far as debug information needs it. S: the symbol's address,
 * A: the addend, P: the field's own address.
 */
export interface RelocationKind {
  /** Width of the field in bytes; 0: variable (ULEB128). */
  bytes: number;
  /**
   * `set`: S + A. `relative`: S + A − P. `add` and `subtract`: the field plus or minus S + A. `none`: nothing is done, as
   * for the places of thread-local variables, which no code address leads to.
   */
  operation: "set" | "relative" | "add" | "subtract" | "none";
  /** Of the lowest byte only the low 6 bits are the field (DW_CFA_advance_loc on RISC-V). */
  sixBits?: boolean;
}

const set = (bytes: number): RelocationKind => ({ bytes, operation: "set" });
const relative = (bytes: number): RelocationKind => ({ bytes, operation: "relative" });
const add = (bytes: number): RelocationKind => ({ bytes, operation: "add" });
const subtract = (bytes: number): RelocationKind => ({ bytes, operation: "subtract" });
const NONE: RelocationKind = { bytes: 0, operation: "none" };

/** By the machines' psABI documents; numbers as in elf.h. Each table is of the types that reach debug sections. */
const KINDS: Record<number, Record<number, RelocationKind>> = {
  [Machine.x86_64]: {
    0: NONE,
    1: set(8), // R_X86_64_64
    2: relative(4), // PC32
    10: set(4), // 32
    11: set(4), // 32S
    12: set(2), // 16
    14: set(1), // 8
    17: NONE, // DTPOFF64
    21: NONE, // DTPOFF32
    24: relative(8), // PC64
  },
  [Machine.i386]: {
    0: NONE,
    1: set(4), // R_386_32
    2: relative(4), // PC32
    20: set(2), // 16
    22: set(1), // 8
    32: NONE, // TLS_LDO_32
  },
  [Machine.aarch64]: {
    0: NONE,
    256: NONE,
    257: set(8), // R_AARCH64_ABS64
    258: set(4), // ABS32
    259: set(2), // ABS16
    260: relative(8), // PREL64
    261: relative(4), // PREL32
    1029: NONE, // TLS_DTPREL64
  },
  [Machine.arm]: {
    0: NONE,
    2: set(4), // R_ARM_ABS32
    3: relative(4), // REL32
    106: NONE, // TLS_LDO32
  },
  [Machine.ppc64]: {
    0: NONE,
    1: set(4), // R_PPC64_ADDR32
    26: relative(4), // REL32
    38: set(8), // ADDR64
    44: relative(8), // REL64
    78: NONE, // DTPREL64
  },
  [Machine.riscv]: {
    0: NONE,
    1: set(4), // R_RISCV_32
    2: set(8), // 64
    8: NONE, // TLS_DTPREL32
    9: NONE, // TLS_DTPREL64
    33: add(1),
    34: add(2),
    35: add(4),
    36: add(8),
    37: subtract(1),
    38: subtract(2),
    39: subtract(4),
    40: subtract(8),
    51: NONE, // RELAX
    52: { bytes: 1, operation: "subtract", sixBits: true }, // SUB6
    53: { bytes: 1, operation: "set", sixBits: true }, // SET6
    54: set(1),
    55: set(2),
    56: set(4),
    57: relative(4), // 32_PCREL
    60: set(0), // SET_ULEB128
    61: subtract(0), // SUB_ULEB128
  },
};

/** The relocations of a machine; undefined: none are known. */
export function relocationKinds(machine: number): Record<number, RelocationKind> | undefined {
  return KINDS[machine];
}
