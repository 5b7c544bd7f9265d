import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UnwindTableAnswer, UnwindTableSource } from "../../../collector/contract.ts";
import type { Mapping } from "../../../collector/process/address-space.ts";
import {
  SHARD_BYTES,
  TABLE_BY_NATURE_NONE,
  TABLE_COMING,
  TABLE_MISSING,
} from "../../../collector/unwind/memory-format.ts";
import { ProcessFeed } from "../../../collector/unwind/process-feed.ts";
import type { ProcessImage, ProcessReader } from "../../../collector/unwind/process-reader.ts";
import { Shards } from "../../../collector/unwind/shards.ts";
import { KernelView } from "./kernel-view.ts";

/** Mappings of files below /dev/null can be opened by nobody, so the source is told the path only. */
const PAGE = 0x1000;
const map = (start: number, file: string, pages = 16, fileOffset = 0): Mapping => ({
  start,
  end: start + pages * PAGE,
  fileOffset,
  inode: 0,
  file,
});
const told = ({ start, end, ...rest }: Mapping) => ({ start, length: end - start, ...rest });

/** A table of one piece with `bytes` of one value, for a file of 64 KiB of code at an ELF address. */
function table(value: number, bytes = 4096, address = 0x10000): UnwindTableAnswer {
  return {
    kind: "table",
    segments: [{ fileOffset: 0, address, bytes: 0x10000 }],
    pieces: [{ base: address, end: address + 0x10000, bytes: new Uint8Array(bytes).fill(value) }],
  };
}

interface World {
  feed: ProcessFeed;
  kernel: KernelView;
  shards: Shards;
  images: Map<number, ProcessImage | "executing">;
  running: Set<number>;
  asked: string[];
  /** First bytes of memory, by address, and where they were read. */
  beginnings: Map<number, Uint8Array>;
  looked: number[];
  /** Code that nobody can write to, by address, and where such was looked for. */
  codes: Map<number, Uint8Array>;
  lookedIn: number[];
  /** Lets everything that waits for a promise go on. */
  settle(): Promise<void>;
  /** One drain: a barrier, and what comes after it. */
  round(): Promise<void>;
  entriesOf(pid: number): string[] | undefined;
}

/** The vdso is the one mapping whose file needs no opening: all tables here are asked for by that way. */
async function world(
  answer: (path: string) => UnwindTableAnswer | Promise<UnwindTableAnswer>,
  maxShards = 4,
  followed: "all" | "known" = "all",
): Promise<World> {
  const memories: ArrayBuffer[] = [];
  const shards = new Shards(async (shard) => {
    memories[shard] = new ArrayBuffer(SHARD_BYTES);
    return memories[shard];
  }, maxShards);
  await shards.grow();
  const images = new Map<number, ProcessImage | "executing">();
  const running = new Set<number>();
  const asked: string[] = [];
  const beginnings = new Map<number, Uint8Array>();
  const looked: number[] = [];
  const codes = new Map<number, Uint8Array>();
  const lookedIn: number[] = [];
  const reader: ProcessReader = {
    image: (pid) => images.get(pid),
    runs: (pid) => running.has(pid),
    file: () => undefined,
    beginning: (_, { start }) => {
      looked.push(start);
      return beginnings.get(start);
    },
    constantCode: (_, { start }) => {
      lookedIn.push(start);
      return codes.get(start);
    },
    open: () => ({ fd: undefined, problem: undefined }),
  };
  const source: UnwindTableSource = {
    async tableOf({ path }) {
      asked.push(path);
      return answer(path);
    },
    tableOfRunTimeCode: ([first]) => (first === undefined ? undefined : table(first, 4096, 0)),
    librariesOf: async () => [],
  };
  const feed = new ProcessFeed(source, shards, followed, reader);
  const kernel = new KernelView(memories);
  const settle = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    feed,
    kernel,
    shards,
    images,
    running,
    asked,
    beginnings,
    looked,
    codes,
    lookedIn,
    settle,
    async round() {
      feed.flush();
      const released = shards.space.beforeBarrier();
      await settle();
      shards.space.afterBarrier(released);
      feed.endRound();
      await settle();
    },
    entriesOf(pid) {
      const place = kernel.blockOf(pid);
      return place === undefined
        ? undefined
        : kernel.block(place).entries.map(({ start, end, origin, table: at }) => {
            const bytes =
              at > TABLE_COMING
                ? ` table of ${kernel.bytes(at, 1)[0]} from ${origin.toString(16)}`
                : ` ${at}`;
            return `${start.toString(16)}-${end.toString(16)}${bytes}`;
          });
    },
  };
}

describe("code that was made at run time", () => {
  it("has a table where its beginning is known, from that on, whatever offset a record tells; looked at once", async () => {
    const { feed, images, settle, entriesOf, beginnings, looked } = await world(() => table(7));
    images.set(10, {
      check: 99,
      mappings: [map(0x400000, "/bin/app"), map(0x700000, "", 4), map(0x800000, "", 4)],
    });
    beginnings.set(0x700000, Uint8Array.of(5));
    feed.ensure(10);
    await settle();
    feed.flush();
    expect(entriesOf(10)).toEqual([
      "400000-410000 table of 7 from 400000",
      "700000-704000 table of 5 from 700000",
      "800000-804000 0",
    ]);
    // As MMAP2 records tell of memory: its offset is its address. Longer than the table reaches.
    beginnings.set(0x900000, Uint8Array.of(5));
    feed.mmap(10, 1, told(map(0x900000, "//anon", 32, 0x900000)));
    feed.fork(11, 10, 2);
    await settle();
    feed.flush();
    for (const pid of [10, 11]) {
      expect(entriesOf(pid)?.slice(1)).toEqual([
        "700000-704000 table of 5 from 700000",
        "800000-804000 0",
        "900000-910000 table of 5 from 900000",
        "910000-920000 1",
      ]);
    }
    expect(looked).toEqual([0x700000, 0x800000, 0x900000]);
  });
});

describe("code that was made at run time and keeps no frame pointers", () => {
  const code = Uint8Array.of(0xc3);

  it("is followed where stacks end in it, and anew when it is mapped again; what else its process makes, at once", async () => {
    const { feed, images, settle, entriesOf, codes, lookedIn, asked } = await world(() => table(7, 4096, 0));
    images.set(10, {
      check: 99,
      mappings: [map(0x400000, "/bin/app"), map(0x700000, "", 1), map(0x800000, "", 1)],
    });
    for (const address of [0x700000, 0x900000]) codes.set(address, code);
    feed.ensure(10);
    await settle();
    expect(lookedIn).toEqual([]);
    // In a file's code, in no mapping, in that of a process that nobody knows.
    for (const [pid, address] of [
      [10, 0x400010],
      [10, 0x600000],
      [11, 0x700010],
    ])
      feed.endedAt(pid, address);
    expect(lookedIn).toEqual([]);
    feed.endedAt(10, 0x700010);
    feed.endedAt(10, 0x700020);
    feed.flush();
    expect(entriesOf(10)?.slice(1)).toEqual([
      `700000-701000 ${TABLE_COMING}`,
      `800000-801000 ${TABLE_BY_NATURE_NONE}`,
    ]);
    await settle();
    expect(entriesOf(10)?.slice(1)).toEqual([
      "700000-701000 table of 7 from 700000",
      `800000-801000 ${TABLE_BY_NATURE_NONE}`,
    ]);
    // What else its process has made is looked at, too, but cannot be read.
    expect(lookedIn).toEqual([0x700000, 0x800000]);
    // The same range again, of which nothing else tells that other code is there now.
    const again = map(0x700000, "", 1);
    feed.mmap(10, 1, told(again));
    feed.mmap(10, 2, told(again));
    feed.mmap(10, 3, told(map(0x900000, "//anon", 1, 0x900000)));
    await settle();
    feed.flush();
    expect(entriesOf(10)?.at(-1)).toBe("900000-901000 table of 7 from 900000");
    expect(lookedIn).toEqual([0x700000, 0x800000, 0x700000, 0x700000, 0x900000]);
    expect(asked.filter((path) => path === "[run-time code]").length).toBe(4);
    expect(feed.counters()).toMatchObject({ files: 3, missing: [] });
  });

  it("is let go of with the last process that has it, and looked at seldom where it cannot be read", async () => {
    const { feed, images, settle, round, running, codes, lookedIn, shards } = await world(() =>
      table(7, 4096, 0),
    );
    images.set(10, { check: 99, mappings: [map(0x700000, "", 1), map(0x800000, "", 1)] });
    codes.set(0x700000, code);
    running.add(10);
    feed.ensure(10);
    await round();
    const before = shards.space.usedBytes;
    feed.endedAt(10, 0x700010);
    feed.fork(11, 10, 1);
    running.add(11);
    await settle();
    expect(feed.counters().files).toBe(1);
    for (let i = 0; i < 32; i++) {
      feed.endedAt(10, 0x800010);
      await round();
    }
    expect(lookedIn).toEqual([0x700000, 0x800000, 0x800000]);
    for (const pid of [10, 11]) {
      expect(feed.counters().files).toBe(1);
      running.delete(pid);
      feed.exit(pid, pid, 2);
      await round();
    }
    expect(feed.counters().files).toBe(0);
    await round();
    expect(shards.space.usedBytes).toBeLessThanOrEqual(before);
  });

  it("is followed within bounds: so much at once, so much a round", async () => {
    const { feed, images, round, codes, lookedIn } = await world(() => ({
      kind: "none",
      reason: "cannot be followed",
    }));
    const starts = Array.from({ length: 40 }, (_, index) => 0x700000 + index * 0x100000);
    images.set(10, { check: 99, mappings: starts.map((start) => map(start, "", 256)) });
    for (const start of starts) codes.set(start, new Uint8Array(1 << 18));
    feed.ensure(10);
    for (const start of starts) feed.endedAt(10, start);
    expect(lookedIn.length).toBe(4);
    for (let i = 0; i < 16; i++) {
      await round();
      for (const start of starts) feed.endedAt(10, start);
    }
    expect(lookedIn.length).toBe(6);
    expect(feed.counters()).toMatchObject({ files: 0, missing: [] });
  });
});

describe("what the kernel is told of processes", () => {
  it("what /proc shows, tables when they are there, code of no file without", async () => {
    let tell: (answer: UnwindTableAnswer) => void = () => {};
    const later = new Promise<UnwindTableAnswer>((resolve) => {
      tell = resolve;
    });
    const { feed, images, settle, entriesOf, kernel } = await world((path) =>
      path === "/bin/late" ? later : path === "/bin/odd" ? { kind: "none", reason: "is odd" } : table(7),
    );
    images.set(10, {
      check: 99,
      mappings: [
        map(0x400000, "/bin/app"),
        map(0x500000, "/bin/late"),
        map(0x600000, "/bin/odd"),
        map(0x700000, ""),
      ],
    });
    feed.ensure(10);
    feed.flush();
    // Until a file has an answer, its table is coming.
    expect(entriesOf(10)).toEqual([
      "400000-410000 2",
      "500000-510000 2",
      "600000-610000 2",
      "700000-710000 0",
    ]);
    await settle();
    expect(entriesOf(10)?.slice(0, 2)).toEqual(["400000-410000 table of 7 from 400000", "500000-510000 2"]);
    tell(table(8));
    await settle();
    expect(entriesOf(10)).toEqual([
      "400000-410000 table of 7 from 400000",
      "500000-510000 table of 8 from 500000",
      "600000-610000 1",
      "700000-710000 0",
    ]);
    expect(kernel.block(kernel.blockOf(10) ?? 0).check).toBe(99);
    expect(feed.counters()).toMatchObject({ files: 2, missing: [{ file: "/bin/odd", reason: "is odd" }] });
  });

  it("a part of a file is placed by its offset; what its table does not cover has none", async () => {
    const { feed, images, settle, entriesOf } = await world(() => table(3));
    images.set(10, { check: 1, mappings: [map(0x400000, "/bin/app", 32, 0x8000)] });
    feed.ensure(10);
    await settle();
    expect(entriesOf(10)).toEqual(["400000-408000 table of 3 from 3f8000", "408000-420000 1"]);
  });

  it("a child at once what its parent has, until it maps something of its own", async () => {
    const { feed, images, settle, entriesOf, kernel } = await world(() => table(7));
    images.set(10, { check: 5, mappings: [map(0x400000, "/bin/app")] });
    feed.ensure(10);
    await settle();
    feed.fork(11, 10, 1);
    expect(kernel.blockOf(11)).toBe(kernel.blockOf(10));
    feed.mmap(11, 2, told(map(0x500000, "//anon")));
    feed.flush();
    expect(entriesOf(11)).toEqual(["400000-410000 table of 7 from 400000", "500000-510000 0"]);
    expect(entriesOf(10)).toEqual(["400000-410000 table of 7 from 400000"]);
    expect(kernel.block(kernel.blockOf(11) ?? 0).check).toBe(5);
  });

  it("an exec begins anew, with the check of the new image", async () => {
    const { feed, images, settle, entriesOf, kernel, asked } = await world(() => table(7));
    images.set(10, { check: 5, mappings: [map(0x400000, "/bin/app")] });
    feed.ensure(10);
    await settle();
    images.set(10, { check: 6, mappings: [map(0x800000, "/bin/next"), map(0x400000, "/bin/app")] });
    feed.comm(10, 10, 3, "next", true);
    feed.flush();
    expect(entriesOf(10)).toEqual(["400000-410000 table of 7 from 400000", "800000-810000 2"]);
    await settle();
    expect(entriesOf(10)).toEqual([
      "400000-410000 table of 7 from 400000",
      "800000-810000 table of 7 from 800000",
    ]);
    expect(kernel.block(kernel.blockOf(10) ?? 0).check).toBe(6);
    // A table is asked for once a file.
    expect(asked).toEqual(["/bin/app", "/bin/next"]);
    images.delete(10);
    feed.comm(10, 10, 4, "gone", true);
    expect(entriesOf(10)).toBeUndefined();
  });

  it.each(["all", "known"] as const)(
    "nothing while an exec is under way, then what there is by then, followed: %s",
    async (followed) => {
      const { feed, images, settle, entriesOf, kernel, asked } = await world(() => table(7), 4, followed);
      images.set(10, { check: 5, mappings: [map(0x400000, "/bin/app")] });
      feed.ensure(10);
      await settle();
      expect(feed.awaitsExec).toBe(false);
      images.set(10, "executing");
      feed.comm(10, 10, 3, "next", true);
      feed.mmap(10, 4, told(map(0x800000, "/bin/next")));
      feed.flush();
      expect(entriesOf(10)).toBeUndefined();
      expect(feed.awaitsExec).toBe(true);
      // What it will need is made meanwhile.
      await settle();
      expect(asked).toEqual(["/bin/app", "/bin/next"]);
      // Sampled in the kernel, and executing another at once: nothing of it is forgotten.
      feed.sampled(10);
      feed.comm(10, 10, 5, "last", true);
      images.set(10, { check: 6, mappings: [map(0x800000, "/bin/next"), map(0x900000, "/bin/last")] });
      feed.flush();
      expect(feed.awaitsExec).toBe(false);
      await settle();
      expect(entriesOf(10)).toEqual([
        "800000-810000 table of 7 from 800000",
        "900000-910000 table of 7 from 900000",
      ]);
      expect(kernel.block(kernel.blockOf(10) ?? 0).check).toBe(6);
    },
  );

  it("nothing of an exec that is never over, which is not looked at for ever", async () => {
    const { feed, images, round, entriesOf } = await world(() => table(7));
    for (const pid of [10, 11]) images.set(pid, "executing");
    feed.comm(10, 10, 1, "stuck", true);
    feed.comm(11, 11, 1, "killed", true);
    images.delete(11);
    feed.exit(11, 11, 2);
    for (let rounds = 0; rounds < 8; rounds++) {
      expect(feed.awaitsExec).toBe(true);
      await round();
    }
    expect(feed.awaitsExec).toBe(false);
    images.set(10, { check: 5, mappings: [map(0x400000, "/bin/stuck")] });
    feed.sampled(10);
    await round();
    expect([10, 11].map((pid) => entriesOf(pid) !== undefined)).toEqual([true, false]);
  });

  it("nothing any more when a process has ended, but while it has threads", async () => {
    const { feed, images, running, settle, round, entriesOf } = await world(() => table(7));
    images.set(10, { check: 5, mappings: [map(0x400000, "/bin/app")] });
    feed.ensure(10);
    await settle();
    running.add(10);
    feed.exit(10, 10, 4);
    await round();
    expect(entriesOf(10)).toBeDefined();
    running.delete(10);
    await round();
    expect(entriesOf(10)).toBeUndefined();
  });

  it("nothing any more of a child without threads that has ended, without a look at /proc", async () => {
    const { feed, images, running, settle, round, entriesOf } = await world(() => table(7));
    images.set(10, { check: 5, mappings: [map(0x400000, "/bin/app")] });
    feed.ensure(10);
    await settle();
    // Of 13 something may not have been told, 12 has a thread left, 11 is waited for by nobody yet.
    for (const pid of [13, 12, 11]) {
      images.set(pid, { check: 5, mappings: [map(0x400000, "/bin/app")] });
      running.add(pid);
      feed.fork(pid, 10, 1);
      if (pid === 13) feed.gap(1);
    }
    feed.newThread(12);
    for (const pid of [11, 12, 13]) feed.exit(pid, pid, 3);
    await round();
    expect([11, 12, 13].map((pid) => entriesOf(pid) !== undefined)).toEqual([false, true, true]);
    // The same number again, with a thread.
    feed.fork(11, 10, 4);
    feed.newThread(11);
    feed.exit(11, 11, 5);
    running.clear();
    await round();
    expect([11, 12, 13].map((pid) => entriesOf(pid))).toEqual([undefined, undefined, undefined]);
  });

  it("of a number that is another's by now nothing that was known of the process before", async () => {
    const { feed, images, running, settle, round, entriesOf } = await world(() => table(7), 4, "known");
    images.set(10, { check: 5, mappings: [map(0x400000, "/bin/app")] });
    feed.ensure(10);
    await settle();
    // A child without threads, gone when it is read of after its exec. Then a process that nobody told of has its number.
    feed.fork(11, 10, 1);
    feed.comm(11, 11, 2, "brief", true);
    feed.exit(11, 11, 3);
    images.set(11, { check: 6, mappings: [map(0x400000, "/bin/app")] });
    running.add(11);
    feed.sampled(11);
    feed.exit(11, 11, 4);
    await round();
    expect(entriesOf(11)).toBeDefined();
  });

  it("only of what is followed or sampled, unless all are recorded", async () => {
    const { feed, images, settle, entriesOf } = await world(() => table(7), 4, "known");
    for (const pid of [10, 20]) images.set(pid, { check: 5, mappings: [map(0x400000, "/bin/app")] });
    feed.ensure(10);
    feed.comm(20, 20, 1, "other", true);
    feed.fork(21, 20, 2);
    await settle();
    feed.flush();
    expect([10, 20, 21].map((pid) => entriesOf(pid) !== undefined)).toEqual([true, false, false]);
    feed.sampled(20);
    feed.flush();
    expect(entriesOf(20)).toBeDefined();
  });
});

describe("processes that were over before /proc was read", () => {
  it("have the files asked for that they executed", async () => {
    const { feed, images, settle, asked } = await world(() => table(7), 4, "known");
    images.set(1, { check: 1, mappings: [] });
    feed.ensure(1);
    feed.fork(2, 1, 1);
    feed.comm(2, 2, 2, "brief", true);
    feed.mmap(2, 3, told(map(0x400000, "/bin/brief")));
    feed.exit(2, 2, 4);
    feed.mmap(3, 5, told(map(0x400000, "/bin/of-another")));
    feed.mmap(2, 5, told(map(0x400000, "/bin/later")));
    await settle();
    expect(asked).toEqual(["/bin/brief"]);
  });

  it("have entries all the same, of a file that is asked for now if need be", async () => {
    const { feed, settle, asked, kernel } = await world((path) =>
      path === "/bin/odd" ? { kind: "none", reason: "is odd" } : table(7),
    );
    const brief = map(0x400000, "/bin/brief");
    expect(feed.entryAt(2, brief, 0x400010)).toMatchObject({ table: TABLE_COMING });
    expect(feed.entryAt(2, map(0x500000, "/bin/odd"), 0x500010)).toMatchObject({ table: TABLE_COMING });
    await settle();
    const { origin, table: place } = feed.entryAt(2, brief, 0x400010);
    expect([origin, kernel.bytes(place, 1)[0]]).toEqual([0x400000, 7]);
    expect(feed.entryAt(2, map(0x500000, "/bin/odd"), 0x500010)).toMatchObject({ table: TABLE_MISSING });
    expect(feed.entryAt(2, map(0x600000, "//anon"), 0x600010)).toMatchObject({ table: TABLE_BY_NATURE_NONE });
    expect(asked).toEqual(["/bin/brief", "/bin/odd"]);
  });
});

describe("bounded memory", () => {
  const LARGE = 700 * 1024;

  it("throws out the table that was not used for the longest time, and takes it back when it is", async () => {
    // Blocks have the first shard, so two tables have room.
    const { feed, images, settle, round, entriesOf, asked, shards } = await world(
      (path) => table(path.charCodeAt(5), LARGE),
      3,
    );
    for (const [pid, name] of [
      [1, "a"],
      [2, "b"],
      [3, "c"],
    ] as const) {
      images.set(pid, { check: pid, mappings: [map(0x400000, `/bin/${name}`)] });
    }
    const has = (pid: number) => /table/.test(entriesOf(pid)?.[0] ?? "");
    feed.ensure(1);
    feed.ensure(2);
    await settle();
    expect([1, 2].map(has)).toEqual([true, true]);
    for (let i = 0; i < 10; i++) {
      feed.sampled(2);
      await round();
    }
    feed.ensure(3);
    await round();
    await round();
    expect([1, 2, 3].map(has)).toEqual([false, true, true]);
    expect(feed.counters()).toMatchObject({ files: 2, evicted: 1, withoutRoom: 1 });
    // What is used takes turns with what is not used any more, not with what is.
    for (let i = 0; i < 10; i++) {
      feed.sampled(1);
      feed.sampled(2);
      await round();
    }
    expect([1, 2, 3].map(has)).toEqual([true, true, false]);
    for (let i = 0; i < 30; i++) {
      for (const pid of [1, 2, 3]) feed.sampled(pid);
      await round();
    }
    expect([1, 2, 3].map(has)).toEqual([true, true, false]);
    expect(asked.length).toBeLessThan(7);
    expect(shards.memoryBytes).toBe(3 * SHARD_BYTES);
  });

  it("of code that was followed, too, which is read again then", async () => {
    const { feed, images, settle, round, entriesOf, codes, lookedIn } = await world(
      (path) => table(path.startsWith("[") ? 7 : path.charCodeAt(5), LARGE, 0),
      3,
    );
    images.set(1, { check: 1, mappings: [map(0x700000, "", 1)] });
    codes.set(0x700000, Uint8Array.of(0xc3));
    for (const pid of [2, 3])
      images.set(pid, { check: pid, mappings: [map(0x400000, `/bin/${"abc"[pid - 1]}`)] });
    const has = (pid: number) => /table/.test(entriesOf(pid)?.[0] ?? "");
    feed.ensure(1);
    feed.endedAt(1, 0x700010);
    await settle();
    expect(has(1)).toBe(true);
    for (let i = 0; i < 20; i++) {
      for (const pid of [2, 3]) feed.sampled(pid);
      await round();
    }
    expect([1, 2, 3].map(has)).toEqual([false, true, true]);
    for (let i = 0; i < 20; i++) {
      for (const pid of [1, 2]) feed.sampled(pid);
      await round();
    }
    expect([1, 2, 3].map(has)).toEqual([true, true, false]);
    expect(lookedIn).toEqual([0x700000, 0x700000]);
  });

  it("of a table that fits nowhere it is said", async () => {
    const { feed, images, settle, entriesOf } = await world(() => table(1, SHARD_BYTES), 1);
    images.set(1, { check: 1, mappings: [map(0x400000, "/bin/a")] });
    feed.ensure(1);
    await settle();
    expect(entriesOf(1)).toEqual(["400000-410000 1"]);
    expect(feed.counters()).toMatchObject({ files: 0, withoutRoom: 1 });
  });
});

describe("at any time", () => {
  const step = fc.record({
    kind: fc.constantFrom(
      "fork",
      "exec",
      "executing",
      "mmap",
      "exit",
      "sampled",
      "ended",
      "round",
      "settle",
      "gone",
    ),
    pid: fc.integer({ min: 1, max: 6 }),
    other: fc.integer({ min: 1, max: 6 }),
    file: fc.constantFrom("/bin/a", "/bin/b", "/bin/c", "/bin/d", "//anon"),
    start: fc.integer({ min: 0x400, max: 0x440 }),
  });

  it("each slot leads to a block of that process's image, each entry to a table that is in use", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, maxShards) => {
          const { feed, images, running, kernel, settle, round, codes } = await world(
            // Of code without a file a path of its own: "[run-time code]" has an n there.
            (path) => table(path.startsWith("[") ? "e".charCodeAt(0) : path.charCodeAt(5), 400 * 1024),
            maxShards,
          );
          for (let page = 0x400; page < 0x440; page += 2) codes.set(page * PAGE, new Uint8Array(PAGE));
          const known = new Map<number, number>();
          let check = 0;
          for (const { kind, pid, other, file, start } of steps) {
            const mapping = map(start * PAGE, file, 4);
            if (kind === "fork" && pid !== other) {
              const parent = images.get(other);
              if (parent) images.set(pid, parent);
              else images.delete(pid);
              running.add(pid);
              feed.fork(pid, other, 0);
            } else if (kind === "exec") {
              check++;
              images.set(pid, { check, mappings: [mapping] });
              running.add(pid);
              feed.comm(pid, pid, 0, "x", true);
            } else if (kind === "executing") {
              images.set(pid, "executing");
              running.add(pid);
              feed.comm(pid, pid, 0, "x", true);
            } else if (kind === "mmap") {
              const image = images.get(pid);
              if (image === "executing") images.set(pid, { check: ++check, mappings: [mapping] });
              else if (image) images.set(pid, { check: image.check, mappings: [...image.mappings, mapping] });
              feed.mmap(pid, 0, told(mapping));
            } else if (kind === "exit" || kind === "gone") {
              running.delete(pid);
              if (kind === "exit") feed.exit(pid, pid, 0);
            } else if (kind === "sampled") feed.sampled(pid);
            else if (kind === "ended") feed.endedAt(pid, start * PAGE);
            else if (kind === "round") await round();
            else if (kind === "settle") await settle();
            feed.flush();
            for (let each = 1; each <= 6; each++) {
              const place = kernel.blockOf(each);
              if (place === undefined) continue;
              const block = kernel.block(place);
              const image = images.get(each);
              // Amid an exec none leads anywhere.
              const shown = image === "executing" ? undefined : (image?.check ?? known.get(each));
              expect(block.check).toBe(shown);
              known.set(each, block.check);
              let end = 0;
              for (const entry of block.entries) {
                expect(entry.start).toBeGreaterThanOrEqual(end);
                expect(entry.end).toBeGreaterThan(entry.start);
                end = entry.end;
                // Tables are filled with their file's letter: a wrong or an overwritten one would show.
                if (entry.table > TABLE_COMING) {
                  const bytes = kernel.bytes(entry.table, 400 * 1024);
                  expect("abcde").toContain(String.fromCharCode(bytes[0]));
                  expect(bytes[400 * 1024 - 1]).toBe(bytes[0]);
                }
              }
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 120_000);
});
