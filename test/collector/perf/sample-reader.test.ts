import { describe, expect, it } from "vitest";
import type { ProcessEvents, RecordSpec } from "../../../collector/contract.ts";
import { LostSamples } from "../../../collector/perf/lost-samples.ts";
import { RingReader } from "../../../collector/perf/ring-reader.ts";
import type { SamplePlan } from "../../../collector/perf/sample-plan.ts";
import { samplePlan } from "../../../collector/perf/sample-plan.ts";
import { SampleReader } from "../../../collector/perf/sample-reader.ts";
import { bytesOf, FakeRing } from "./fake-ring.ts";
import { record, sample, words } from "./sample-writer.ts";

const SPEC: RecordSpec = {
  targets: { kind: "tasks", pids: [1], tids: [] },
  frequencyHz: 100,
  depths: { kernel: 10, user: 10 },
  mode: "all",
  idle: false,
  perThread: true,
  sliceNanos: 1e9,
  kernelMemoryBytes: 64 * 1024 * 1024,
};
const PLAN: SamplePlan = { ...samplePlan(SPEC, { kernel: true, systemWide: true }, 2), ticks: 1 };
const START = 1000;

/** A CPU clock's tick at nanosecond `time`, in user code at `address`. */
const tick = (time: number, address: bigint, tid = 7) =>
  sample({ pid: 7, tid, time: BigInt(time), chain: [-512n, address] });
const comm = (time: number, name: string, tid = 7) =>
  record(3, 0, [
    ...words(7, tid),
    ...new Uint32Array(new TextEncoder().encode(name.padEnd(8, "\0")).buffer),
    ...words(7, tid, BigInt(time)),
  ]);
const lost = (time: number, count: bigint) => record(2, 0, words(1n, count, 7, 7, BigInt(time)));

/** THROTTLE (5) or UNTHROTTLE (6) of event 3. */
const throttled = (type: number, time: number) =>
  record(type, 0, words(BigInt(time), 3n, 3n, 7, 7, BigInt(time)));

/** Reads buffers of these records; gives what was told and counted, as lines in the order of time. */
function readRings(rings: number[][][], plan: SamplePlan, waits: () => boolean = () => false) {
  const lines: string[] = [];
  const events: ProcessEvents = {
    mmap: () => {},
    comm: (_pid, _tid, time, name) => lines.push(`${time} ${name}`),
    fork: () => {},
    newThread: () => {},
    exit: () => {},
    gap: () => lines.push("gap"),
  };
  const reader = new SampleReader(SPEC, plan, undefined);
  reader.begin(START);
  const fakes = rings.map(
    (records) => new FakeRing(new Uint8Array(Uint32Array.from(records.flat()).buffer), 0),
  );
  const readers = fakes.map(({ fd, capacity }) => new RingReader(fd, capacity));
  try {
    reader.read(readers, events, { waits, settle: () => lines.push("settled") }, false);
    const left = readers.map((ring) => {
      ring.begin();
      return ring.waiting;
    });
    reader.hand(({ comm: name, user, count }) => lines.push(`${name} ${user[0]} ${count}`));
    return { lines, left, samples: reader.samples, drops: reader.lost.drops().map(({ count }) => count) };
  } finally {
    for (const ring of readers) ring.close();
    for (const fake of fakes) fake[Symbol.dispose]();
  }
}

describe("reading the buffers of all CPUs", () => {
  it("goes by time: a sample bears the name that its thread had then, whichever CPU told it", () => {
    const one = [tick(1100, 5n), tick(1300, 5n)];
    const other = [comm(1050, "first"), comm(1200, "second")];
    expect(readRings([one, other], PLAN).lines).toEqual([
      "1050 first",
      "settled",
      "1200 second",
      "settled",
      "first 5 1",
      "second 5 1",
    ]);
  });

  it("counts samples from the start on, and of several ticks on a CPU one, whosever they are", () => {
    const ticks = Array.from({ length: 8 }, (_, index) => tick(1100 + index, 5n, 7 + (index % 2)));
    const counted = readRings([[comm(900, "it"), comm(900, "it", 8), tick(990, 5n), ...ticks]], {
      ...PLAN,
      ticks: 4,
    });
    expect(counted.samples).toBe(2);
    expect(readRings([ticks], PLAN).samples).toBe(8);
  });

  it("counts what was lost, in samples, and has the processes looked at anew", () => {
    const { drops, lines } = readRings([[lost(1100, 9n)]], { ...PLAN, ticks: 4 });
    expect(drops).toEqual([3]);
    expect(lines).toEqual(["gap"]);
  });

  it("counts a loss once, whether events or records tell of it", () => {
    const counted = new LostSamples(1e6, 2);
    counted.eventsTell(5);
    counted.begin();
    counted.eventsTell(9);
    expect(counted.drops()).toMatchObject([{ count: 2 }]);
    expect(counted.told).toBe(0);
    using fake = new FakeRing(bytesOf(lost(1, 4n), throttled(5, 0), throttled(6, 7_000_000)), 0);
    const ring = new RingReader(fake.fd, fake.capacity);
    for (ring.begin(); ring.present; ring.next()) expect(counted.take(ring)).toBe(true);
    ring.close();
    expect(counted.told).toBe(4);
    // 4 records are 2 samples; 7 ms without ticks of 1 ms are 7 ticks.
    expect(counted.drops().map(({ count }) => count)).toEqual([2, 4]);
  });

  it("leaves samples that wait where they are, with all that comes behind them", () => {
    const { left, samples, lines } = readRings(
      [[comm(1050, "it"), tick(1100, 5n), comm(1200, "that")]],
      PLAN,
      () => true,
    );
    expect(samples).toBe(0);
    expect(lines).toEqual(["1050 it", "settled"]);
    expect(left[0]).toBe((tick(1100, 5n).length + comm(1200, "that").length) * 4);
  });
});
