import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable } from "../../../symbolizer/unwind/pack-table.ts";
import { Cfa, RULE_WORDS, type UnwindRule } from "../../../symbolizer/unwind/rule.ts";
import { type ExecutableSegment, lookUp, type UnwindTable } from "../../../symbolizer/unwind/unwind-table.ts";
import { open, value } from "../debug-files/workshop.ts";
import { random } from "../judges.ts";
import { PackedReader } from "./packed-reader.ts";

const NO_STATS = {
  sections: [],
  fdes: 0,
  leftOut: {},
  cut: 0,
  rows: 0,
  followedBytes: 0,
  inexpressible: {},
  lostFramePointer: {},
  full: false,
};

/** A table of any rows; rule 0 is "none", 1 "inexpressible", n rsp + 8n. */
function tableOf(segments: ExecutableSegment[], rows: [start: number, rule: number][]): UnwindTable {
  const rules = new Int32Array(RULE_WORDS * (2 + Math.max(1, ...rows.map(([, rule]) => rule))));
  rules[RULE_WORDS] = Cfa.inexpressible;
  for (let rule = 2; RULE_WORDS * rule < rules.length; rule++) {
    rules[RULE_WORDS * rule] = Cfa.stackPointer;
    rules[RULE_WORDS * rule + 1] = 8 * rule;
    rules[RULE_WORDS * rule + 3] = 0xfff8 | (-16 << 16);
  }
  return {
    machine: "x86-64",
    rowStarts: Float64Array.from(rows, ([start]) => start),
    ruleIndexes: Uint16Array.from(rows, ([, rule]) => rule),
    rules,
    segments,
    stats: NO_STATS,
  };
}

const segment = (address: number, bytes: number): ExecutableSegment => ({ fileOffset: 0, address, bytes });

/** Compares at all the addresses given that a segment has; gives how many. */
function compare(
  table: UnwindTable,
  pieces: ReturnType<typeof packUnwindTable>,
  addresses: Iterable<number>,
): number {
  const reader = new PackedReader(pieces);
  let compared = 0;
  for (const address of addresses) {
    if (!table.segments.some((one) => address >= one.address && address < one.address + one.bytes)) continue;
    const [ours, expected] = [reader.lookUp(address), lookUp(table, address)];
    // `expect` costs more than all the rest here.
    if (!same(ours, expected)) expect(ours, address.toString(16)).toEqual(expected);
    compared++;
  }
  return compared;
}

function same(one: UnwindRule | undefined, other: UnwindRule): boolean {
  return one !== undefined && RULE_KEYS.every((key) => one[key] === other[key]);
}

const RULE_KEYS = ["cfa", "ra", "fp", "register", "cfaOffset", "cfaAdd", "raOffset", "fpOffset"] as const;

function* around(starts: Iterable<number>): Generator<number> {
  for (const start of starts) yield* [start - 1, start, start + 1];
}

describe("packed tables say what the table says", () => {
  test.each(["/bin/bash", "/usr/bin/node", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"])("%s", (path) => {
    const table = value(compileUnwindTable(open(path)));
    const next = random(7);
    for (const most of [1 << 20, 1 << 16]) {
      const pieces = packUnwindTable(table, most);
      for (const { base, end, bytes } of pieces) {
        expect(bytes.length).toBeLessThanOrEqual(most);
        expect(bytes.length % 8).toBe(0);
        expect(base % 0x10000).toBe(0);
        expect(end).toBeGreaterThan(base);
      }
      const addresses = Array.from({ length: 20_000 }, () => {
        const { address, bytes } = table.segments[Math.floor(next() * table.segments.length)];
        return address + Math.floor(next() * bytes);
      });
      const starts = Array.from(
        { length: 5000 },
        () => table.rowStarts[Math.floor(next() * table.rowStarts.length)],
      );
      expect(compare(table, pieces, [...addresses, ...around(starts)])).toBeGreaterThan(30_000);
    }
  });

  test("any rows, cut into pieces of any size", () => {
    const rows = fc.array(fc.tuple(fc.nat(0x80000), fc.nat(400)), { maxLength: 300 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 12, max: 16 }), fc.nat(0xffff), (raw, log, shift) => {
        const sorted = [...new Map(raw)].sort(([a], [b]) => a - b);
        const table = tableOf(
          [segment(shift, 0x30000), segment(0x48000, 0x10000), segment(0x4000000, 0x20000)],
          sorted.map(([start, rule]) => [start + shift, rule]),
        );
        const pieces = packUnwindTable(table, 1 << log);
        let before = 0;
        for (const { base, end, bytes } of pieces) {
          expect(base).toBeGreaterThanOrEqual(before);
          expect(bytes.length).toBeLessThanOrEqual(1 << log);
          before = end;
        }
        // A page whose rules alone do not fit is inexpressible.
        const reader = new PackedReader(pieces);
        for (const address of around([...table.rowStarts, ...table.segments.map(({ address }) => address)])) {
          if (!table.segments.some((one) => address >= one.address && address < one.address + one.bytes))
            continue;
          const ours = reader.lookUp(address);
          if (ours?.cfa === Cfa.inexpressible && log < 14) continue;
          if (!same(ours, lookUp(table, address))) expect(ours).toEqual(lookUp(table, address));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("pieces", () => {
  test("have one byte a row as long as 256 rules do, and are cut where that is worth it", () => {
    const rows = (count: number, rules: number): [number, number][] =>
      Array.from({ length: count }, (_, i) => [4 * i, 2 + (i % rules)]);
    const few = packUnwindTable(tableOf([segment(0, 0x40000)], rows(20_000, 250)));
    expect(few.map(({ bytes }) => bytes[12])).toEqual([1]);
    const many = packUnwindTable(tableOf([segment(0, 0x40000)], rows(20_000, 1000)));
    expect(many.map(({ base, bytes }) => [base, bytes[12]])).toEqual([
      [0, 2],
      [0x10000, 2],
    ]);
    // 16,384 rows with few rules, then others.
    const both = rows(20_000, 250).map(([start, rule]): [number, number] => [
      start,
      start < 0x10000 ? rule : rule + 250,
    ]);
    const cut = packUnwindTable(tableOf([segment(0, 0x40000)], both));
    expect(cut.map(({ base, bytes }) => [base, bytes[12]])).toEqual([
      [0, 1],
      [0x10000, 1],
    ]);
  });

  test("a page that does not fit by itself is inexpressible as a whole", () => {
    const rows = Array.from({ length: 60_000 }, (_, i): [number, number] => [0x10000 + i, 2 + i]);
    const table = tableOf([segment(0, 0x30000)], [[0, 2], ...rows, [0x20000, 2]]);
    const pieces = packUnwindTable(table, 1 << 16);
    const reader = new PackedReader(pieces);
    expect(reader.lookUp(0xffff)).toEqual(lookUp(table, 0));
    expect(reader.lookUp(0x10000)?.cfa).toBe(Cfa.inexpressible);
    expect(reader.lookUp(0x1ffff)?.cfa).toBe(Cfa.inexpressible);
    expect(reader.lookUp(0x20000)).toEqual(lookUp(table, 0));
    expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1 << 16);
  });

  test("cover all executable memory, without what lies far between", () => {
    const table = tableOf([segment(0x1234, 0x100), segment(0x7f0000000, 0x20000)], []);
    const pieces = packUnwindTable(table);
    expect(pieces.map(({ base, end }) => [base, end])).toEqual([
      [0, 0x10000],
      [0x7f0000000, 0x7f0020000],
    ]);
    expect(new PackedReader(pieces).lookUp(0x1300)?.cfa).toBe(Cfa.none);
    expect(packUnwindTable(tableOf([], []))).toEqual([]);
  });

  test("a segment as large as a forged header can tell takes no memory to speak of", () => {
    const table = tableOf([segment(0x1000, 2 ** 50)], [[0x1000, 2]]);
    const before = process.cpuUsage();
    const pieces = packUnwindTable(table);
    expect(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(1 << 24);
    expect(process.cpuUsage(before).user).toBeLessThan(5e6);
  });
});
