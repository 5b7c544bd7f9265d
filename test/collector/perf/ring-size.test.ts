import { describe, expect, it } from "vitest";
import { CollectorError, type RecordSpec } from "../../../collector/contract.ts";
import { ringSizes } from "../../../collector/perf/ring-size.ts";
import { samplePlan } from "../../../collector/perf/sample-plan.ts";
import { parseOpenFilesLimit } from "../../../collector/sys/open-files.ts";
import { RECORD_SPEC } from "../../setup/record-spec.ts";

const SPEC: RecordSpec = {
  ...RECORD_SPEC,
  targets: { kind: "tasks", pids: [1], tids: [] },
  unwind: {
    source: { tableOf: async () => ({ kind: "none", reason: "" }), librariesOf: async () => [] },
    required: false,
  },
};
const ALL = { kernel: true, systemWide: true };
const CPUS = 2;
const OWN = { kernel: false, systemWide: false };

describe("what an ordinary user is allowed", () => {
  it("decides what is sampled", () => {
    expect(samplePlan(SPEC, ALL, CPUS).attributes).toMatchObject({
      kernel: true,
      user: true,
      callchain: "kernel",
    });
    expect(samplePlan(SPEC, OWN, CPUS).attributes).toMatchObject({
      kernel: false,
      user: true,
      callchain: "none",
    });
    const { unwind: _unwind, ...byFramePointer } = SPEC;
    expect(samplePlan(byFramePointer, OWN, CPUS).attributes).toMatchObject({
      callchain: "user",
      copy: undefined,
    });
    expect(() => samplePlan({ ...SPEC, mode: "kernel" }, OWN, CPUS)).toThrow(CollectorError);
    expect(() => samplePlan({ ...SPEC, targets: { kind: "all" } }, OWN, CPUS)).toThrow(CollectorError);
  });

  it("ticks as much faster than samples as bytes and rates allow, for tasks only", () => {
    const ticks = (change: Partial<RecordSpec>) => samplePlan({ ...SPEC, ...change }, ALL, CPUS).ticks;
    expect(ticks({})).toBe(4);
    expect(ticks({ stackBytes: 65_528 })).toBe(2);
    expect(ticks({ frequencyHz: 999 })).toBe(1);
    expect(ticks({ frequencyHz: 1 })).toBeGreaterThan(400);
    expect(ticks({ targets: { kind: "all" } })).toBe(1);
  });
});

describe("ring buffers", () => {
  it("hold copies of half the size where so many CPUs share the memory, unless a size is asked for", () => {
    const copied = (cpus: number, change: Partial<RecordSpec> = {}) =>
      samplePlan({ ...SPEC, ...change }, ALL, cpus).attributes.copy?.stackBytes;
    expect([1, 2, 64, 76].map((cpus) => copied(cpus))).toEqual([32_768, 32_768, 32_768, 32_768]);
    expect([77, 256, 512].map((cpus) => copied(cpus))).toEqual([16_384, 16_384, 16_384]);
    expect(copied(512, { stackBytes: 65_528 })).toBe(65_528);
    // As many as before there were larger copies.
    expect(() => ringSizes(SPEC, samplePlan(SPEC, ALL, 512), 512)).not.toThrow();
  });

  it("are powers of two that stay within the memory asked for, whatever the CPUs", () => {
    const plan = samplePlan(SPEC, ALL, CPUS);
    for (const cpus of [1, 2, 7, 64, 256]) {
      const { wanted, least } = ringSizes(SPEC, plan, cpus);
      expect(Math.log2(wanted) % 1).toBe(0);
      expect(wanted * cpus).toBeLessThanOrEqual(SPEC.kernelMemoryBytes);
      expect(least).toBeGreaterThanOrEqual(plan.sampleBytes * 2);
    }
    expect(() => ringSizes(SPEC, plan, 4096)).toThrow(/too few for 4096 CPUs/);
  });

  it("leave files to be opened: the limit as the kernel tells it", () => {
    const line = "Max open files            1024                 524288               files     \n";
    expect(parseOpenFilesLimit(`Max processes 1 2 processes\n${line}`)).toBe(1024);
    expect(
      parseOpenFilesLimit("Max open files            unlimited            unlimited            files"),
    ).toBe(Number.POSITIVE_INFINITY);
  });
});
