import { describe, expect, it } from "vitest";
import { accounting, type Summary, summaryJson } from "../../cli/record/summary.ts";

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
  wholeStacks: undefined,
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
