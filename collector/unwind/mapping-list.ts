import { isSamePart, type Mapping } from "../process/address-space.ts";
import { asMapped } from "../process/moved-code.ts";

/** Addresses from here on belong to the kernel, `[vsyscall]` among them. */
const USER_END = 2 ** 56;

/**
 * The executable mappings that a process has now, sorted by start, not overlapping; never changed, so that a forked child
 * can share its parent's.
 */
export type MappingList = readonly Mapping[];

/** The list with a mapping more, which hides what it covers. The same list when nothing changes. */
export function withMapping(list: MappingList, mapping: Mapping): MappingList {
  const { start, end } = mapping;
  if (!(end > start) || end > USER_END) return list;
  let first = lowerBound(list, start);
  const same = list[first];
  if (same && same.start === start && same.end === end && isSamePart(same, mapping)) return list;
  const changed = list.slice(0, first);
  const rest: Mapping[] = [];
  for (; first < list.length && list[first].start < end; first++) {
    const covered = list[first];
    if (covered.start < start) changed.push({ ...covered, end: start });
    if (covered.end > end) {
      rest.push({ ...covered, start: end, fileOffset: covered.fileOffset + (end - covered.start) });
    }
  }
  changed.push(asMapped(mapping, changed.at(-1), rest[0] ?? list[first]));
  return changed.concat(rest, list.slice(first));
}

/** The mapping that holds `address`. */
export function mappingAt(list: MappingList, address: number): Mapping | undefined {
  const mapping = list[lowerBound(list, address)];
  return mapping !== undefined && mapping.start <= address ? mapping : undefined;
}

/** The list of mappings in any order. */
export function mappingList(mappings: Iterable<Mapping>): MappingList {
  let list: MappingList = [];
  for (const mapping of mappings) list = withMapping(list, mapping);
  return list;
}

/** Index of the first mapping whose end lies behind `address`. */
function lowerBound(list: MappingList, address: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle].end > address) high = middle;
    else low = middle + 1;
  }
  return low;
}
