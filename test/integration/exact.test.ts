import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { startBpfSession } from "../../collector/bpf/start-session.ts";
import type { RawStack, RecordSpec } from "../../collector/contract.ts";
import { NO_EVENTS } from "../setup/no-events.ts";
import { Background, compile } from "./harness.ts";

/**
 * The kernel's tables are exact: no stack is lost or taken for another, even when every stack has the same hash. The
 * programs run for real; the workload has hundreds of different stacks.
 */

let steady: string;
beforeAll(() => {
  steady = compile("steady");
});

interface Counted {
  /** Samples by stack, as text. */
  stacks: Map<string, number>;
  records: number;
  taken: number;
  dropped: number;
}

/** Counts the stacks of `pid` for two seconds with a session of its own. */
async function count(pid: number, hashMultiplier?: bigint): Promise<Counted> {
  const spec: RecordSpec = {
    targets: { kind: "tasks", pids: [pid], tids: [] },
    frequencyHz: 1999,
    depths: { kernel: 127, user: 127 },
    mode: "all",
    idle: false,
    perThread: true,
    sliceNanos: 1e12,
    kernelMemoryBytes: 64 * 1024 * 1024,
  };
  const session = await startBpfSession(spec, undefined, hashMultiplier);
  const stacks = new Map<string, number>();
  let records = 0;
  const add = (raw: RawStack) => {
    const addresses = [
      ...raw.kernel.subarray(0, raw.kernelLength),
      "|",
      ...raw.user.subarray(0, raw.userLength),
    ];
    const key = `${raw.tid} ${addresses.join(" ")}`;
    stacks.set(key, (stacks.get(key) ?? 0) + raw.count);
    records++;
  };
  try {
    for (let round = 0; round < 8; round++) {
      await sleep(250);
      await session.drain(NO_EVENTS, add);
    }
    session.stop();
    await session.drain(NO_EVENTS, add);
    const { samples, drops } = session.counters();
    return { stacks, records, taken: samples, dropped: drops.reduce((sum, drop) => sum + drop.count, 0) };
  } finally {
    session.close();
  }
}

const sum = (stacks: Map<string, number>) => [...stacks.values()].reduce((total, n) => total + n, 0);

describe("the kernel's tables", () => {
  it("count every sample that was taken, with the usual hash and when all stacks collide", async () => {
    using program = new Background(steady, ["100000000"]);
    await sleep(200);
    // At the same time, so that both see the same program do the same.
    const [usual, colliding] = await Promise.all([count(program.pid), count(program.pid, 0n)]);
    for (const counted of [usual, colliding]) {
      expect(counted.dropped).toBe(0);
      expect(sum(counted.stacks)).toBe(counted.taken);
    }
    console.log(
      `distinct stacks: ${usual.stacks.size} in ${usual.records} records; colliding: ${colliding.stacks.size} in ${colliding.records} records, ${colliding.taken} samples`,
    );
    expect(usual.stacks.size).toBeGreaterThan(100);
    // With one hash for all, hardly a stack finds its place in the index: each sample is a record, and none is merged.
    expect(colliding.records / colliding.taken).toBeGreaterThan(usual.records / usual.taken);

    // The same picture: shares of what the two saw most agree within the 99.9% interval of their difference.
    const [n, m] = [sum(usual.stacks), sum(colliding.stacks)];
    const hottest = [...usual.stacks].sort((a, b) => b[1] - a[1]).slice(0, 10);
    for (const [stack, hits] of hottest) {
      const [p, q] = [hits / n, (colliding.stacks.get(stack) ?? 0) / m];
      const pooled = (hits + q * m) / (n + m);
      expect(Math.abs(p - q)).toBeLessThan(3.9 * Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)) + 1e-9);
    }
  });
});
