import type { ElfFile } from "../elf/elf-file.ts";
import type { ResolvedFrames, Resolver } from "../resolver.ts";
import { findPlacedPclntab } from "./find-pclntab.ts";
import { goFrames } from "./go-frames.ts";
import { findInlineTrees } from "./inline-trees.ts";

/** Names, inlined calls and lines of a program of Go by the table that its runtime needs; undefined: it has none that can be read. */
export function goResolver(elf: ElfFile, options: { inlines: boolean }): Resolver | undefined {
  const placed = findPlacedPclntab(elf);
  if (placed.found === undefined) return undefined;
  const { table, address } = placed.found;
  const trees = findInlineTrees(elf, table, address);
  return { resolve: (addresses): Required<ResolvedFrames> => goFrames(table, trees, addresses, options) };
}
