import { describe, expect, it } from "vitest";
import { AddressSpace, type Mapping } from "../../collector/process/address-space.ts";
import { parseProcMaps } from "../../collector/process/proc-maps.ts";
import { type MappingList, mappingList, withMapping } from "../../collector/unwind/mapping-list.ts";

const BASE = 0x400000;
const NODE = { inode: 7, file: "/bin/node" };

/** `file` is mapped from its beginning at BASE; memory without one has its address for an offset, as records have it. */
function piece(start: number, end: number, of: Pick<Mapping, "inode" | "file"> = NODE): Mapping {
  return { start, end, fileOffset: of.file.startsWith("//") ? start : start - BASE, ...of };
}
const anonymous = (start: number, end: number) => piece(start, end, { inode: 0, file: "//anon" });
const line = ({ start, end, fileOffset, inode, file }: Mapping) =>
  `${start.toString(16)}-${end.toString(16)} r-xp ${fileOffset.toString(16)} 00:00 ${inode} ${file}`;

/** What lies at `address` after mappings that came one after another: for names, and for unwinding. */
function told(address: number, ...mappings: Mapping[]): (string | undefined)[] {
  const space = new AddressSpace();
  let list: MappingList = [];
  for (const [time, mapping] of mappings.entries()) {
    space.add(mapping, time);
    list = withMapping(list, mapping);
  }
  const found = [
    space.find(address, mappings.length),
    list.find(({ start, end }) => start <= address && address < end),
  ];
  return found.map((at) => at && `${at.file} ${(at.fileOffset + (address - at.start)).toString(16)}`);
}

describe("memory without a file", () => {
  it("that takes the place of a file's middle is that file's, also in parts and after a change of its protection", () => {
    const whole = piece(BASE, BASE + 0x9000);
    const moved = anonymous(BASE + 0x2000, BASE + 0x6000);
    const expected = ["/bin/node 3010", "/bin/node 3010"];
    const at = BASE + 0x3010;
    expect(told(at, whole, moved)).toEqual(expected);
    expect(told(at, whole, moved, moved)).toEqual(expected);
    const half = anonymous(BASE + 0x2000, BASE + 0x4000);
    expect(told(at, whole, half, anonymous(BASE + 0x4000, BASE + 0x6000), moved)).toEqual(expected);
  });

  it("is told by /proc/PID/maps alone, too, whatever it is called", () => {
    for (const file of ["", "[anon:huge text]"]) {
      const moved = piece(BASE + 0x2000, BASE + 0x6000, { inode: 0, file });
      const text = [
        piece(BASE, BASE + 0x2000),
        { ...moved, fileOffset: 0 },
        piece(BASE + 0x6000, BASE + 0x9000),
      ]
        .map(line)
        .join("\n");
      const [, shown] = parseProcMaps(text);
      expect(shown).toEqual(piece(BASE + 0x2000, BASE + 0x6000));
      expect(mappingList(parseProcMaps(text))).toHaveLength(3);
    }
  });

  it("is nobody's beside a file, between two, with a hole beside it, or with another part of the file behind", () => {
    const before = piece(BASE, BASE + 0x2000);
    const moved = anonymous(BASE + 0x2000, BASE + 0x6000);
    const behind = piece(BASE + 0x6000, BASE + 0x9000);
    const none = ["//anon 403010", "//anon 403010"];
    const at = BASE + 0x3010;
    expect(told(at, before, moved)).toEqual(none);
    expect(told(at, behind, moved)).toEqual(none);
    expect(told(at, before, { ...behind, file: "/bin/other" }, moved)).toEqual(none);
    expect(told(at, before, { ...behind, inode: 8 }, moved)).toEqual(none);
    expect(told(at, before, { ...behind, start: behind.start + 0x1000 }, moved)).toEqual(none);
    expect(told(at, before, { ...behind, fileOffset: 0x7000 }, moved)).toEqual(none);
    // Memory of run-time code is a file's by name only.
    const shared = { inode: 9, file: "/memfd:doublemapper (deleted)" };
    expect(told(at, piece(BASE, BASE + 0x9000, shared), moved)).toEqual(none);
  });

  it("of a file that is mapped there keeps that name", () => {
    const other = { inode: 0, file: "/dev/zero (deleted)" };
    expect(
      told(BASE + 0x2010, piece(BASE, BASE + 0x9000), piece(BASE + 0x2000, BASE + 0x3000, other)),
    ).toEqual(["/dev/zero (deleted) 2010", "/dev/zero (deleted) 2010"]);
  });
});
