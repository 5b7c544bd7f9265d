import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeTree, readTree } from "../../../profile/formats/coded-tree.ts";
import { SymbolDecoder } from "../../../profile/formats/symbol-decoder.ts";
import { SymbolEncoder } from "../../../profile/formats/symbol-encoder.ts";
import { seeded } from "../../viewer/random.ts";

const CONTEXTS = 5;

describe("SymbolEncoder and SymbolDecoder", () => {
  it("keep numbers, symbols and bits of several contexts in their order", () => {
    const context = fc.nat({ max: CONTEXTS - 1 });
    const number = fc.oneof(fc.nat({ max: 20 }), fc.nat(), fc.maxSafeNat());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(context, number), { maxLength: 300 }),
        fc.infiniteStream(fc.boolean()),
        (entries, coin) => {
          const bits = entries.map(() => (coin.next().value ? 1 : 0));
          const out = new SymbolEncoder(2 * CONTEXTS);
          for (const [row, [at, value]] of entries.entries()) {
            out.number(at, value);
            out.symbol(CONTEXTS + at, bits[row]);
          }
          const input = new SymbolDecoder(out.finish(), 2 * CONTEXTS);
          for (const [row, [at, value]] of entries.entries()) {
            expect(input.number(at)).toBe(value);
            expect(row % 2 === 0 ? input.bit(CONTEXTS + at) : input.symbol(CONTEXTS + at)).toBe(bits[row]);
          }
        },
      ),
    );
  });

  it("read a column at once as one by one", () => {
    const contextOf = Uint8Array.from({ length: 16 }, (_, before) => before % CONTEXTS);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat({ max: 20 }), fc.nat())), (numbers) => {
        const out = new SymbolEncoder(CONTEXTS);
        numbers.forEach((value, row) => {
          out.number(contextOf[Math.min(15, numbers[row - 1] ?? 0)], value);
        });
        const column = new Float64Array(numbers.length);
        new SymbolDecoder(out.finish(), CONTEXTS).numbers(column, contextOf);
        expect([...column]).toEqual(numbers);
      }),
    );
  });

  it("take what the symbols tell, and little more", () => {
    const random = seeded(7);
    const shares = [0.9, 0.06, 0.03, 0.01];
    const bitsEach = shares.reduce((sum, share) => sum - share * Math.log2(share), 0);
    const out = new SymbolEncoder(1);
    const count = 100_000;
    for (let row = 0; row < count; row++) {
      const drawn = random.unit();
      out.symbol(0, drawn < 0.9 ? 0 : drawn < 0.96 ? 1 : drawn < 0.99 ? 2 : 3);
    }
    expect(out.finish().length).toBeLessThan((1.02 * count * bitsEach) / 8);
  });

  it("are harmless on any bytes, and past their end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const input = new SymbolDecoder(bytes, CONTEXTS);
        for (let row = 0; row < 500; row++) {
          const value = row % 3 === 0 ? input.bit(row % CONTEXTS) : input.number(row % CONTEXTS);
          expect(value >= 0 && Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });
});

describe("codeTree and readTree", () => {
  /** Trees in depth-first order: by how many levels up each row begins, and which of few or many locations it has. */
  const arbitraryTree = fc
    .tuple(fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 60 }))), fc.integer({ min: 1, max: 60 }))
    .map(([entries, kinds]) => {
      const rankOf = new Map<number, number>();
      const parent: number[] = [];
      const location: number[] = [];
      for (const [row, [levels, kind]] of entries.entries()) {
        let above = row - 1;
        for (let level = 0; level < levels && above >= 0; level++) above = parent[above];
        parent.push(above);
        const rank = rankOf.get(kind % kinds) ?? rankOf.size;
        rankOf.set(kind % kinds, rank);
        location.push(rank);
      }
      return { parent: Int32Array.from(parent), location: Int32Array.from(location), locations: rankOf.size };
    });

  it("keep every tree in depth-first order", () => {
    fc.assert(
      fc.property(arbitraryTree, ({ parent, location, locations }) => {
        const coded = codeTree(parent, location, locations);
        if (coded === undefined) throw new Error("It is in depth-first order.");
        expect(readTree(coded, coded.bytes)).toEqual({ parent, location });
      }),
      { numRuns: 500 },
    );
  });

  it("leave another order to others", () => {
    // The third row goes back to a stack that was left.
    expect(codeTree(Int32Array.of(-1, 0, 0, 1), Int32Array.of(0, 1, 2, 3), 4)).toBeUndefined();
  });

  it("give a tree or none for any bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.nat({ max: 50 }),
        fc.nat({ max: 20 }),
        (bytes, rows, kinds) => {
          const tree = readTree(
            { rows, locations: Math.min(rows, kinds), calls: Math.min(rows, 2 * kinds) },
            bytes,
          );
          if (tree === undefined) return;
          tree.parent.forEach((above, row) => {
            expect(above >= -1 && above < row).toBe(true);
            expect(tree.location[row] >= 0 && tree.location[row] < kinds).toBe(true);
          });
        },
      ),
      { numRuns: 2000 },
    );
  });
});
