import { describe, expect, it } from "vitest";
import { heaviest } from "../../../cli/view/heaviest.ts";
import { jsonReport, plainReport } from "../../../cli/view/plain.ts";
import { canDrawScreens, capabilities } from "../../../cli/view/terminal/capabilities.ts";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "../../../cli/view/text/fit.ts";
import { hostileProfile } from "../../browser/demo-profile.ts";
import { madeProfile, profileOf } from "../../viewer/made-profile.ts";

const DEMO = profileOf(
  "main;parse;parse;scan 30\nmain;parse 10\nmain;read@l;vfs_read@k 40\nmain;\u202elog\x1b[2J 20",
);

describe("plain output", () => {
  it("has the heaviest functions and stacks", () => {
    expect(plainReport("a.pb.gz", DEMO, heaviest(DEMO, 3), UNICODE_GLYPHS)).toMatchInlineSnapshot(`
      "a.pb.gz: 100 samples of ./demo on build-7 in 10.0 s, 99 Hz per CPU asked
      Dropped: none

      Functions by their own weight, 3 of 4:
          self   total  function
         40.0%   40.0%  vfs_read  [kernel]
         30.0%   30.0%  scan  demo
         20.0%   20.0%  \\u{202e}log\\e[2J  demo

      Stacks by weight, 3 of 4:
         40.0%  demo (4242) → main → read → vfs_read
         30.0%  demo (4242) → main → parse → parse → scan
         20.0%  demo (4242) → main → \\u{202e}log\\e[2J
      "
    `);
  });

  it("says what was lost, and that there is nothing", () => {
    const empty = madeProfile([], {
      drops: [{ cause: "the table was full", count: 7 }],
      warnings: ["no symbols"],
    });
    expect(plainReport("a", empty, heaviest(empty, 3), ASCII_GLYPHS)).toContain(
      "Dropped: 7 samples, the table was full\nNote: no symbols\nNo samples were recorded.\n",
    );
  });

  it("holds nothing that drives a terminal, in text and in JSON", () => {
    const hostile = hostileProfile();
    const data = heaviest(hostile, 1000);
    expect(plainReport("a\x1b[2J", hostile, data, UNICODE_GLYPHS)).toMatch(/^(\n|[^\p{Cc}\p{Cf}\p{Cs}])*$/u);
    const json = jsonReport("a\x1b[2J", hostile, data);
    expect(json).toMatch(/^[ -~]*\n$/);
    expect(JSON.parse(json)).toMatchObject({
      file: "a\x1b[2J",
      functions: data.functions,
      stacks: data.stacks,
    });
  });

  it("tells programs weights, places and callers first", () => {
    expect(JSON.parse(jsonReport("a.pb.gz", DEMO, heaviest(DEMO, 1)))).toEqual({
      file: "a.pb.gz",
      sampleType: { type: "samples", unit: "count" },
      total: 100,
      durationMs: 10_000,
      target: "./demo",
      dropped: [],
      warnings: [],
      functions: [
        { name: "vfs_read", module: "[kernel]", kind: "kernel", file: "", line: 0, self: 40, total: 40 },
      ],
      stacks: [
        {
          self: 40,
          frames: [
            { name: "demo (4242)", module: "", kind: "process" },
            { name: "main", module: "/usr/bin/demo", kind: "user" },
            { name: "read", module: "/usr/lib/x86_64-linux-gnu/libc.so.6", kind: "library" },
            { name: "vfs_read", module: "[kernel]", kind: "kernel" },
          ],
        },
      ],
    });
  });
});

describe("what a terminal can show", () => {
  it.each([
    [{ TERM: "xterm-256color", LANG: "C.UTF-8" }, 256, false],
    [{ TERM: "linux", LANG: "de_DE.utf8" }, 16, false],
    [{ TERM: "screen", LC_ALL: "C", LANG: "C.UTF-8" }, 16, true],
    [{ TERM: "xterm", COLORTERM: "truecolor" }, 256, true],
    [{ TERM: "xterm-256color", NO_COLOR: "1", LC_CTYPE: "en_US.UTF-8" }, 0, false],
    [{ TERM: "vt100", LANG: "C" }, 0, true],
  ])("%j", (env, colors, ascii) => {
    const found = capabilities(env);
    expect([found.colors, found.glyphs.ascii]).toEqual([colors, ascii]);
  });

  it("is no screen without a terminal, or on a dumb one", () => {
    expect(canDrawScreens(true, { TERM: "xterm" })).toBe(true);
    expect(canDrawScreens(false, { TERM: "xterm" })).toBe(false);
    expect(canDrawScreens(true, { TERM: "dumb" })).toBe(false);
    expect(canDrawScreens(true, {})).toBe(false);
  });
});
