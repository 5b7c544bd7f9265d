import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { tickingOf, tracingTicks } from "../setup/clock-ticks.ts";
import { CLI, Scratch } from "./harness.ts";

const PERIOD_NANOS = 1e9 / 99;

describe("the CPUs' clocks", () => {
  it.each(["bpf", "perf"])("of %s do not tick at the same moments", (collector) => {
    using scratch = new Scratch();
    const recording = `${process.execPath} ${CLI} record -q -a -d 2s --collector ${collector} --no-html -o ${scratch.file("all.pb.gz")}`;
    const output = execFileSync("sh", ["-c", tracingTicks(recording)], { encoding: "utf8" });
    const { clocks, ticks, apart } = tickingOf(output, PERIOD_NANOS);
    console.log(`${collector}: ${clocks} clocks, ${ticks} ticks ${apart.toFixed(2)} of a period apart`);
    expect(clocks).toBe(availableParallelism());
    expect(ticks).toBeGreaterThan(100);
    expect(apart).toBeGreaterThan(0.5 / clocks);
  });
});
