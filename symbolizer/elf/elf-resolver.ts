import { type ResolvedFrames, type Resolver, singleFrames } from "../resolver.ts";
import { type ElfFile, type Section, SectionType } from "./elf-file.ts";
import { pltNames } from "./plt.ts";
import { symbolsFor } from "./symbol-search.ts";

/**
 * Whether a file has a symbol table: "any" one, or the "full" one that `strip` takes away. Stripped programs keep
 * `.dynsym`; stripped static ones have none.
 */
export function hasSymbols(elf: ElfFile, which: "any" | "full" = "any"): boolean {
  return (
    symbolTable(elf, SectionType.symtab) !== undefined || (which === "any" && dynamicTable(elf) !== undefined)
  );
}

/**
 * Names from symbol tables: the binary's `.symtab`, those of `others` (files with symbols for the same addresses), for what
 * they leave unnamed the binary's `.dynsym`, and stubs of its procedure linkage table. Where there is `.dynsym` only, which has not all functions,
 * `functionAround` tells where the one begins that an address is in.
 */
export function elfResolver(
  elf: ElfFile,
  others: readonly ElfFile[] = [],
  functionAround: (address: number) => number | undefined = () => undefined,
): Resolver {
  const full = [elf, ...others].map((file) => ({ file, table: symbolTable(file, SectionType.symtab) }));
  const reaches = full.some(({ table }) => table !== undefined)
    ? undefined
    : (label: number, address: number) => (functionAround(address) ?? label) <= label;
  const tables = [...full, { file: elf, table: dynamicTable(elf) }];
  const search = (addresses: Float64Array): (string | undefined)[] => {
    let names: (string | undefined)[] = new Array(addresses.length).fill(undefined);
    for (const { file, table } of tables) {
      if (table !== undefined)
        names = fillGaps(names, addresses, (gaps) => symbolsFor(file, table, gaps, reaches));
    }
    return names;
  };
  return {
    resolve(addresses): ResolvedFrames {
      // Stubs first: linkers write no symbols for them, but a label before them may seem to reach over them.
      const stubs = pltNames(elf, addresses, search);
      return singleFrames(fillGaps(stubs, addresses, search));
    },
  };
}

/** The first table of a type that has content. */
function symbolTable(elf: ElfFile, type: number): Section | undefined {
  return elf.sections.find((section) => section.type === type && section.size > 0);
}

function dynamicTable(elf: ElfFile): Section | undefined {
  return symbolTable(elf, SectionType.dynsym);
}

function fillGaps(
  names: (string | undefined)[],
  addresses: Float64Array,
  search: (addresses: Float64Array) => (string | undefined)[],
): (string | undefined)[] {
  const gaps: number[] = [];
  for (let i = 0; i < names.length; i++) if (names[i] === undefined) gaps.push(i);
  if (gaps.length === 0) return names;
  const answers = search(Float64Array.from(gaps, (i) => addresses[i]));
  const filled = names.slice();
  for (let g = 0; g < gaps.length; g++) filled[gaps[g]] = answers[g];
  return filled;
}
