import { CoverTree, lowerBound } from "../cover-tree.ts";
import { decodeName } from "../symbol-text.ts";
import { type ElfFile, ElfType, type Section, SectionFlag } from "./elf-file.ts";
import { defaultLayout, type SectionAddress } from "./section-layout.ts";
import { stringBytes } from "./strings.ts";
import { isBetterName, mappingSymbolTest, symbolRank } from "./symbol-preference.ts";
import { SHN_LORESERVE, SHN_UNDEF, type SymbolRow, SymbolType, streamSymbols } from "./symbol-table.ts";

/**
 * Names are compared only where start, kind and binding are equal (aliases). libc has some hundreds of those; a forged
 * file may have millions, of which the first then stay.
 */
const MAX_NAME_COMPARISONS = 100_000;

/**
 * For each address the name of the function symbol that covers it, undefined where none does. One pass over the table;
 * memory goes with the addresses asked for.
 *
 * Of several candidates, in this order:
 * 1. one that has a size and covers the address before one without, which reaches to where the next symbol of its
 *    section begins or ends, and no farther than `reaches` allows;
 * 2. the one that starts nearest below the address (the innermost of nested ones);
 * 3. a function before an untyped label, then global, weak, local;
 * 4. of aliases fewer leading underscores, then the shorter name, then the first in the table.
 */
export function symbolsFor(
  elf: ElfFile,
  table: Section,
  addresses: Float64Array,
  reaches: (value: number, address: number) => boolean = () => true,
): (string | undefined)[] {
  const strings = elf.sections[table.link];
  if (strings === undefined || addresses.length === 0) return new Array(addresses.length).fill(undefined);
  const isCode = Uint8Array.from(elf.sections, (section) => (section.flags & SectionFlag.execute ? 1 : 0));
  const isMappingSymbol = mappingSymbolTest(elf, strings);

  let comparisons = 0;
  const nameAt = (offset: number) => decodeName(stringBytes(elf, strings, offset));
  const isBetterAlias = (symbol: SymbolRow, nameOffset: number) =>
    symbol.nameOffset !== nameOffset &&
    comparisons++ < MAX_NAME_COMPARISONS &&
    isBetterName(nameAt(symbol.nameOffset), nameAt(nameOffset));

  const sized = new Candidates(2 * addresses.length);
  const tree = new CoverTree(addresses.length);
  const unsized = new Candidates(addresses.length);
  /** Highest start or end of any symbol of code, among those above address i - 1 and up to address i. */
  const nearestEdge = new Float64Array(addresses.length).fill(Number.NEGATIVE_INFINITY);

  const layout = defaultLayout(elf);
  // In relocatable files values count from their section.
  const placed = (symbol: SymbolRow): SymbolRow =>
    elf.type === ElfType.relocatable && symbol.section < SHN_LORESERVE
      ? { ...symbol, value: symbol.value + layout(symbol.section) }
      : symbol;

  streamSymbols(elf, table, (row) => {
    const symbol = placed(row);
    const { value, size } = symbol;
    const low = lowerBound(addresses, value);
    if (low >= addresses.length || symbol.section === SHN_UNDEF) return;
    if (
      symbol.type === SymbolType.section ||
      symbol.type === SymbolType.file ||
      symbol.type === SymbolType.tls
    )
      return;
    const rank = symbolRank(symbol, isCode);
    if (rank >= 0 && size > 0) {
      const high = lowerBound(addresses, value + size);
      if (low < high) tree.cover(low, high, (node) => sized.offer(node, symbol, rank, isBetterAlias));
    }
    // What follows serves symbols without size. Absolute and common symbols have no section to end them in.
    if (symbol.section >= SHN_LORESERVE || isCode[symbol.section] !== 1 || isMappingSymbol(symbol)) return;
    if (value > nearestEdge[low]) nearestEdge[low] = value;
    if (size > 0) {
      const behind = lowerBound(addresses, value + size);
      if (behind < addresses.length && value + size > nearestEdge[behind]) nearestEdge[behind] = value + size;
    }
    if (rank >= 0 && size === 0) unsized.offer(low, symbol, rank, isBetterAlias);
  });

  const names: (string | undefined)[] = [];
  const sections = new SectionFinder(elf, layout);
  let nearest = Number.NEGATIVE_INFINITY;
  let label = -1;
  for (let i = 0; i < addresses.length; i++) {
    nearest = Math.max(nearest, nearestEdge[i]);
    if (unsized.nameOffset[i] >= 0) label = i;
    const winner = bestOnPath(tree, sized, i, isBetterAlias);
    if (winner >= 0) names.push(nameAt(sized.nameOffset[winner]));
    else if (
      label >= 0 &&
      unsized.value[label] === nearest &&
      sections.share(nearest, addresses[i]) &&
      reaches(nearest, addresses[i])
    ) {
      names.push(nameAt(unsized.nameOffset[label]));
    } else names.push(undefined);
  }
  return names;
}

/** Columns of the best symbol so far a slot; `nameOffset` -1: none. */
class Candidates {
  readonly value: Float64Array;
  readonly rank: Uint8Array;
  readonly nameOffset: Float64Array;

  constructor(slots: number) {
    this.value = new Float64Array(slots);
    this.rank = new Uint8Array(slots);
    this.nameOffset = new Float64Array(slots).fill(-1);
  }

  offer(
    slot: number,
    symbol: SymbolRow,
    rank: number,
    isBetterAlias: (symbol: SymbolRow, nameOffset: number) => boolean,
  ): void {
    if (this.nameOffset[slot] >= 0) {
      if (symbol.value < this.value[slot]) return;
      if (symbol.value === this.value[slot]) {
        if (rank > this.rank[slot]) return;
        if (rank === this.rank[slot] && !isBetterAlias(symbol, this.nameOffset[slot])) return;
      }
    }
    this.value[slot] = symbol.value;
    this.rank[slot] = rank;
    this.nameOffset[slot] = symbol.nameOffset;
  }
}

/** The node on the path of a leaf that holds the best candidate; -1: none does. */
function bestOnPath(
  tree: CoverTree,
  { value, rank, nameOffset }: Candidates,
  leaf: number,
  isBetterAlias: (symbol: SymbolRow, nameOffset: number) => boolean,
): number {
  let best = -1;
  tree.path(leaf, (node) => {
    if (nameOffset[node] < 0) return;
    if (best >= 0) {
      if (value[node] < value[best]) return;
      if (value[node] === value[best]) {
        if (rank[node] > rank[best]) return;
        if (rank[node] === rank[best]) {
          // Aliases of different sizes lie on different nodes.
          const alias = { nameOffset: nameOffset[node], type: 0, binding: 0, section: 0, value: 0, size: 0 };
          if (!isBetterAlias(alias, nameOffset[best])) return;
        }
      }
    }
    best = node;
  });
  return best;
}

/** Tells whether two addresses lie in one section of code, so that a label's reach ends with its section. */
class SectionFinder {
  readonly #starts: Float64Array;
  readonly #sections: Section[];

  constructor(elf: ElfFile, layout: SectionAddress) {
    this.#sections = elf.sections
      .map((section, index) => ({ ...section, address: layout(index) }))
      .filter((section) => section.flags & SectionFlag.execute && section.size > 0)
      .sort((a, b) => a.address - b.address);
    this.#starts = Float64Array.from(this.#sections, (section) => section.address);
  }

  share(first: number, second: number): boolean {
    const index = lowerBound(this.#starts, first + 1) - 1;
    if (index < 0) return false;
    const { address, size } = this.#sections[index];
    return first - address < size && second - address < size && second >= first;
  }
}
