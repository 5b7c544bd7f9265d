import { type ResolvedFrames, type Resolver, singleFrames } from "../resolver.ts";
import { type ElfFile, type Section, SectionType } from "./elf-file.ts";
import { pltNames } from "./plt.ts";
import { symbolsFor } from "./symbol-search.ts";

/** Whether a file has a symbol table at all. Stripped programs keep `.dynsym`; stripped static ones have none. */
export function hasSymbols(elf: ElfFile): boolean {
  return symbolTables(elf).length > 0;
}

/**
 * Names from a binary's own symbol tables: `.symtab`, for what that leaves unnamed `.dynsym`, and stubs of the procedure
 * linkage table. Separate debug files (build-id path, .gnu_debuglink) and MiniDebugInfo have their place in
 * `binary-resolver.ts`.
 */
export function elfResolver(elf: ElfFile): Resolver {
  const tables = symbolTables(elf);
  const search = (addresses: Float64Array): (string | undefined)[] => {
    let names: (string | undefined)[] = new Array(addresses.length).fill(undefined);
    for (const table of tables) names = fillGaps(names, addresses, (gaps) => symbolsFor(elf, table, gaps));
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

/** The table of all symbols, then that of dynamic linking; the first of each that the file has. */
function symbolTables(elf: ElfFile): Section[] {
  const tables = [SectionType.symtab, SectionType.dynsym].map((type) =>
    elf.sections.find((section) => section.type === type && section.size > 0),
  );
  return tables.filter((table) => table !== undefined);
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
