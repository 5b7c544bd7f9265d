import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SampleLayout, SampleRecord } from "../../../collector/perf/sample-record.ts";
import { sample } from "./sample-writer.ts";

const KERNEL = -128n;
const USER = -512n;
const CHAIN: SampleLayout = { callchain: true, maxStack: 127, registers: 0 };
const COPY: SampleLayout = { callchain: true, maxStack: 127, registers: 3 };

function read(layout: SampleLayout, written: readonly number[]): SampleRecord | undefined {
  const record = new SampleRecord(layout);
  return record.read(Uint32Array.from(written), 0, written.length * 4) ? record : undefined;
}

function addresses({ words }: SampleRecord, at: number, length: number): bigint[] {
  return Array.from({ length }, (_, index) => {
    const word = at + index * 2;
    return BigInt.asIntN(64, (BigInt(words[word + 1]) << 32n) | BigInt(words[word]));
  });
}

describe("a sample of perf's", () => {
  it("with a call chain: the kernel's frames and the user's, each behind its mark", () => {
    const found = read(
      CHAIN,
      sample({
        pid: 7,
        tid: 8,
        time: 5000n,
        chain: [KERNEL, -0x7eff_0000n, -0x7eff_1000n, USER, 1n, 2n, 3n],
      }),
    );
    expect(found).toMatchObject({
      pid: 7,
      tid: 8,
      time: 5000,
      kernelLength: 2,
      userLength: 3,
      chainCut: false,
      abi: 0,
    });
    expect(found && addresses(found, found.kernelAt, found.kernelLength)).toEqual([
      -0x7eff_0000n,
      -0x7eff_1000n,
    ]);
    expect(found && addresses(found, found.userAt, found.userLength)).toEqual([1n, 2n, 3n]);
  });

  it("with marks that are not known: what is behind them is nobody's", () => {
    const found = read(CHAIN, sample({ pid: 7, tid: 8, time: 1n, chain: [-2048n, 9n, USER, 1n] }));
    expect(found).toMatchObject({ kernelLength: 0, userLength: 1 });
  });

  it("a chain as long as may be is told to be cut", () => {
    const chain = [USER, ...Array.from({ length: 4 }, (_, index) => BigInt(index + 1))];
    expect(read({ ...CHAIN, maxStack: 4 }, sample({ pid: 1, tid: 1, time: 1n, chain }))?.chainCut).toBe(true);
    expect(read({ ...CHAIN, maxStack: 5 }, sample({ pid: 1, tid: 1, time: 1n, chain }))?.chainCut).toBe(
      false,
    );
  });

  it("with registers and stack: how much was copied, and whether there may be more", () => {
    const written = { pid: 1, tid: 2, time: 3n, chain: [], registers: [10n, 20n, 30n] };
    const whole = read(COPY, sample({ ...written, stack: [1n, 2n], room: 8 }));
    expect(whole).toMatchObject({ abi: 2, stackBytes: 16, stackGoesOn: false });
    expect(whole && addresses(whole, whole.registersAt, 3)).toEqual([10n, 20n, 30n]);
    expect(whole && addresses(whole, whole.stackAt, 2)).toEqual([1n, 2n]);
    expect(read(COPY, sample({ ...written, stack: [1n, 2n] }))).toMatchObject({ stackGoesOn: true });
    expect(read(COPY, sample(written))).toMatchObject({ abi: 2, stackBytes: 0 });
  });

  it("of a task that has given up its ids has none", () => {
    expect(read(CHAIN, sample({ pid: 0xffffffff, tid: 0xffffffff, time: 1n, chain: [] }))).toMatchObject({
      pid: 0,
      tid: 0,
    });
  });

  it("of any bytes is refused, or lies within them", () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 64 }),
      fc.constantFrom(0xffffffff, 0xffffff80, 0xfffffe00),
    );
    const layout = fc.record({ callchain: fc.boolean(), maxStack: fc.nat(127), registers: fc.nat(17) });
    fc.assert(
      fc.property(layout, fc.array(word, { maxLength: 80 }), fc.nat(8), (chosen, written, cut) => {
        const record = new SampleRecord(chosen);
        const bytes = Math.max(0, written.length * 4 - cut);
        if (!record.read(Uint32Array.from(written), 0, bytes)) return;
        const end = written.length;
        if (record.kernelLength > 0)
          expect(record.kernelAt + record.kernelLength * 2).toBeLessThanOrEqual(end);
        if (record.userLength > 0) expect(record.userAt + record.userLength * 2).toBeLessThanOrEqual(end);
        if (record.abi !== 0) expect(record.registersAt + chosen.registers * 2).toBeLessThanOrEqual(end);
        if (record.stackBytes > 0) expect(record.stackAt + record.stackBytes / 4).toBeLessThanOrEqual(end);
      }),
      { numRuns: 2000 },
    );
  });
});
