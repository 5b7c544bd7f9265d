import type { Comparison } from "./compare.ts";

/** Why neither judge says what we say, found by reading the file's DWARF. */
export interface KnownDifference {
  file: RegExp;
  /** Of `kindOf`. */
  kind: RegExp;
  reason: string;
  /** Percent that must agree all the same in functions with inline chain and in places, where it is less than elsewhere. */
  atLeast?: { functions: number; places: number };
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    file: /DWARF 2 strict/,
    kind: /chain is longer/,
    // Example: the inlined basic_string::_M_data at 0x6653–0x6658 is a child of the constructor, of which only
    // 0x663c–0x6641 is told.
    reason:
      "DWARF 2 has no DW_AT_ranges, so of a call in several pieces only the first is told, and calls inlined into it lie " +
      "outside their parent: elfutils stops at the function, we at the last call that encloses, LLVM takes each alone",
    atLeast: { functions: 98.5, places: 99.9 },
  },
  {
    file: /\.ko$/,
    kind: /we know nothing/,
    // Example: 0x21a7–0x21af of virtio_net.ko's .text, one nop between put_page and virtnet_alloc_queues.
    reason:
      "padding between functions, which no function's range and no sized symbol holds: elfutils and binutils answer with " +
      "the function before, we with nothing",
    atLeast: { functions: 99.7, places: 99.7 },
  },
];

/** Percent of a file's addresses that must agree with a judge. */
export function required(name: string, usual: number): { functions: number; places: number } {
  const known = KNOWN_DIFFERENCES.find(({ file }) => file.test(name));
  return known?.atLeast ?? { functions: usual, places: usual };
}

/** The kinds of a file's differences with their number and reason. */
export function explained({
  name,
  differences,
}: Comparison): { kind: string; count: number; reason: string }[] {
  const counts = new Map<string, number>();
  for (const { kind } of differences) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({
    kind,
    count,
    reason:
      KNOWN_DIFFERENCES.find((known) => known.file.test(name) && known.kind.test(kind))?.reason ??
      "not explained",
  }));
}
