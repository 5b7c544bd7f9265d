import { describe, expect, it } from "vitest";
import { computeLimits, limitMacros, type StapLimits } from "../../../collector/stap/limits.ts";

const MIB = 1024 * 1024;
const plan = { frequencyHz: 99, cpus: 2, maxDepth: 127, kernelMemoryBytes: 32 * MIB };

function limitsOf(changes: Partial<typeof plan>): StapLimits {
  const limits = computeLimits({ ...plan, ...changes });
  if (!limits) throw new Error("no limits");
  return limits;
}

describe("the limits of a plan", () => {
  it("hold a stack of the whole depth in a string", () => {
    expect(limitsOf({ maxDepth: 127 }).stringBytes).toBeGreaterThan(127 * 8);
    expect(limitsOf({ maxDepth: 127 }).depth).toBe(127);
  });

  it("leave room for messages where stacks are short", () => {
    expect(limitsOf({ maxDepth: 4 }).stringBytes).toBe(512);
  });

  it("cut a depth whose string would not fit the kernel's stack", () => {
    const limits = limitsOf({ maxDepth: 1000, kernelMemoryBytes: 256 * MIB });
    expect(limits.depth).toBe(247);
    expect(limits.stringBytes).toBeLessThan(2048 - 8);
  });

  it("take no more than two seconds' samples need", () => {
    const limits = limitsOf({ kernelMemoryBytes: 4096 * MIB });
    expect(limits.capacity).toBe(2 * 2 * 99);
  });

  it("have an entry for every sample of a table and for one late sampler a CPU", () => {
    for (const cpus of [1, 2, 16]) {
      const limits = limitsOf({ cpus, frequencyHz: 1000 });
      expect(limits.entries - limits.capacity).toBe(cpus);
    }
  });

  it("stay within three quarters of the memory, but for what is fixed", () => {
    const fixed = limitsOf({ cpus: 4 });
    const limits = limitsOf({ cpus: 4, frequencyHz: 4000 });
    expect(limits.entries).toBeGreaterThan(fixed.entries);
    expect(limits.memoryBytes - MIB - 4 * MIB).toBeLessThanOrEqual(24 * MIB);
  });

  it("write out a full table of deepest stacks", () => {
    const limits = limitsOf({});
    expect(limits.outputBytes).toBeGreaterThan(limits.entries * (2 * 8 * limits.depth + 192));
  });

  it("are none where the memory is of no use", () => {
    expect(computeLimits({ ...plan, cpus: 128, kernelMemoryBytes: MIB })).toBeUndefined();
  });

  it("come with a reason each", () => {
    const macros = limitMacros(limitsOf({}));
    expect(macros.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["MAXSTRINGLEN", "MAXBACKTRACE", "MAXMAPENTRIES", "MAXSKIPPED", "MAXERRORS"]),
    );
    for (const { why } of macros) expect(why.length).toBeGreaterThan(20);
  });
});
