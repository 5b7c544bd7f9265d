import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RingReader } from "../../../collector/perf/ring-reader.ts";
import { pageSize } from "../../../collector/sys/page-size.ts";
import { record, sample } from "./sample-writer.ts";

/** A file that looks like a perf event's buffer: what is waiting in it from `tail` on, wrapping around. */
class FakeRing implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "stapflame-ring-"));
  readonly fd = openSync(join(this.#folder, "ring"), "w+");
  readonly capacity = pageSize();

  constructor(waiting: Uint8Array, tail: number) {
    const page = pageSize();
    ftruncateSync(this.fd, page + this.capacity);
    const fields = new BigUint64Array([
      BigInt(tail + waiting.length),
      BigInt(tail),
      BigInt(page),
      BigInt(this.capacity),
    ]);
    writeSync(this.fd, new Uint8Array(fields.buffer), 0, 32, 1024);
    for (const [index, byte] of waiting.entries()) {
      writeSync(this.fd, new Uint8Array([byte]), 0, 1, page + ((tail + index) % this.capacity));
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
    rmSync(this.#folder, { recursive: true });
  }
}

function bytesOf(...records: number[][]): Uint8Array {
  return new Uint8Array(Uint32Array.from(records.flat()).buffer);
}

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
