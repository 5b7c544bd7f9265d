import { describe, expect, it } from "vitest";
import { colorsFor } from "../../cli/colors.ts";
import { accounting, printSummary, type Summary, summaryJson } from "../../cli/record/summary.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { fromComments, isCountComment, toComments } from "../../profile/recording-info.ts";

const SUMMARY: Summary = {
  info: {
    tool: "stapflame test",
    collector: "kmod",
    kernel: "6.1.0 x86_64",
    host: "box",
    commandLine: "stapflame record -a",
    target: "all processes",
    event: "timer.profile",
    frequencyAsked: 99,
    frequencyAchieved: Number.NaN,
    sliceNanos: 1e9,
    drops: [],
    cutStacks: [],
    warnings: [],
  },
  elapsed: 1000,
  ended: "ended as asked",
  why: "as asked",
  samples: 10,
  distinctStacks: 3,
  userStacks: undefined,
  top: [],
  command: undefined,
  sampleNanos: 1234.56,
  kernelMemoryBytes: 1024 * 1024,
  bytesRead: 2048,
  afterSampling: 30,
  profileFile: { path: "x.pb.gz", bytes: 100 },
  htmlFile: undefined,
};

describe("the cost of a sample", () => {
  it("is told where the collector measures it", () => {
    expect(JSON.parse(summaryJson(SUMMARY))).toMatchObject({ collector: "kmod", sampleNanos: 1235 });
    expect(accounting(SUMMARY)).toBe(
      "one sample took 1235 ns in the kernel, kernel memory 1.0 MiB, read from the kernel 2.0 KiB, files written 30 ms after sampling",
    );
  });

  it("and is not made up where it does not", () => {
    const unmeasured = { ...SUMMARY, sampleNanos: undefined };
    expect(JSON.parse(summaryJson(unmeasured))).not.toHaveProperty("sampleNanos");
    expect(accounting(unmeasured)).toMatch(/^kernel memory 1\.0 MiB/);
  });
});

describe("how whole the user stacks are", () => {
  const lines = (summary: Summary): string[] => {
    const out: string[] = [];
    const terminal = { colors: colorsFor(process.stderr), width: 100, result: (text = "") => out.push(text) };
    printSummary(summary, terminal as unknown as Terminal);
    return out.filter((line) => line.startsWith("User stacks"));
  };
  const cutStacks = [
    { cause: "no unwind table", count: 3 },
    { cause: "too deep", count: 1 },
  ];

  it("is told with each cause", () => {
    const cut = { ...SUMMARY, userStacks: { whole: 996, untold: 0 }, info: { ...SUMMARY.info, cutStacks } };
    expect(lines(cut)).toEqual([
      "User stacks: 99.6% whole; cut: 3 samples, no unwind table; 1 sample, too deep",
    ]);
    expect(JSON.parse(summaryJson(cut)).userStacks).toEqual({ whole: 996, cut: cutStacks, untold: 0 });
  });

  it("is told when all are, and not where the collector does not know", () => {
    expect(lines({ ...SUMMARY, userStacks: { whole: 10, untold: 0 } })).toEqual(["User stacks: all whole"]);
    expect(lines({ ...SUMMARY, userStacks: { whole: 0, untold: 0 } })).toEqual([]);
    expect(lines(SUMMARY)).toEqual([]);
    expect(JSON.parse(summaryJson(SUMMARY))).not.toHaveProperty("userStacks");
  });

  it("is not told of programs that the tables are not for, which is said", () => {
    const untold = { ...SUMMARY, userStacks: { whole: 30, untold: 10 } };
    const rest = "not told: 10 samples of 32-bit programs, by frame pointers";
    expect(lines(untold)).toEqual([`User stacks: 75.0% whole; ${rest}`]);
    const info = { ...SUMMARY.info, cutStacks: [{ cause: "too deep", count: 10 }] };
    expect(lines({ ...untold, info })).toEqual([
      `User stacks: 60.0% whole; cut: 10 samples, too deep; ${rest}`,
    ]);
    expect(JSON.parse(summaryJson(untold)).userStacks).toEqual({ whole: 30, cut: [], untold: 10 });
  });

  it("is in the profile's comments, and adds up when profiles are merged", () => {
    const info = { ...SUMMARY.info, cutStacks };
    const comments = toComments(info);
    expect(comments).toContain("stapflame.stack-cut: 3 no unwind table");
    expect(fromComments(comments)?.cutStacks).toEqual(cutStacks);
    expect(comments.filter(isCountComment)).toHaveLength(2);
  });
});
