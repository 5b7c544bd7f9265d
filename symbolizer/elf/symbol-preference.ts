import { decodeName } from "../symbol-text.ts";
import { type ElfFile, Machine, type Section } from "./elf-file.ts";
import { stringBytes } from "./strings.ts";
import { SHN_LORESERVE, SHN_UNDEF, SymbolBinding, type SymbolRow, SymbolType } from "./symbol-table.ts";

/**
 * How well a symbol names code that it covers, smaller is better; -1: it names no code.
 *
 * A function before an untyped label; global before weak before local, as the linker would choose. Comes after the
 * nearer start and before the name (see `symbol-search.ts`). elfutils weighs alike (libdwfl/dwfl_module_addrsym.c),
 * but takes data for code, too.
 */
export function symbolRank(symbol: SymbolRow, isCode: Uint8Array): number {
  if (symbol.section === SHN_UNDEF || symbol.nameOffset === 0) return -1;
  let kind: number;
  if (symbol.type === SymbolType.func || symbol.type === SymbolType.ifunc) kind = 0;
  else if (symbol.type !== SymbolType.noType) return -1;
  // Assembler without `.type`: only what lies in a section of code, since data has such labels as well.
  else if (symbol.section < SHN_LORESERVE && isCode[symbol.section] === 1) kind = 1;
  else return -1;
  const binding =
    symbol.binding === SymbolBinding.global || symbol.binding === SymbolBinding.gnuUnique
      ? 0
      : symbol.binding === SymbolBinding.weak
        ? 1
        : 2;
  return kind * 3 + binding;
}

/** Fewer leading underscores, then shorter: `read` before `__read`, `memcpy` before `__memcpy_chk_alias`. */
export function isBetterName(name: string, than: string): boolean {
  const underscores = (text: string) => text.length - text.replace(/^_+/, "").length;
  const difference = underscores(name) - underscores(than);
  return difference < 0 || (difference === 0 && name.length < than.length);
}

/**
 * Tells the labels by which assemblers mark code and data in a text section (`$x`, `$d`, `$t`, `$x.7`), which name
 * nothing: "ELF for the Arm 64-bit Architecture", "Mapping symbols"; RISC-V psABI has them, too.
 */
export function mappingSymbolTest(elf: ElfFile, strings: Section): (symbol: SymbolRow) => boolean {
  const machines: readonly number[] = [Machine.arm, Machine.aarch64, Machine.riscv];
  if (!machines.includes(elf.machine)) return () => false;
  // Linkers store each such name once, so one decision serves for thousands of labels.
  let knownOffset = -1;
  let known = false;
  return (symbol) => {
    if (symbol.type !== SymbolType.noType || symbol.binding !== SymbolBinding.local || symbol.size !== 0)
      return false;
    if (symbol.nameOffset !== knownOffset) {
      knownOffset = symbol.nameOffset;
      known = /^\$[adtx](\.|$|[0-9a-z_])/.test(decodeName(stringBytes(elf, strings, symbol.nameOffset)));
    }
    return known;
  };
}
