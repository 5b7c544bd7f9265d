import { lowerBound } from "./cover-tree.ts";
import type { ResolvedFrames, Resolver } from "./resolver.ts";

/** The not yet named locations of one mapping row. */
export interface AddressGroup {
  /** Rows of `Profile.locations`. */
  locations: Int32Array;
  /** Addresses as recorded, one a location. */
  addresses: Float64Array;
  /**
   * Where to look: the address, or for a return address the byte before it, which belongs to the call. (The return
   * address itself may be the next function's first byte: compilers end functions with calls that never return.)
   */
  lookups: Float64Array;
}

/** What a mapping's symbols told of a group; every column has one entry a location of the group. */
export interface GroupNames {
  /** Addresses in the terms of the new mappings. */
  addresses: Float64Array;
  /** Index into `mappings`, or -1: the location stays in its mapping. */
  mapping: Int32Array;
  mappings: MappingVariant[];
  /** Index of an address of `frames`, or -1: no name. */
  frame: Int32Array;
  frames: ResolvedFrames;
}

/** A part of a mapping that becomes a row of its own: a segment of a file, a module of the kernel. */
export interface MappingVariant {
  file: string;
  start: number;
  limit: number;
  fileOffset: number;
  /** Lower-case hex; "" when there is none. */
  buildId: string;
}

/** Names for `lookups` (NaN: none wanted) where the mapping stays as it is. */
export function resolveLookups(
  resolver: Resolver,
  lookups: Float64Array,
): Pick<GroupNames, "frame" | "frames"> {
  const wanted = sortedUnique(lookups);
  const frames = resolver.resolve(wanted);
  const frame = Int32Array.from(lookups, (lookup) =>
    Number.isNaN(lookup) ? -1 : lowerBound(wanted, lookup),
  );
  return { frame, frames };
}

/** Ascending, each once, without NaN. */
export function sortedUnique(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  let length = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (Number.isNaN(sorted[i]) || (length > 0 && sorted[i] === sorted[length - 1])) continue;
    sorted[length++] = sorted[i];
  }
  return sorted.slice(0, length);
}
