import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { unwindSource } from "../../cli/record/unwind-source.ts";
import { startBpfSession } from "../../collector/bpf/start-session.ts";
import type { RawStack } from "../../collector/contract.ts";
import { StackEnd } from "../../collector/unwind/stack-end.ts";
import { NO_EVENTS } from "../setup/no-events.ts";
import { Background } from "./harness.ts";
import { buildUnwound, unwoundSpec } from "./unwound.ts";

/**
 * The deepest stacks, which the kernel side walks, hashes and compares part by part: a program goes 5,000 frames deep, each time
 * by another way. None may be lost, cut, or taken for another, even when all have the same hash.
 */
const DEEP = 5000;
/** `work`, the one astray, `main`, and what libc and the program begin with. */
const FRAMES = DEEP + 1 + 1 + 1 + 4;
const ASKED = { frequencyHz: 99, depths: { kernel: 127, user: 8192 }, mode: "user" } as const;
const ROUNDS = 24;

interface Counted {
  /** Samples at the bottom, by the places where the way was left. */
  ways: Map<string, number>;
  records: number;
  counted: number;
  taken: number;
  dropped: number;
  ends: Set<number>;
}

/** Samples `pid` for six seconds. */
async function count(pid: number, hashMultiplier?: bigint): Promise<Counted> {
  const source = unwindSource({});
  const session = await startBpfSession(unwoundSpec(pid, source, ASKED), undefined, hashMultiplier);
  const ways = new Map<string, number>();
  const ends = new Set<number>();
  let [records, counted] = [0, 0];
  const add = ({ user, userLength, userEnd, count }: RawStack) => {
    records++;
    counted += count;
    ends.add(userEnd);
    if (userLength !== FRAMES) return;
    // Of the return addresses most are into descend's usual way.
    const usual =
      user[Math.floor(userLength / 2)] === user[Math.floor(userLength / 3)]
        ? user[Math.floor(userLength / 2)]
        : user[4];
    const places = Array.from(user.subarray(1, userLength)).flatMap((address, at) =>
      address === usual ? [] : [at],
    );
    ways.set(places.join(" "), (ways.get(places.join(" ")) ?? 0) + count);
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(250);
      await session.drain(NO_EVENTS, add);
    }
    session.stop();
    await session.drain(NO_EVENTS, add);
    const { samples, drops } = session.counters();
    return {
      ways,
      records,
      counted,
      taken: samples,
      dropped: drops.reduce((sum, { count }) => sum + count, 0),
      ends,
    };
  } finally {
    session.close();
    await source.close();
  }
}

describe("stacks of 5,000 frames", () => {
  it("are whole and told apart, with the usual hash and when all stacks collide", async () => {
    using program = new Background(buildUnwound("astray.c", ""));
    await sleep(200);
    // At the same time, so that both see the same program do the same.
    const [usual, colliding] = await Promise.all([count(program.pid), count(program.pid, 0n)]);
    const tell = ({ ways, records, taken }: Counted) =>
      `${taken} samples in ${records} records, ${ways.size} ways`;
    console.log(`usual: ${tell(usual)}; colliding: ${tell(colliding)}`);
    for (const { ways, counted, taken, dropped, ends } of [usual, colliding]) {
      expect(dropped).toBe(0);
      expect(counted).toBe(taken);
      expect([...ends]).toEqual([StackEnd.complete]);
      expect(ways.size).toBeGreaterThan(50);
      // Nearly all of its time it is at the bottom.
      const atBottom = [...ways.values()].reduce((sum, n) => sum + n, 0);
      expect(atBottom / taken).toBeGreaterThan(0.95);
    }
    // Equal stacks are counted as one, of which most have several samples; the others are the same ones.
    expect(usual.records).toBeLessThan(usual.taken * 0.7);
    const both = [...usual.ways.keys()].filter((way) => colliding.ways.has(way));
    expect(both.length / Math.max(usual.ways.size, colliding.ways.size)).toBeGreaterThan(0.9);
  });
});
