import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawStack } from "../../../collector/contract.ts";
import { SampleRecord } from "../../../collector/perf/sample-record.ts";
import { StackCounter } from "../../../collector/perf/stack-counter.ts";
import { sample } from "./sample-writer.ts";

interface Taken {
  pid: number;
  tid: number;
  kernel: number[];
  user: number[];
}

/** What is counted, as text: one line a stack. */
function counted(samples: readonly Taken[], perThread: boolean): Map<string, number> {
  const counter = new StackCounter({ kernel: 127, user: 127 });
  for (const { pid, tid, kernel, user } of samples) {
    const entries = [-128n, ...kernel.map(BigInt), -512n, ...user.map(BigInt)];
    const written = sample({ pid, tid, time: 5n, chain: entries });
    const record = new SampleRecord({ callchain: true, maxStack: 254, registers: 0 });
    expect(record.read(Uint32Array.from(written), 0, written.length * 4)).toBe(true);
    counter.add(record, perThread ? tid : 0, `t${tid}`, 0);
  }
  const lines = new Map<string, number>();
  const take = (stack: RawStack) => {
    const line = textOf(
      stack.tgid,
      stack.tid,
      stack.comm,
      [...stack.kernel.subarray(0, stack.kernelLength)],
      [...stack.user.subarray(0, stack.userLength)],
    );
    expect(lines.has(line)).toBe(false);
    expect(stack.firstNanos).toBe(5);
    lines.set(line, stack.count);
  };
  counter.hand(take);
  counter.hand(() => expect.unreachable("what was handed over is forgotten"));
  return lines;
}

function textOf(tgid: number, tid: number, comm: string, kernel: number[], user: number[]): string {
  return `${tgid} ${tid} ${comm} | ${kernel.join(" ")} | ${user.join(" ")}`;
}

describe("equal stacks are counted", () => {
  it("as a map of their texts would", () => {
    const address = fc.integer({ min: 1, max: 3 }).map((each) => each * 0x1000_0000_1000);
    const kernel = fc.integer({ min: 1, max: 3 }).map((each) => -each * 0x8000_0000);
    const taken = fc.record({
      pid: fc.integer({ min: 1, max: 2 }),
      tid: fc.integer({ min: 1, max: 2 }),
      kernel: fc.array(kernel, { maxLength: 2 }),
      user: fc.array(address, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(taken, { maxLength: 60 }), fc.boolean(), (samples, perThread) => {
        const wanted = new Map<string, number>();
        for (const each of samples) {
          const line = textOf(each.pid, perThread ? each.tid : 0, `t${each.tid}`, each.kernel, each.user);
          wanted.set(line, (wanted.get(line) ?? 0) + 1);
        }
        expect(counted(samples, perThread)).toEqual(wanted);
      }),
    );
  });
});
