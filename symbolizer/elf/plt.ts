import { lowerBound } from "../cover-tree.ts";
import { type ElfFile, Machine, type Section, SectionFlag, SectionType } from "./elf-file.ts";
import { Fields } from "./layout.ts";
import { decodeX86PltEntry } from "./plt-entry.ts";
import { sectionName, stringAt } from "./strings.ts";
import { symbolAt } from "./symbol-table.ts";

const ENTRY_BYTES = 16;
const PIECE_BYTES = 1 << 20;
/** Programs with a million relocations have 24 MB. A forged size in a sparse file could claim any number. */
const MAX_RELOCATION_BYTES = 1 << 28;

/**
 * `name@plt` for addresses (ascending) in a procedure linkage table, undefined for all others. The symbol tables hold
 * no names for these stubs: each is decoded to the slot that it jumps through, and the relocation that fills the slot
 * names the function. x86-64 only; elsewhere the stubs stay without names.
 *
 * `namesOfCode` names the resolvers of indirect functions (IRELATIVE has an address instead of a symbol); it is called
 * once at most, with ascending addresses.
 */
export function pltNames(
  elf: ElfFile,
  addresses: Float64Array,
  namesOfCode: (addresses: Float64Array) => (string | undefined)[],
): (string | undefined)[] {
  const names: (string | undefined)[] = new Array(addresses.length).fill(undefined);
  if (elf.machine !== Machine.x86_64 || !elf.is64) return names;
  const bySlot = new Map<number, number[]>();
  const byIndex = new Map<number, number[]>();
  const tables = pltSections(elf);
  if (tables.length === 0) return names;
  for (let i = 0; i < addresses.length; i++) {
    const table = tables.find(({ section }) => {
      const offset = addresses[i] - section.address;
      return offset >= 0 && offset < section.size;
    });
    if (table === undefined) continue;
    const { section, entryBytes } = table;
    const start = Math.floor((addresses[i] - section.address) / entryBytes) * entryBytes;
    const bytes = elf.source.read(section.offset + start, entryBytes);
    const target = decodeX86PltEntry(bytes, section.address + start);
    // The first entry, by which the others reach the dynamic linker, jumps through slot 2, which no relocation fills.
    if (target?.kind === "slot") append(bySlot, target.address, i);
    else if (target?.kind === "index") append(byIndex, target.index, i);
  }
  if (bySlot.size === 0 && byIndex.size === 0) return names;

  const resolverOf = new Map<number, number>();
  for (const relocations of relocationSections(elf)) {
    const isPlt = sectionName(elf, relocations) === ".rela.plt";
    streamRelocations(elf, relocations, (index, slot, symbol, addend) => {
      const wanting = take(bySlot, slot) ?? (isPlt ? take(byIndex, index) : undefined);
      if (wanting === undefined) return;
      const name = symbol === 0 ? undefined : relocationSymbol(elf, relocations, symbol);
      for (const i of wanting) {
        if (symbol === 0) resolverOf.set(i, addend);
        else if (name !== undefined && name !== "") names[i] = `${name}@plt`;
      }
    });
  }
  if (resolverOf.size > 0) {
    const resolvers = Float64Array.from(new Set(resolverOf.values())).sort();
    const found = namesOfCode(resolvers);
    for (const [i, address] of resolverOf) {
      const name = found[lowerBound(resolvers, address)];
      if (name !== undefined) names[i] = `${name}@plt`;
    }
  }
  return names;
}

/** Each slot is answered once: forged relocations may repeat it without end. */
function take(map: Map<number, number[]>, key: number): number[] | undefined {
  const value = map.get(key);
  if (value !== undefined) map.delete(key);
  return value;
}

function append(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

const PLT_SECTION = /^\.i?plt(\.sec|\.got|\.bnd)?$/;

/** At most a handful, found by name and flags. */
function pltSections(elf: ElfFile): { section: Section; entryBytes: number }[] {
  const tables: { section: Section; entryBytes: number }[] = [];
  for (const section of elf.sections) {
    if (section.type !== SectionType.progbits || !(section.flags & SectionFlag.execute)) continue;
    if (!PLT_SECTION.test(sectionName(elf, section))) continue;
    tables.push({ section, entryBytes: section.entrySize === 8 ? 8 : ENTRY_BYTES });
    if (tables.length === 8) break;
  }
  return tables;
}

/** `.rela.plt` first, since it answers nearly all and is small; `.rela.dyn` fills the slots of `.plt.got`. */
function relocationSections(elf: ElfFile): Section[] {
  const byName = new Map<string, Section>();
  for (const section of elf.sections) {
    if (section.type !== SectionType.rela || !(section.flags & SectionFlag.alloc)) continue;
    const name = sectionName(elf, section);
    if (!byName.has(name)) byName.set(name, section);
  }
  const wanted: (Section | undefined)[] = [byName.get(".rela.plt"), byName.get(".rela.dyn")];
  return wanted.filter((section) => section !== undefined);
}

/** Elf64_Rela: slot, info (symbol in the upper half), addend (gABI, "Relocation"). */
function streamRelocations(
  elf: ElfFile,
  section: Section,
  visit: (index: number, slot: number, symbol: number, addend: number) => void,
): void {
  const entry = 24;
  const piece = Math.floor(PIECE_BYTES / entry) * entry;
  const size = Math.min(section.size, MAX_RELOCATION_BYTES);
  let index = 0;
  for (let offset = 0; offset + entry <= size; offset += piece) {
    const bytes = elf.source.read(section.offset + offset, Math.min(piece, size - offset));
    if (bytes.length < entry) return;
    const fields = new Fields(bytes, elf);
    for (let at = 0; at + entry <= bytes.length; at += entry) {
      visit(index++, fields.i64(at), fields.u32(at + (elf.littleEndian ? 12 : 8)), fields.i64(at + 16));
    }
  }
}

function relocationSymbol(elf: ElfFile, relocations: Section, symbolIndex: number): string | undefined {
  const table = elf.sections[relocations.link];
  const strings = table === undefined ? undefined : elf.sections[table.link];
  if (table === undefined || strings === undefined) return undefined;
  const symbol = symbolAt(elf, table, symbolIndex);
  return symbol === undefined ? undefined : stringAt(elf, strings, symbol.nameOffset);
}
