import { type ElfFile, SectionType } from "./elf-file.ts";
import { Fields } from "./layout.ts";
import type { SectionAddress } from "./section-layout.ts";
import { SHN_LORESERVE, SHN_UNDEF, streamSymbols } from "./symbol-table.ts";

const SHN_ABS = 0xfff1;
/** The section's index did not fit and stands in a table of its own (gABI, "Symbol Table"). */
const SHN_XINDEX = 0xffff;

/**
 * The addresses of all symbols of the table in section `tableIndex`, by symbol: value and its section's address, 0 for those
 * not defined here. 8 bytes each, some thousand in a kernel module. undefined: no such table.
 */
export function relocatedSymbols(
  elf: ElfFile,
  tableIndex: number,
  sectionAddress: SectionAddress,
): Float64Array | undefined {
  const table = elf.sections[tableIndex];
  if (table === undefined || table.type !== SectionType.symtab) return undefined;
  if (table.offset + table.size > elf.source.size) return undefined;
  const count = Math.floor(table.size / (elf.is64 ? 24 : 16));
  const address = new Float64Array(count);
  const indices = sectionIndices(elf, tableIndex);
  let i = 0;
  streamSymbols(elf, table, (symbol) => {
    if (i >= count) return;
    const section = symbol.section === SHN_XINDEX ? (indices?.(i) ?? SHN_UNDEF) : symbol.section;
    const isIndex = symbol.section < SHN_LORESERVE || symbol.section === SHN_XINDEX;
    const defined = (isIndex && section !== SHN_UNDEF) || symbol.section === SHN_ABS;
    address[i] = defined ? symbol.value + (isIndex ? sectionAddress(section) : 0) : 0;
    i++;
  });
  return address;
}

function sectionIndices(elf: ElfFile, tableIndex: number): ((symbol: number) => number) | undefined {
  const section = elf.sections.find(
    (other) => other.type === SectionType.symtabIndices && other.link === tableIndex,
  );
  if (section === undefined) return undefined;
  return (symbol) => {
    const bytes = elf.source.read(section.offset + symbol * 4, 4);
    return bytes.length === 4 && symbol * 4 < section.size ? new Fields(bytes, elf).u32(0) : SHN_UNDEF;
  };
}
