import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RingReader } from "../../../collector/perf/ring-reader.ts";
import { bytesOf, FakeRing } from "./fake-ring.ts";
import { record, sample } from "./sample-writer.ts";

function readAll(fd: number, capacity: number) {
  const ring = new RingReader(fd, capacity);
  const seen: { type: number; time: number; bytes: number }[] = [];
  try {
    for (ring.begin(); ring.present; ring.next()) {
      expect(ring.at + ring.bytes / 4).toBeLessThanOrEqual(ring.words.length);
      seen.push({ type: ring.type, time: ring.time, bytes: ring.bytes });
    }
    const taken = ring.end();
    ring.begin();
    return { seen, taken, left: ring.waiting };
  } finally {
    ring.close();
  }
}

describe("a ring buffer", () => {
  const one = sample({ pid: 1, tid: 1, time: 1000n, chain: [5n] });
  const exit = record(4, 0, [1, 1, 1, 1, 7, 0, 1, 1, 2000, 0]);

  it.each([0, 24, 4096 - 8, 4096 - 16])("is read record by record, from %s on, around its end", (tail) => {
    using fake = new FakeRing(bytesOf(one, exit, one), tail);
    const { seen, left } = readAll(fake.fd, fake.capacity);
    expect(seen.map(({ type, time }) => [type, time])).toEqual([
      [9, 1000],
      [4, 2000],
      [9, 1000],
    ]);
    expect(left).toBe(0);
  });

  it("of any bytes ends, and all room is free again", () => {
    const garbage = fc.uint8Array({ minLength: 0, maxLength: 512 });
    fc.assert(
      fc.property(garbage, fc.nat(511), (bytes, at) => {
        const whole = bytes.subarray(0, Math.floor(bytes.length / 8) * 8);
        using fake = new FakeRing(whole, at * 8);
        const { seen, taken, left } = readAll(fake.fd, fake.capacity);
        expect(seen.reduce((sum, { bytes: each }) => sum + each, 0)).toBeLessThanOrEqual(whole.length);
        expect(taken).toBe(whole.length);
        expect(left).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
