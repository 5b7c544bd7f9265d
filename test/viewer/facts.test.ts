import { describe, expect, test } from "vitest";
import { buildCallTree } from "../../profile/call-tree.ts";
import { describeFrame, factsSentence, frameFacts, sliverFacts } from "../../viewer/model/frame-facts.ts";
import { layoutTree } from "../../viewer/model/layout.ts";
import { hiddenSentence, searchSentence } from "../../viewer/model/messages.ts";
import { recordingFacts } from "../../viewer/model/recording-facts.ts";
import { TreeSource } from "../../viewer/model/tree-source.ts";
import { INITIAL_STATE } from "../../viewer/model/view-state.ts";
import { madeProfile, profileOf } from "./made-profile.ts";

/** As the page asks when nothing is grouped. */
const UNGROUPED = { ...INITIAL_STATE, groupBy: "none" as const };
const SAMPLES = { type: "samples", unit: "count" };

describe("recordingFacts", () => {
  test("says what was recorded", () => {
    const facts = recordingFacts(profileOf("main 1234"));
    expect(facts.title).toBe("./demo");
    expect(facts.headline).toEqual([
      "1,234 samples in 10 s",
      "99 Hz per CPU",
      "build-7",
      "2026-11-21 04:00:00 UTC",
    ]);
    expect(Object.fromEntries(facts.details)).toMatchObject({
      Frequency: "99 Hz per CPU asked for, 98.7 Hz achieved",
      Collector: "bpf",
      Kernel: "6.12.1 x86_64",
      "Total cpu": "12.5 s",
    });
    expect(facts.lossSentence).toBe("No samples were lost.");
    expect(facts.losses).toEqual([]);
  });

  test("says what was lost, by cause", () => {
    const facts = recordingFacts(
      madeProfile([{ frames: [{ name: "main" }], count: 990 }], {
        drops: [
          { count: 9, cause: "table full" },
          { count: 1, cause: "stack unreadable" },
        ],
        warnings: ["3 stacks were cut at 127 frames."],
      }),
    );
    expect(facts.lossSentence).toBe("10 samples lost (1.0%); 1 warning.");
    expect(facts.losses).toEqual([
      "9 samples lost: table full",
      "1 sample lost: stack unreadable",
      "3 stacks were cut at 127 frames.",
    ]);
  });

  test("of a profile that stapflame did not record does not claim anything", () => {
    const facts = recordingFacts({ ...profileOf("main 5"), comments: ["made by hand"] });
    expect(facts.title).toBe("Profile");
    expect(facts.lossSentence).toMatch(/does not say/);
  });
});

describe("frameFacts", () => {
  const profile = madeProfile([
    {
      frames: [
        { name: "main" },
        { name: "parse", file: "src/parse.c", line: 42 },
        { name: "skip", inlined: true },
        { name: "do_read", place: "k" },
      ],
      count: 30,
    },
    { frames: [{ name: "main" }, { name: "parse", file: "src/parse.c", line: 42 }], count: 10 },
    { frames: [{ name: "idle" }], count: 60 },
  ]);
  const source = new TreeSource(profile);
  const shown = source.shown(UNGROUPED);
  const { tree } = shown;

  test("tell name, place, weights in both units, and shares", () => {
    const parse = 3;
    const facts = frameFacts(tree, parse, { row: 2, end: 0 }, SAMPLES, source.time(UNGROUPED, shown, parse));
    expect(facts).toEqual({
      name: "parse",
      kind: "user",
      marks: ["program"],
      places: ["/usr/bin/demo", "src/parse.c:42"],
      numbers: [
        ["Total", "40 samples · 404 ms"],
        ["Self", "10 samples · 101 ms"],
        ["Of all", "40.0%"],
        ["Of caller", "100%"],
        ["Of zoomed frame", "100%"],
      ],
      hotLines: "",
      hint: "",
      verdict: [],
    });
    expect(factsSentence(facts)).toMatch(/^parse \(program\): total 40 samples/);
  });

  test("mark inlined and kernel frames; a caller of the zoomed frame has no share of it", () => {
    expect(frameFacts(tree, 4, { row: 0, end: 0 }, SAMPLES, undefined).marks).toEqual(["program", "inlined"]);
    expect(frameFacts(tree, 5, { row: 0, end: 0 }, SAMPLES, undefined).marks).toEqual(["kernel"]);
    expect(frameFacts(tree, 2, { row: 4, end: 0 }, SAMPLES, undefined).numbers.map(([name]) => name)).toEqual(
      ["Total", "Self", "Of all"],
    );
  });

  test("tell the busiest lines, and in which part a function is inlined", () => {
    const at = (name: string, line: number, inlined = false) => ({
      name,
      file: "/src/a.c",
      line: 1,
      at: line,
      inlined,
    });
    const mixed = new TreeSource(
      madeProfile([
        { frames: [at("main", 9), at("read", 3, true)], count: 3 },
        { frames: [at("main", 9), { ...at("read", 4), file: "/src/b.h" }], count: 1 },
      ]),
    );
    const mixedShown = mixed.shown(UNGROUPED);
    const both = mixedShown.tree;
    const facts = frameFacts(
      both,
      2,
      { row: 0, end: 0 },
      SAMPLES,
      undefined,
      mixed.lines(UNGROUPED, mixedShown, 2),
    );
    expect(facts.marks).toEqual(["program", "inlined in 75.0% of its samples"]);
    expect(facts.hotLines).toBe("a.c:3 75.0%, b.h:4 25.0%");
    expect(frameFacts(both, 2, { row: 0, end: 0 }, SAMPLES, undefined).marks).toEqual([
      "program",
      "partly inlined",
    ]);
    expect(
      frameFacts(both, 1, { row: 0, end: 0 }, SAMPLES, undefined, mixed.lines(UNGROUPED, mixedShown, 1))
        .hotLines,
    ).toBe("a.c:9 100%");
  });

  test("of a run tell how many frames it stands for", () => {
    const narrow = buildCallTree(profileOf("main 97\na;x 1\nb 2"), { groupBy: "none" });
    const layout = layoutTree(narrow, { row: 0, end: 0 }, { width: 100, minWidth: 2.5 });
    const facts = sliverFacts(narrow, layout, 2, SAMPLES);
    expect(facts.name).toBe("3 frames, 3.0%");
    expect(facts.marks).toEqual(["too narrow to draw"]);
    expect(facts.numbers[0]).toEqual(["Together", "3 samples"]);
    expect(factsSentence(facts)).toBe("3 frames, 3.0% (too narrow to draw): together 3 samples, of all 3.0%");
    expect(describeFrame(narrow, layout, 2)).toBe("3 frames too narrow to draw, 3.0% of all");
    expect(hiddenSentence(narrow, layout)).toBe(
      "3 frames are too narrow to draw (3.0% of what is shown), in 1 grey sliver.",
    );
    expect(hiddenSentence(narrow, layoutTree(narrow, { row: 0, end: 0 }, { width: 1000, minWidth: 1 }))).toBe(
      "",
    );
  });
});

test("searchSentence", () => {
  const found = (functions: number, frames: number, weight: number) => ({
    weight: 4,
    count: { functions, frames, weight },
  });
  expect(searchSentence(4, found(0, 0, 0))).toBe("No function matches.");
  expect(searchSentence(4, found(0, 2, 4))).toBe("2 processes or threads · 100% of all samples");
  const some = found(1, 2, 3);
  expect(searchSentence(4, some)).toBe("1 function in 2 frames · 75.0% of all samples");
  expect(searchSentence(4, some, { ...some, weight: 3 })).toBe(
    "1 function in 2 frames · 75.0% of all samples · 100% of the zoomed part",
  );
  expect(searchSentence(10, some)).toBe(
    "1 function in 2 frames · 30.0% of all samples · 75.0% of those shown",
  );
});
