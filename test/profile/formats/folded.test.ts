import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import {
  type FoldedOptions,
  FoldedReader,
  parseFolded,
  writeFolded,
} from "../../../profile/formats/folded.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { expectNoHarm } from "../damage.ts";
import { drawTree, picture, profileOf } from "../picture.ts";
import { bytesInUse, bytesOf, readIn } from "../read.ts";

/** Damaged texts to read, besides those that were cut off. */
const ROUNDS = 800;

const fold = (text: string, options?: FoldedOptions) =>
  [...writeFolded(profileOf(text), options)].join("").trimEnd();

describe("writeFolded", () => {
  it("writes one sorted line a distinct stack, the process first", () => {
    expect(
      fold(`
        comm=sh pid=1 | main;work 1 9
        comm=sh pid=2 | main;work 2 9
        comm=sh pid=1 | main 4 9
        pid=7 | main 5 9
        | b 1 9
        | a>inlined;0x10@/lib/libc.so.6 1 9
        | 1 9
      `),
    ).toBe(
      picture(`
        7;main 5
        [unknown] 1
        a;inlined;libc.so.6+0x10 1
        b 1
        sh;main 4
        sh;main;work 3
      `),
    );
  });

  it("puts threads below processes when asked", () => {
    const text =
      "comm=db pid=3 thread=io tid=4 | main 3\ncomm=db pid=3 thread=io tid=5 | main 4\ncomm=db pid=3 | main 1";
    expect(fold(text)).toBe("db;main 8");
    expect(fold(text, { perThread: true })).toBe("db;io (4);main 3\ndb;io (5);main 4\ndb;main 1");
  });

  it("keeps names from breaking lines and frames", () => {
    const profile = profileOf("a 1\nb 2\nc 3\nd 4\ne 5");
    profile.strings.push("x;y", "two\nlines\r\t\u2028", "", "<script>", " \n");
    profile.functions.name.set([6, 7, 8, 9, 10]);
    expect([...writeFolded(profile)]).toEqual([
      "<script> 4\n",
      "[unknown] 8\n",
      "two lines    2\n",
      "x:y 1\n",
    ]);
  });

  it("writes negative counts, and none that cancel out", () => {
    expect(fold("comm=a pid=1 | f -3\ncomm=a pid=2 | f 3\ng -2")).toBe("g -2");
  });

  it("writes a stack of 100,000 frames", () => {
    const path = `main${";f".repeat(100_000)}`;
    expect(fold(`${path} 3`)).toBe(`${path} 3`);
  });
});

describe("parseFolded", () => {
  it("reads stacks, blank lines and carriage returns", () => {
    const profile = parseFolded("main;work 3\r\n\n  \nmain;work 4\nmain;operator new 1\nlast;;x -2");
    expect(drawTree(profile, { groupBy: "none" })).toBe(
      picture(`
        all 6
          main 8
            work 7 (7)
            operator new 1 (1)
          last -2
            [unknown] -2
              x -2 (-2)
      `),
    );
  });

  it("reads nothing as an empty profile", () => {
    expect(drawTree(parseFolded(""))).toBe("all 0");
  });

  it.each([
    ["main", "Line 2 is no folded stack"],
    ["main ", "Line 2 is no folded stack"],
    ["main x1", "Line 2 is no folded stack"],
    [" 7", "Line 2 is no folded stack"],
    ["main 1.5", "Line 2 is no folded stack"],
    ["main 99999999999999999999", "Line 2 is no folded stack"],
  ])("refuses %j in a sentence", (line, sentence) => {
    const parse = () => parseFolded(`ok 1\n${line}\nok 2`);
    expect(parse).toThrow(ProfileFormatError);
    expect(parse).toThrow(sentence);
  });

  it("reads two counts a line as two sample types, where every line has them", () => {
    const profile = parseFolded("main;work 10 12\nmain;operator new  1 0\nmain;work 1 2\nmain 3 0\n");
    expect(profile.sampleTypes).toEqual([
      { type: "before", unit: "count" },
      { type: "after", unit: "count" },
    ]);
    const expected = (valueIndex: number) => drawTree(profile, { groupBy: "none", valueIndex });
    expect(expected(0)).toBe(
      picture(`
        all 15
          main 15 (3)
            work 11 (11)
            operator new 1 (1)
      `),
    );
    expect(expected(1)).toBe(
      picture(`
        all 14
          main 14
            work 14 (14)
            operator new 0
      `),
    );
    expect(drawTree(parseFolded("main;step 2 10\nmain 3"), { groupBy: "none" })).toContain("step 2 10 (10)");
  });

  it("reads the same in pieces of any size", () => {
    const text = "main;work 3\nmain;work;deep 4\r\nmain;wor 5\nä;b 1\nmain;work;deep 2";
    const whole = [...writeFolded(parseFolded(text))];
    expect(whole).toEqual(["main;wor 5\n", "main;work 3\n", "main;work;deep 6\n", "ä;b 1\n"]);
    for (const size of [1, 2, 5, 13]) {
      expect([...writeFolded(readIn(new FoldedReader(), bytesOf(text), size))]).toEqual(whole);
    }
  });

  it("takes no harm from damage", () => {
    for (const text of ["main;work 3\nmain;work;deep -4\n\nb 1\n", "a;b 1 2\na;c 3 4\nb 5 6\n"]) {
      expectNoHarm(
        bytesOf(text),
        (bad) => expect(findDamage(readIn(new FoldedReader(), bad))).toBeUndefined(),
        ROUNDS,
      );
    }
  });

  it("reads 32 MB as they come", () => {
    const reader = new FoldedReader();
    let most = 0;
    let pieces = 0;
    let bytes = 0;
    for (let piece = 0; bytes < 32e6; piece++) {
      const lines: string[] = [];
      for (let line = 0; line < 8000; line++) {
        const at = (piece * 8000 + line) % 50_000;
        lines.push(
          `server;start_thread;project::Worker::run;project::step_${at % 100};project::leaf_${at} ${1 + (at % 7)}\n`,
        );
      }
      const chunk = bytesOf(lines.join(""));
      bytes += chunk.length;
      reader.push(chunk);
      if (++pieces % 8 === 0) most = Math.max(most, bytesInUse());
    }
    expect(reader.finish().samples.length).toBe(50_000);
    expect(most).toBeLessThan(28 * 2 ** 20);
  });

  it("reads back what is written", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        // Counts of up to 15 digits can be read.
        profile.samples.values[0] = profile.samples.values[0].map((value) => value % 2 ** 40);
        const text = [...writeFolded(profile)].join("");
        // Names that end in a number, in every line, read as a first count (docs/formats.md).
        fc.pre(!/^(.* -?\d+ -?\d+\n)+$/.test(text));
        expect([...writeFolded(parseFolded(text))].join("")).toBe(text);
      }),
    );
  });
});
