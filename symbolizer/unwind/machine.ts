import { type ElfFile, Machine } from "../elf/elf-file.ts";

/** Machines whose call frame information is compiled. */
export type UnwindMachine = "x86-64" | "arm64";

/** DWARF's numbers of the registers that a walk goes by. */
export interface MachineRegisters {
  stackPointer: number;
  framePointer: number;
  /** The column of the return address, as CIEs name it. */
  returnAddress: number;
  /** Whether a return address that no rule tells of is still in its register. */
  linked: boolean;
}

/** System V ABI, x86-64 supplement, figure 3.36; DWARF for the Arm 64-bit Architecture, "DWARF register names". */
export const REGISTERS: Record<UnwindMachine, MachineRegisters> = {
  "x86-64": { stackPointer: 7, framePointer: 6, returnAddress: 16, linked: false },
  arm64: { stackPointer: 31, framePointer: 29, returnAddress: 30, linked: true },
};

/** undefined: no tables for such files. */
export function unwindMachineOf(elf: ElfFile): UnwindMachine | undefined {
  if (!elf.is64 || !elf.littleEndian) return undefined;
  if (elf.machine === Machine.x86_64) return "x86-64";
  return elf.machine === Machine.aarch64 ? "arm64" : undefined;
}
