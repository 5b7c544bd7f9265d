import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawStack } from "../../../collector/contract.ts";
import { checksum, OutputParser } from "../../../collector/stap/output-parser.ts";
import { frame, type Row } from "./frame-writer.ts";

const KERNEL_TEXT = -0x7f000000; // 0xffffffff81000000, sign-extended
const row: Row = {
  tgid: 42,
  tid: 43,
  comm: "split",
  slice: 3,
  count: 7,
  first: 1_310_562_418_498,
  kernel: [KERNEL_TEXT + 0x123, KERNEL_TEXT + 0x456],
  user: [0x5569_1234_5678, 0x7fff_ffff_f000],
};

function rowOf(stack: RawStack): Row {
  return {
    tgid: stack.tgid,
    tid: stack.tid,
    comm: stack.comm,
    slice: stack.slice,
    count: stack.count,
    first: stack.firstNanos,
    kernel: [...stack.kernel.subarray(0, stack.kernelLength)],
    user: [...stack.user.subarray(0, stack.userLength)],
  };
}

/** All rows that the parser makes of these pieces. */
function parse(pieces: readonly Uint8Array[], parser = new OutputParser(16)): Row[] {
  const rows: Row[] = [];
  for (const piece of pieces) parser.push(piece, (stack) => rows.push(rowOf(stack)));
  return rows;
}

const arbitraryRow: fc.Arbitrary<Row> = fc.record({
  tgid: fc.nat(),
  tid: fc.nat(),
  comm: fc.stringMatching(/^[ -~]{0,15}$/),
  slice: fc.nat(),
  count: fc.integer({ min: 1, max: 1e9 }),
  first: fc.integer({ min: 0, max: 2 ** 52 }),
  kernel: fc.array(fc.integer({ min: -(2 ** 47), max: -1 }), { maxLength: 16 }),
  user: fc.array(fc.integer({ min: 0, max: 2 ** 47 - 1 }), { maxLength: 16 }),
});

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

describe("the output's parser", () => {
  it("reads a stack as the module writes it", () => {
    expect(parse([frame(0, [row])])).toEqual([row]);
  });

  it("reads a line that a real module wrote", () => {
    // Debian 13, kernel 6.12, SystemTap 5.1: a user stack of `split`, main's caller in libc.
    const line = "S 297 0 73706c69740000000000000000000000 0 134 1310580292655 . .VXfwr9GNVXfwr9HDVXfwr9Iu";
    const before = Buffer.from(`F 1 0 1\n${line}\nC 547 345 0 0 0 0 0 0\n`);
    const end = `E 1 ${checksum(before, before.length).toString(16).padStart(8, "0")}\n`;
    const [read] = parse([before, Buffer.from(end)]);
    expect(read.comm).toBe("split");
    expect(read.user.map((address) => address.toString(16))).toEqual([
      "5577f0afd18d",
      "5577f0afd1c3",
      "5577f0afd22e",
    ]);
  });

  it("agrees with the checksum's published values (FNV-1a, 32 bits)", () => {
    expect(checksum(Buffer.from(""), 0)).toBe(0x811c9dc5);
    expect(checksum(Buffer.from("a"), 1)).toBe(0xe40c292c);
    expect(checksum(Buffer.from("foobar"), 6)).toBe(0xbf9cf968);
  });

  it("keeps the counters of the last frame", () => {
    const parser = new OutputParser(16);
    parse([frame(0, [], "1 2 3 4 5 6 7 8"), frame(1, [row], "10 20 30 40 50 60 70 80")], parser);
    expect(parser.counters).toEqual({
      busyTicks: 10,
      samples: 20,
      sampleNanos: 30,
      tableFull: 40,
      noTime: 50,
      outputFull: 60,
      skipped: 70,
      errors: 80,
    });
    expect(parser.delivered).toBe(7);
  });

  it("reads any frames in any pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(arbitraryRow, { maxLength: 5 }), { maxLength: 4 }),
        fc.array(fc.nat()),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map((rows, number) => frame(number, rows)));
          const parser = new OutputParser(16);
          expect(parse(cut(bytes, cuts), parser)).toEqual(frames.flat());
          expect(parser.lostFrames).toBe(0);
        },
      ),
    );
  });

  it("never takes a frame whose bytes were changed for another", () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryRow, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (rows, place, change) => {
          const bytes = frame(0, rows);
          bytes[place % bytes.length] ^= change;
          for (const read of parse([bytes])) expect(rows).toContainEqual(read);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("never takes a frame that was cut for data, and goes on with the next", () => {
    fc.assert(
      fc.property(fc.array(arbitraryRow, { minLength: 1, maxLength: 4 }), fc.nat(), (rows, place) => {
        const bytes = frame(0, rows);
        const head = bytes.subarray(0, place % (bytes.length - 1));
        const parser = new OutputParser(16);
        const joined = head.length > 0 && head[head.length - 1] !== 10 ? [head, Buffer.from("\n")] : [head];
        expect(parse([...joined, frame(1, [row])], parser)).toEqual([row]);
        expect(parser.lostFrames).toBe(1);
      }),
    );
  });

  it("survives any bytes", () => {
    const parser = new OutputParser(16);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
        expect(parse(pieces, parser)).toEqual([]);
      }),
    );
    expect(parse([Buffer.from("\n"), frame(0, [row])], parser)).toEqual([row]);
  });

  it("skips a row with more addresses than the depth", () => {
    const deep = { ...row, user: Array.from({ length: 17 }, (_, i) => i) };
    expect(parse([frame(0, [deep, row])])).toEqual([row]);
  });
});
