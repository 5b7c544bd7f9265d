import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { type FoldedOptions, parseFolded, writeFolded } from "../../../profile/formats/folded.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { drawTree, picture, profileOf } from "../picture.ts";

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

  it("reads back what is written", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        // Counts of up to 15 digits can be read.
        profile.samples.values[0] = profile.samples.values[0].map((value) => value % 2 ** 40);
        const text = [...writeFolded(profile)].join("");
        expect([...writeFolded(parseFolded(text))].join("")).toBe(text);
      }),
    );
  });
});
