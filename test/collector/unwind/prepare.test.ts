import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { TargetSpec, UnwindTableAnswer, UnwindTableSource } from "../../../collector/contract.ts";
import { SHARD_BYTES } from "../../../collector/unwind/memory-format.ts";
import type { ProcessReader } from "../../../collector/unwind/process-reader.ts";
import { Unwinding } from "../../../collector/unwind/unwinding.ts";

const MADE: UnwindTableAnswer = {
  kind: "table",
  segments: [{ fileOffset: 0, address: 0x1000, bytes: 0x1000 }],
  pieces: [{ base: 0x1000, end: 0x2000, bytes: new Uint8Array(64) }],
};

/** Gets ready for a recording of a process that has one file mapped, whose table is made by `make`. */
async function prepared(targets: TargetSpec, make: (path: string) => Promise<UnwindTableAnswer>) {
  const reader: ProcessReader = {
    image: (pid) => {
      const file = pid === process.pid ? "/bin/app" : "/bin/next";
      return { check: 1, mappings: [{ start: 0x1000, end: 0x2000, fileOffset: 0, inode: 0, file }] };
    },
    runs: () => true,
    file: () => undefined,
    beginning: () => undefined,
    constantCode: () => undefined,
    open: () => ({ fd: undefined, problem: undefined }),
  };
  const source: UnwindTableSource = { tableOf: ({ path }) => make(path), librariesOf: async () => [] };
  const kernelSide = { makeShard: async () => new ArrayBuffer(SHARD_BYTES), maxShards: 1 };
  const unwinding = await Unwinding.create(source, targets, kernelSide, reader);
  const told = { progress: new Set<string>(), details: [] as string[] };
  const listener = {
    progress: (text: string) => void told.progress.add(text),
    detail: (text: string) => void told.details.push(text),
  };
  let drains = 0;
  const begin = performance.now();
  await unwinding.prepare(targets, listener, (events) => {
    // In the middle of it the process forks a child that executes something else.
    if (drains++ !== 1) return;
    events.fork(process.pid + 1, process.pid, 1);
    events.comm(process.pid + 1, process.pid + 1, 2, "next", true);
  });
  unwinding.close();
  return { ...told, seconds: (performance.now() - begin) / 1000, answered: unwinding.answered };
}

describe("what is got ready before sampling begins", () => {
  it("is the tables of the targets, and of what they execute meanwhile", async () => {
    const targets: TargetSpec = { kind: "tasks", pids: [process.pid], tids: [] };
    const { seconds, progress, details, answered } = await prepared(targets, async (path) => {
      await sleep(path === "/bin/app" ? 300 : 600);
      return MADE;
    });
    expect(answered).toBe(2);
    expect(seconds).toBeGreaterThan(0.6);
    expect([...progress]).toEqual(
      expect.arrayContaining(["making unwind tables: 0 of 2 files", "making unwind tables: 1 of 2 files"]),
    );
    expect(details).toEqual([]);
  });

  it("is waited for no longer than three seconds for a whole machine, which is told", async () => {
    const { seconds, details } = await prepared({ kind: "all" }, () => new Promise(() => {}));
    expect(seconds).toBeGreaterThan(2.9);
    expect(details).toEqual(["unwind tables of 2 of 2 files are still being made"]);
  });
});
