import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawStack } from "../../../../collector/contract.ts";
import type { Mapping } from "../../../../collector/process/address-space.ts";
import { ProcessTable } from "../../../../collector/process/process-table.ts";
import { emptyRawStack } from "../../../../collector/raw-stack.ts";
import { copyLayout } from "../../../../collector/unwind/copied/copy-layout.ts";
import { LateWalks } from "../../../../collector/unwind/copied/late-walks.ts";
import { LeafHint } from "../../../../collector/unwind/copied/leaf-hint.ts";
import { RecordedMappings } from "../../../../collector/unwind/copied/recorded-mappings.ts";
import { TableMemory } from "../../../../collector/unwind/copied/table-memory.ts";
import { UserWalk } from "../../../../collector/unwind/copied/user-walk.ts";
import {
  TABLE_BY_NATURE_NONE,
  TABLE_COMING,
  TABLE_MISSING,
} from "../../../../collector/unwind/memory-format.ts";
import { StackEnd } from "../../../../collector/unwind/stack-end.ts";

const X64 = copyLayout("x64");
if (X64 === undefined) throw new Error("x86-64 has registers");
const LAYOUT = X64;
const DEPTHS = { kernel: 4, user: 6 };
const PID = 42;
const SP = 0x7fff_0000;
const CODE = 0x40_0000;

/** A copy of a chain of frame pointers, which ends with a frame pointer of 0: the leaf and its callers. */
function copyOf(...frames: number[]): Uint32Array {
  const stack = frames.slice(1).flatMap((caller, index) => {
    const last = index === frames.length - 2;
    return [last ? 0n : BigInt(SP + (index + 1) * 16), BigInt(caller)];
  });
  const words = new BigUint64Array(LAYOUT.registerWords + stack.length);
  const { pc, sp, fp } = LAYOUT.registers;
  words[pc] = BigInt(frames[0]);
  words[sp] = BigInt(SP);
  words[fp] = frames.length > 1 ? BigInt(SP) : 0n;
  words.set(stack, LAYOUT.registerWords);
  return new Uint32Array(words.buffer);
}

function sampled(change: Partial<RawStack> = {}): RawStack {
  const raw = emptyRawStack(DEPTHS);
  raw.kernel.set([-1, -2]);
  return Object.assign(raw, {
    tgid: PID,
    tid: 43,
    comm: "brief",
    slice: 5,
    firstNanos: 15,
    count: 1,
    kernelLength: 2,
    ...change,
  });
}

interface Handed {
  pid: number;
  kernel: number[];
  user: number[];
  end: number;
}

/** Walks whose mappings are those of a process table, each with what `tables` says of its file. */
function world(tables: (file: string) => number) {
  const processes = new ProcessTable({ maps: () => undefined, comm: () => undefined });
  const entryAt = (_pid: number, { start, end, file }: Mapping) => ({
    start,
    end,
    origin: 0,
    table: tables(file),
  });
  const mappings = new RecordedMappings(processes, entryAt);
  const hint = new LeafHint(() => false);
  const walk = new UserWalk(new TableMemory(), LAYOUT.registers, DEPTHS.user, { hint, mappings });
  const answers = { count: 0 };
  const late = new LateWalks(walk, mappings, () => answers.count, LAYOUT, DEPTHS);
  const handed: Handed[] = [];
  const sink = ({ tgid, kernel, kernelLength, user, userLength, userEnd }: RawStack) =>
    handed.push({
      pid: tgid,
      kernel: [...kernel.subarray(0, kernelLength)],
      user: [...user.subarray(0, userLength)],
      end: userEnd,
    });
  const exec = (time: number, file: string) => {
    processes.comm(PID, PID, time, "brief", true);
    processes.mmap(PID, time, { start: CODE, length: 0x1000, fileOffset: 0, inode: 1, file });
  };
  return { processes, late, handed, sink, exec, answers };
}

const FRAMES = [CODE + 1, CODE + 2, CODE + 3];
const KERNEL = [-1, -2];

describe("stacks that were copied", () => {
  it("wait for the table, and have then the frames and all else of their sample", async () => {
    let table = TABLE_COMING;
    const { late, handed, sink, exec, answers } = world(() => table);
    exec(10, "/bin/a");
    late.take(sampled(), copyOf(...FRAMES));
    await late.hand(sink, false);
    expect(handed).toEqual([]);
    table = TABLE_BY_NATURE_NONE;
    answers.count++;
    const seen: RawStack[] = [];
    await late.hand((raw) => {
      sink(raw);
      seen.push({ ...raw });
    }, false);
    expect(handed).toEqual([{ pid: PID, kernel: KERNEL, user: FRAMES, end: StackEnd.complete }]);
    expect(seen[0]).toMatchObject({ tid: 43, comm: "brief", slice: 5, firstNanos: 15, count: 1 });
    await late.hand(sink, false);
    expect(handed).toHaveLength(1);
  });

  it("are walked once for each table that is answered for, however often they are handed over", async () => {
    let asked = 0;
    const { late, handed, sink, exec, answers } = world(() => {
      asked++;
      return TABLE_COMING;
    });
    exec(10, "/bin/a");
    late.take(sampled(), copyOf(...FRAMES));
    await late.hand(sink, false);
    const once = asked;
    expect(once).toBeGreaterThan(0);
    for (let n = 0; n < 5; n++) await late.hand(sink, false);
    expect(asked).toBe(once);
    answers.count++;
    await late.hand(sink, false);
    expect(asked).toBe(once * 2);
    expect(handed).toEqual([]);
  });

  it("are walked by what the process had mapped at their time, whatever it has by now", async () => {
    const asked: string[] = [];
    const { late, handed, sink, exec, processes } = world((file) => {
      asked.push(file);
      return TABLE_BY_NATURE_NONE;
    });
    exec(10, "/bin/a");
    late.take(sampled({ firstNanos: 15 }), copyOf(CODE + 1));
    exec(20, "/bin/b");
    late.take(sampled({ firstNanos: 25 }), copyOf(CODE + 1));
    processes.exit(PID, PID, 30);
    await late.hand(sink, false);
    expect(handed).toHaveLength(2);
    expect([...new Set(asked)].sort()).toEqual(["/bin/a", "/bin/b"]);
  });

  it("of a process of which nothing was told say so, with their leaf", async () => {
    const { late, handed, sink } = world(() => TABLE_BY_NATURE_NONE);
    late.take(sampled(), copyOf(CODE + 1));
    await late.hand(sink, false);
    expect(handed).toEqual([{ pid: PID, kernel: KERNEL, user: [CODE + 1], end: StackEnd.notKnownYet }]);
  });

  it.each([
    ["behind the copy", (LAYOUT.words - LAYOUT.registerWords) * 8],
    ["on another stack, as a signal's handler may have one", 1 << 20],
  ])("that go on %s say that they were not known in time", async (_, distance) => {
    const { late, handed, sink, exec } = world(() => TABLE_BY_NATURE_NONE);
    exec(10, "/bin/a");
    const copy = new Uint32Array(LAYOUT.words * 2);
    copy.set(copyOf(...FRAMES));
    // Where the second frame's pointer leads.
    copy[LAYOUT.registerWords * 2] = SP + distance;
    late.take(sampled(), copy);
    await late.hand(sink, false);
    expect(handed).toEqual([
      { pid: PID, kernel: KERNEL, user: FRAMES.slice(0, 2), end: StackEnd.notKnownYet },
    ]);
  });

  it("are waited with at the end, but not for ever", async () => {
    const { late, handed, sink, exec } = world(() => TABLE_COMING);
    exec(10, "/bin/a");
    late.take(sampled(), copyOf(...FRAMES));
    const begin = performance.now();
    await late.hand(sink, true);
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(handed).toEqual([{ pid: PID, kernel: KERNEL, user: FRAMES, end: StackEnd.notKnownYet }]);
  });

  it("take no more than 32 MiB: the oldest go first, as far as they can be walked", async () => {
    const { late, handed, sink, exec } = world(() => TABLE_COMING);
    exec(10, "/bin/a");
    const copy = new Uint32Array(LAYOUT.words * 2);
    copy.set(copyOf(CODE + 1));
    const fit = Math.floor((32 * 1024 * 1024) / copy.byteLength);
    for (let n = 0; n < fit + 100; n++) late.take(sampled({ slice: n }), copy);
    const slices: number[] = [];
    await late.hand((raw) => {
      slices.push(raw.slice);
      sink(raw);
    }, false);
    expect(slices.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(new Set(handed.map(({ end }) => end))).toEqual(new Set([StackEnd.notKnownYet]));
  });

  it("may hold anything: as many frames as are asked for at most, and an end that is told", async () => {
    const tables = [TABLE_BY_NATURE_NONE, TABLE_MISSING, TABLE_COMING, 4096];
    const word = fc.oneof(
      fc.bigInt(0n, 2n ** 64n - 1n),
      fc.integer({ min: SP, max: SP + 400 }).map(BigInt),
      fc.integer({ min: CODE, max: CODE + 40 }).map(BigInt),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { maxLength: 80 }),
        fc.constantFrom(...tables),
        async (words, table) => {
          const { late, handed, sink, exec } = world(() => table);
          exec(10, "/bin/a");
          late.take(sampled(), new Uint32Array(BigUint64Array.from(words).buffer));
          await late.hand(sink, false);
          if (handed.length === 0) expect(table).toBe(TABLE_COMING);
          for (const { user, end } of handed) {
            expect(user.length).toBeLessThanOrEqual(DEPTHS.user);
            expect(end).toBeLessThan(StackEnd.copyEnded);
            if (words.length < LAYOUT.registerWords) expect(user).toEqual([]);
          }
        },
      ),
    );
  });
});
