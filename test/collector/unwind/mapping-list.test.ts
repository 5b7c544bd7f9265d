import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Mapping } from "../../../collector/process/address-space.ts";
import {
  type MappingList,
  mappingAt,
  mappingList,
  withMapping,
} from "../../../collector/unwind/mapping-list.ts";

const mapping = fc
  .record({
    start: fc.nat(60),
    length: fc.nat(20),
    inode: fc.integer({ min: 1, max: 5 }),
    fileOffset: fc.nat(100),
  })
  .map(({ start, length, inode, fileOffset }): Mapping => {
    return { start, end: start + length, fileOffset, inode, file: `/f${inode}` };
  });

/** What lies at each address, told the plain way. */
function picture(mappings: readonly Mapping[]): string[] {
  const cells: string[] = Array.from({ length: 100 }, () => "");
  for (const { start, end, fileOffset, inode } of mappings) {
    for (let at = start; at < end; at++) cells[at] = `${inode}+${fileOffset + at - start}`;
  }
  return cells;
}

describe("the list of mappings", () => {
  it("hides what a new one covers, stays sorted, and never changes an older list", () => {
    fc.assert(
      fc.property(fc.array(mapping, { maxLength: 30 }), (mappings) => {
        let list: MappingList = [];
        for (const each of mappings) {
          const before = JSON.stringify(list);
          const next = withMapping(list, each);
          expect(JSON.stringify(list)).toBe(before);
          list = next;
        }
        expect(picture(list)).toEqual(picture(mappings));
        for (let i = 1; i < list.length; i++) expect(list[i].start).toBeGreaterThanOrEqual(list[i - 1].end);
      }),
    );
  });

  it("tells the one that holds an address", () => {
    const list = mappingList([
      { start: 0x1000, end: 0x2000, fileOffset: 0, inode: 1, file: "/a" },
      { start: 0x3000, end: 0x4000, fileOffset: 0, inode: 1, file: "/b" },
    ]);
    const held = [0xfff, 0x1000, 0x1fff, 0x2000, 0x3800, 0x4000].map(
      (address) => mappingAt(list, address)?.file,
    );
    expect(held).toEqual([undefined, "/a", "/a", undefined, "/b", undefined]);
    expect(mappingAt([], 0x1000)).toBeUndefined();
  });

  it("is the same list when nothing changes, and takes none of the kernel's addresses", () => {
    const one = { start: 0x1000, end: 0x2000, fileOffset: 0, inode: 1, file: "/a" };
    const list = mappingList([one]);
    expect(withMapping(list, { ...one })).toBe(list);
    const vsyscall = {
      start: 0xffffffffff600000,
      end: 0xffffffffff601000,
      fileOffset: 0,
      inode: 0,
      file: "[vsyscall]",
    };
    expect(withMapping(list, vsyscall)).toBe(list);
  });
});
