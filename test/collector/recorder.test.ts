import { describe, expect, it } from "vitest";
import type { RawStack } from "../../collector/contract.ts";
import { ProcessTable } from "../../collector/process/process-table.ts";
import { Recorder } from "../../collector/recorder.ts";
import { StackEnd } from "../../collector/unwind/stack-end.ts";
import { encodePprof } from "../../profile/formats/pprof-encode.ts";
import { plainSamples, totalSamples } from "../setup/samples.ts";

const raw = (user: number[], userEnd: number, count = 1): RawStack => ({
  tgid: 7,
  tid: 0,
  comm: "app",
  slice: 0,
  firstNanos: 1,
  count,
  kernel: new Float64Array(0),
  kernelLength: 0,
  user: Float64Array.from(user),
  userLength: user.length,
  userEnd,
});

function recorder(): Recorder {
  const nobody = new ProcessTable({ maps: () => undefined, comm: () => undefined });
  return new Recorder({ periodNanos: 1e6, perThread: false, startedAt: 0 }, nobody);
}

const DEPTHS = { kernel: 127, user: 127 };

describe("user stacks that lack their root", () => {
  it("have a frame in its stead that tells why, and are counted", () => {
    const all = recorder();
    all.add(raw([1, 2], StackEnd.complete, 90), DEPTHS);
    all.add(raw([1, 2], StackEnd.noTable, 4), DEPTHS);
    all.add(raw([1], StackEnd.noTable, 1), DEPTHS);
    all.add(raw([3], StackEnd.tooDeep, 2), DEPTHS);
    all.add(raw([3], StackEnd.unknown, 3), DEPTHS);
    all.add(raw([], StackEnd.unreadable, 5), DEPTHS);
    const { profile } = all.finish(1);
    const roots = new Map<string, number>();
    for (const { names, count } of plainSamples(profile)) {
      const root = names.at(-1) ?? "";
      roots.set(root, (roots.get(root) ?? 0) + count);
    }
    expect(Object.fromEntries(roots)).toEqual({
      "[unknown]": 93,
      "[stack cut: no unwind table]": 5,
      "[stack cut: too deep]": 2,
      "": 5,
    });
    expect(totalSamples(plainSamples(profile))).toBe(105);
    expect(all.cutStacks).toEqual([
      { cause: "no unwind table", count: 5 },
      { cause: "too deep", count: 2 },
    ]);
    expect(all.userEnds[StackEnd.complete]).toBe(90);
    expect(() => encodePprof(profile)).not.toThrow();
  });

  it("are none where the collector does not tell", () => {
    const all = recorder();
    all.add(raw([1, 2], StackEnd.unknown), DEPTHS);
    expect(all.cutStacks).toEqual([]);
    expect(all.finish(1).profile.functions.length).toBe(0);
  });
});
