import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { unwindSource } from "../../cli/record/unwind-source.ts";
import type { BpfSession } from "../../collector/bpf/session.ts";
import { startBpfSession } from "../../collector/bpf/start-session.ts";
import type { RawStack } from "../../collector/contract.ts";
import { StackEnd } from "../../collector/unwind/stack-end.ts";
import { NO_EVENTS } from "../setup/no-events.ts";
import { Background } from "./harness.ts";
import { buildUnwound, unwoundSpec } from "./unwound.ts";

/**
 * A program executes itself at the same addresses, and nobody reads the records of that for a while: what is known of its
 * old image must not be used for the new one, and forked children must need no record at all.
 */

const ASKED = { frequencyHz: 997, depths: { kernel: 127, user: 127 }, mode: "user" } as const;

interface Sampled {
  /** Samples by why they ended. */
  ends: Map<number, number>;
  depths: Set<number>;
}

function collect(pid: (tgid: number) => boolean): { sampled: Sampled; sink: (raw: RawStack) => void } {
  const sampled: Sampled = { ends: new Map(), depths: new Set() };
  return {
    sampled,
    sink({ tgid, count, userEnd, userLength }) {
      if (!pid(tgid)) return;
      sampled.ends.set(userEnd, (sampled.ends.get(userEnd) ?? 0) + count);
      if (userEnd === StackEnd.complete) sampled.depths.add(userLength);
    },
  };
}

const only = (sampled: Sampled, end: number) => [...sampled.ends.keys()].join() === String(end);

describe("what nobody has told yet", () => {
  it("an exec is never walked by the mappings of the image before; a fork at once by its parent's", async () => {
    using program = new Background(buildUnwound("becomes.c", "-fixed", "-static", "-no-pie"));
    await sleep(200);
    const source = unwindSource({});
    const session = await startBpfSession(unwoundSpec(program.pid, source, ASKED));
    const isParent = (tgid: number) => tgid === program.pid;
    try {
      await sleep(500);
      const first = collect(isParent);
      await session.drain(NO_EVENTS, first.sink);
      expect(only(first.sampled, StackEnd.complete)).toBe(true);

      // What a drain hands over was walked before it read the records: so each tells of the time before it.
      process.kill(program.pid, "SIGUSR1");
      await sleep(30);
      await session.drain(NO_EVENTS, () => {});
      expect(await told(session)).toBe(true);
      const second = collect(isParent);
      const child = collect((tgid) => !isParent(tgid));
      await sleep(500);
      await session.drain(NO_EVENTS, (raw) => {
        second.sink(raw);
        child.sink(raw);
      });
      console.log(`after the exec: ${text(second.sampled)}; its child: ${text(child.sampled)}`);
      expect(only(second.sampled, StackEnd.complete)).toBe(true);
      expect(only(child.sampled, StackEnd.complete)).toBe(true);
    } finally {
      session.close();
      await source.close();
    }
  });

  it("until it is told, its stacks say that they are not known yet", async () => {
    using program = new Background(buildUnwound("becomes.c", "-fixed", "-static", "-no-pie"));
    await sleep(200);
    const source = unwindSource({});
    const session = await startBpfSession(unwoundSpec(program.pid, source, ASKED));
    try {
      process.kill(program.pid, "SIGUSR1");
      // No record is read in this time: the block of the old image is still there.
      await sleep(700);
      const all = collect(() => true);
      await session.drain(NO_EVENTS, all.sink);
      console.log(`nothing was told: ${text(all.sampled)}`);
      const early = all.sampled.ends.get(StackEnd.complete) ?? 0;
      expect(all.sampled.ends.get(StackEnd.notKnownYet)).toBeGreaterThan(20);
      // Complete are those of first() only, before the exec: four frames of it, burn, main and what libc begins with.
      expect(early).toBeLessThan(100);
      expect(Math.max(0, ...all.sampled.depths)).toBeLessThanOrEqual(9);
      expect(
        [...all.sampled.ends.keys()].every(
          (end) => end === StackEnd.complete || end === StackEnd.notKnownYet,
        ),
      ).toBe(true);
    } finally {
      session.close();
      await source.close();
    }
  });
});

/** Drains until the new image is known. */
async function told(session: BpfSession): Promise<boolean> {
  for (let round = 0; round < 100; round++) {
    await sleep(50);
    let unknown = 0;
    let known = 0;
    await session.drain(NO_EVENTS, ({ userEnd, count }) => {
      if (userEnd === StackEnd.complete) known += count;
      else unknown += count;
    });
    if (unknown === 0 && known > 0) return true;
  }
  return false;
}

function text({ ends }: Sampled): string {
  return [...ends].map(([end, count]) => `end ${end}: ${count}`).join(", ");
}
