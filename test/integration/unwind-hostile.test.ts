import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { startBpfSession } from "../../collector/bpf/start-session.ts";
import type { UnwindTableSource } from "../../collector/contract.ts";
import {
  BLOCK_HEADER_BYTES,
  CfaRule,
  INDEX_BYTES,
  PIECE_HEADER_BYTES,
  RaRule,
  RULE,
  RULE_BYTES,
  SHARD_BYTES,
} from "../../collector/unwind/memory-format.ts";
import { NO_EVENTS } from "../setup/no-events.ts";
import { Background, compile } from "./harness.ts";
import { mapsCalled } from "./kernel-maps.ts";
import { unwoundSpec } from "./unwound.ts";

/**
 * The kernel's walk trusts nothing that lies in the shards: whatever bytes are there, every sample is counted, no stack is
 * deeper than it may be, and the machine and the sampled program go on.
 */
const MAX_DEPTH = 127;

let program: string;
beforeAll(() => {
  program = compile("steady");
});

/** xorshift32: the same bytes in each run of the test. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function fill(bytes: Uint8Array, next: () => number): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = next();
  return bytes;
}

/** Places from the thread pointer on that a rule may ask for: there is something there. */
const NEAR_THREAD = 4096;

/** So many pages have one row each, of one of 256 rules. */
const PAGES = 4096;
const RULES = 256;

/** A table that is right but for its rules, all of which are of another stack: what they lead to is read, and what lies there followed. */
function leadElsewhere(next: () => number): Uint8Array {
  const pages = PIECE_HEADER_BYTES;
  const starts = pages + 4 * (PAGES + 1);
  const ruleIndexes = starts + 2 * PAGES;
  const rules = Math.ceil((ruleIndexes + PAGES) / RULE_BYTES) * RULE_BYTES;
  const bytes = new Uint8Array(rules + RULES * RULE_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [word, value] of [PAGES, PAGES, RULES, 1, pages, starts, ruleIndexes, rules].entries())
    view.setUint32(word * 4, value, true);
  for (let page = 0; page <= PAGES; page++) view.setUint32(pages + 4 * page, page, true);
  fill(bytes.subarray(ruleIndexes, ruleIndexes + PAGES), next);
  for (let at = rules; at < bytes.length; at += RULE_BYTES) {
    view.setUint8(at + RULE.cfa, CfaRule.goroutine + (next() % 4));
    view.setUint8(at + RULE.ra, RaRule.atCfa);
    view.setUint8(at + RULE.fp, next() % 6);
    view.setUint8(at + RULE.register, (next() % 64) & ~7);
    view.setInt32(at + RULE.cfaOffset, ((next() % NEAR_THREAD) & ~7) - NEAR_THREAD / 2, true);
    view.setInt32(at + RULE.cfaAdd, next() & 0x00f800f8, true);
    view.setInt16(at + RULE.raOffset, (next() % 256) & ~7, true);
  }
  return bytes;
}

/** Tables of random bytes behind headers that lead the search into them. `elsewhere`: whose rules are of another stack. */
function hostileSource(next: () => number, elsewhere = false): UnwindTableSource {
  return {
    async tableOf() {
      const far = 2 ** 31;
      const segments = [{ fileOffset: 0, address: 0, bytes: far }];
      if (elsewhere)
        return { kind: "table", segments, pieces: [{ base: 0, end: far, bytes: leadElsewhere(next) }] };
      const bytes = fill(new Uint8Array(64 * 1024), next);
      const header = new DataView(bytes.buffer);
      const sizes = [60_000, 65_536, 0xffff_ffff, 1 + (next() % 2)];
      for (const [word, value] of sizes.entries()) header.setUint32(word * 4, value, true);
      for (let at = 16; at < PIECE_HEADER_BYTES; at += 4) {
        // Mostly offsets within the piece, now and then one that leads anywhere.
        header.setUint32(at, next() % 8 === 0 ? next() : next() % 60_000, true);
      }
      return {
        kind: "table",
        segments,
        pieces: [{ base: 0, end: far, bytes }],
      };
    },
    librariesOf: async () => [],
  };
}

interface Outcome {
  taken: number;
  counted: number;
  dropped: number;
  ends: Map<number, number>;
  deepest: number;
}

/** Records `pid` for three seconds; `spoil` may write what it likes to the shards, again and again. */
async function sampleWith(
  pid: number,
  source: UnwindTableSource,
  spoil: (shards: Uint8Array[]) => void,
): Promise<Outcome> {
  const session = await startBpfSession(
    unwoundSpec(pid, source, {
      frequencyHz: 1999,
      depths: { kernel: MAX_DEPTH, user: MAX_DEPTH },
      mode: "all",
    }),
  );
  const shards = mapsCalled("sf_shard", SHARD_BYTES);
  const outcome: Outcome = { taken: 0, counted: 0, dropped: 0, ends: new Map(), deepest: 0 };
  try {
    const drain = () =>
      session.drain(NO_EVENTS, ({ count, userLength, userEnd }) => {
        outcome.counted += count;
        outcome.ends.set(userEnd, (outcome.ends.get(userEnd) ?? 0) + count);
        outcome.deepest = Math.max(outcome.deepest, userLength);
      });
    for (let round = 0; round < 12; round++) {
      spoil(shards.map(({ bytes }) => new Uint8Array(bytes)));
      await sleep(250);
      await drain();
    }
    session.stop();
    await drain();
    const { samples, drops } = session.counters();
    outcome.taken = samples;
    outcome.dropped = drops.reduce((sum, { count }) => sum + count, 0);
    return outcome;
  } finally {
    for (const shard of shards) shard.unmap();
    session.close();
  }
}

function check(what: string, { taken, counted, dropped, ends, deepest }: Outcome): void {
  const by = [...ends].sort((a, b) => a[0] - b[0]).map(([end, count]) => `${end}: ${count}`);
  console.log(`${what}: ${taken} samples, all counted, deepest ${deepest}, ends ${by.join(", ")}`);
  expect(taken).toBeGreaterThan(300);
  expect(dropped).toBe(0);
  expect(counted).toBe(taken);
  expect(deepest).toBeLessThanOrEqual(MAX_DEPTH);
}

describe("whatever lies in the shards, every sample is counted", () => {
  it("tables of random bytes", async () => {
    using running = new Background(program, ["100000000"]);
    const next = random(1);
    check("random tables", await sampleWith(running.pid, hostileSource(next), () => {}));
    expect(running.child.exitCode).toBeNull();
  });

  it("rules that lead to another stack, by what threads keep of their own", async () => {
    using running = new Background(program, ["100000000"]);
    const next = random(4);
    check("other stacks", await sampleWith(running.pid, hostileSource(next, true), () => {}));
    expect(running.child.exitCode).toBeNull();
  });

  it("random bytes everywhere while the walk reads them: tables, process blocks, index", async () => {
    using running = new Background(program, ["100000000"]);
    const next = random(2);
    const outcome = await sampleWith(running.pid, hostileSource(next), (shards) => {
      for (const shard of shards) {
        const view = new DataView(shard.buffer, shard.byteOffset, shard.length);
        for (let i = 0; i < 20_000; i++) view.setUint32((next() % (SHARD_BYTES / 4)) * 4, next(), true);
      }
    });
    check("random shards", outcome);
    expect(running.child.exitCode).toBeNull();
  });

  it("a process block whose entries are random, its head and its slot of the index right", async () => {
    using running = new Background(program, ["100000000"]);
    const next = random(3);
    const outcome = await sampleWith(running.pid, hostileSource(next), (shards) => {
      // The blocks lie behind the index in the first shard: their entries' origins and tables are spoilt.
      const view = new DataView(shards[0].buffer, shards[0].byteOffset, SHARD_BYTES);
      const first = INDEX_BYTES + BLOCK_HEADER_BYTES;
      for (let entry = first; entry < first + 64 * 32; entry += 32) {
        view.setBigUint64(entry + 16, (BigInt(next()) << 32n) | BigInt(next()), true);
        view.setUint32(entry + 24, next() % 4 === 0 ? next() : next() % 200_000, true);
      }
    });
    check("random entries", outcome);
    expect(running.child.exitCode).toBeNull();
  });
});
