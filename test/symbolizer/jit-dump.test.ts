import { describe, expect, test } from "vitest";
import { memorySource } from "../../symbolizer/byte-source.ts";
import { firstNamed } from "../../symbolizer/first-named.ts";
import { jitDumpResolver } from "../../symbolizer/jit-dump.ts";
import { perfMapResolver } from "../../symbolizer/perf-map.ts";
import { JitDumpWriter } from "./jit-dump-writer.ts";
import { mutations } from "./judges.ts";

/** A frame of an address, as `name file:line:column`; "-": none. */
function framesAt(bytes: Uint8Array, addresses: readonly number[]): string[] {
  const { frameStart, name, file, line, column } = jitDumpResolver(memorySource(bytes)).resolve(
    Float64Array.from(addresses),
  );
  return addresses.map((_, i) => {
    const row = frameStart[i];
    if (row === frameStart[i + 1]) return "-";
    return [name[row], file?.[row], line?.[row] || "", column?.[row] || ""].join(":").replace(/:+$/, "");
  });
}

const damageOf = (bytes: Uint8Array) => {
  const resolver = jitDumpResolver(memorySource(bytes));
  resolver.resolve(Float64Array.of(0x1000));
  return resolver.damage;
};

/** Beyond 4 GiB, as code made at run time is. */
const AT = 0x7f12_3456_7000;

describe("a dump of code made at run time", () => {
  test("names what lies in it, from the first byte to the last", () => {
    const bytes = new JitDumpWriter()
      .load(AT, 0x40, "evalexpr_0_1")
      .load(AT + 0x40, 8, "next")
      .bytes();
    expect(framesAt(bytes, [AT - 1, AT, AT + 0x3f, AT + 0x40, AT + 0x47, AT + 0x48])).toEqual([
      "-",
      "evalexpr_0_1",
      "evalexpr_0_1",
      "next",
      "next",
      "-",
    ]);
  });

  test("tells of code that was put where other code was: the later record wins", () => {
    const bytes = new JitDumpWriter()
      .load(0x1000, 0x100, "old", 1)
      .load(0x1080, 0x40, "new", 2)
      .load(0x2000, 0x10, "elsewhere", 3)
      .bytes();
    expect(framesAt(bytes, [0x1000, 0x1080, 0x10bf, 0x10c0])).toEqual(["old", "new", "new", "old"]);
  });

  test("tells of code that was moved, with its lines, by the index it had last", () => {
    const bytes = new JitDumpWriter()
      .load(0x1000, 0x20, "wrong", 7)
      .lines(0x2000, [
        [0x2000, 10, 0, "a.c"],
        [0x2010, 11, 0, "a.c"],
      ])
      .load(0x2000, 0x20, "right", 7)
      .move(0x2000, 0x3000, 0x20, 7)
      .move(0x9000, 0x9100, 0x20, 99)
      .load(0x4000, 0x20, "later", 7)
      .bytes();
    expect(framesAt(bytes, [0x300f, 0x3010, 0x9100])).toEqual(["right:a.c:10", "right:a.c:11", "-"]);
  });

  test("has lines, in any order, with their file once or for each; those of the function's own file", () => {
    const bytes = new JitDumpWriter()
      .lines(0x1000, [
        [0x1020, 3, 5, "b.rs"],
        [0x1028, 4, 5, "a.rs"],
        [0x1004, 1, 5, "a.rs"],
        [0x1010, 2, 5, "\xff"],
        [0x1030, 0, 0, "\xff"],
      ])
      .load(0x1000, 0x40, "function")
      .load(0x1040, 0x10, "without")
      .bytes();
    // Before the first line nothing is known, nor at what says that it is no line. Columns are not told but by V8.
    expect(framesAt(bytes, [0x1000, 0x1004, 0x100f, 0x1010, 0x1020, 0x1028, 0x1030, 0x1040])).toEqual([
      "function:a.rs",
      "function:a.rs:1",
      "function:a.rs:1",
      "function:a.rs:2",
      "function:a.rs",
      "function:a.rs:4",
      "function:a.rs",
      "without",
    ]);
  });

  test("has lines for the code that comes next only", () => {
    const lines = [[0x1000, 5, 0, "a.c"]] as const;
    const bytes = new JitDumpWriter()
      .lines(0x1000, lines)
      .load(0x2000, 0x10, "other")
      .load(0x1000, 0x10, "late")
      .bytes();
    expect(framesAt(bytes, [0x1000, 0x2000])).toEqual(["late", "other"]);
  });

  test("of V8 has lines as if an ELF header stood before the code, and right ones of optimized code only", () => {
    const url = "file:///srv/a%20b.mjs";
    const lines = [
      [0x1040, 3, 7, url],
      [0x1050, 4, 9, url],
      [0x1058, 80, 2, "file:///srv/inlined.mjs"],
      [0x1060, 5, 1, url],
    ] as const;
    const moved = (to: number) =>
      lines.map(([at, line, column, file]) => [at + to, line, column, file] as const);
    const bytes = new JitDumpWriter()
      .lines(0x1000, lines)
      .load(0x1000, 0x40, `JS:*work ${url}:2:10`)
      .lines(0x2000, moved(0x1000))
      .load(0x2000, 0x40, `JS:^work ${url}:2:10`)
      .lines(0x3000, moved(0x2000))
      .load(0x3000, 0x40, `JS:+work ${url}:2:10`)
      .bytes();
    const own = "work a b.mjs:2:/srv/a b.mjs";
    expect(framesAt(bytes, [0x1000, 0x1010, 0x1018, 0x1020, 0x2010, 0x3010])).toEqual([
      `${own}:3:7`,
      `${own}:4:9`,
      own,
      `${own}:5:1`,
      own,
      `${own}:4:9`,
    ]);
  });

  test("goes before a perf map, which is asked for what it has not", () => {
    const dump = new JitDumpWriter()
      .lines(0x1000, [[0x1000, 9, 0, "a.c"]])
      .load(0x1000, 0x10, "by dump")
      .bytes();
    const map = new TextEncoder().encode("1000 10 by map\n1010 10 other\n");
    const both = firstNamed([jitDumpResolver(memorySource(dump)), perfMapResolver(memorySource(map))]);
    const { frameStart, name, line } = both.resolve(Float64Array.of(0xfff, 0x1000, 0x1010, 0x1020));
    expect([...frameStart]).toEqual([0, 0, 1, 2, 2]);
    expect(name).toEqual(["by dump", "other"]);
    expect([...(line ?? [])]).toEqual([9, 0]);
  });

  test("that is still being written is read as far as it goes", () => {
    const bytes = new JitDumpWriter().load(0x1000, 0x10, "whole").load(0x1010, 0x10, "half").bytes();
    for (const cut of [1, 30, 60]) {
      const part = bytes.subarray(0, bytes.length - cut);
      expect(framesAt(part, [0x1000, 0x1010])).toEqual(["whole", "-"]);
      expect(damageOf(part)).toBeUndefined();
    }
  });

  test("says what is wrong with it", () => {
    expect(damageOf(new Uint8Array(12))).toBe("has no header");
    expect(damageOf(new JitDumpWriter(0x4454694a).bytes())).toBe(
      "does not begin as one of this machine's byte order does",
    );
    expect(damageOf(new JitDumpWriter(undefined, 9).bytes())).toBe("is of version 9");
    const stuck = new JitDumpWriter().load(0x1000, 8, "first").record(0, new Uint8Array(80), 3).bytes();
    expect(damageOf(stuck)).toMatch(/^is damaged from byte \d+ on$/);
    expect(framesAt(stuck, [0x1000])).toEqual(["first"]);
  });

  test("of any bytes is no reason to throw or to take long", () => {
    const bytes = new JitDumpWriter()
      .lines(0x1000, [
        [0x1000, 1, 1, "a.js"],
        [0x1010, 2, 2, "\xff"],
      ])
      .load(0x1000, 0x40, "JS:*f file:///a.js:1:1", 1)
      .move(0x1000, 0x2000, 0x40, 1)
      .load(0x1020, 0x10, "g", 2)
      .bytes();
    let named = 0;
    for (const changed of mutations(bytes, 3000, 5)) {
      named += framesAt(changed, [0x1000, 0x1010, 0x1028, 0x2000, 0x2010]).filter(
        (name) => name !== "-",
      ).length;
    }
    expect(named).toBeGreaterThan(3000);
  });
});
