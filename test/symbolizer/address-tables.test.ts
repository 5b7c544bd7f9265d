import fc from "fast-check";
import { expect, test } from "vitest";
import { sortedUnique } from "../../symbolizer/address-group.ts";
import { CoverTree, lowerBound, upperBound } from "../../symbolizer/cover-tree.ts";
import { orderOfAddresses } from "../../symbolizer/radix-order.ts";

test("a cover tree covers each leaf of a range once, and no other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(70), fc.nat(70), (leaves, a, b) => {
      const [low, high] = [Math.min(a, b, leaves), Math.min(Math.max(a, b), leaves)];
      const tree = new CoverTree(leaves);
      const marks = new Uint8Array(tree.nodeCount);
      tree.cover(low, high, (node) => marks[node]++);
      for (let leaf = 0; leaf < leaves; leaf++) {
        let covered = 0;
        tree.path(leaf, (node) => {
          covered += marks[node];
        });
        expect(covered).toBe(leaf >= low && leaf < high ? 1 : 0);
      }
    }),
  );
});

test("bounds are those of a linear search", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(22), (values, wanted) => {
      const sorted = Float64Array.from(values).sort();
      expect(lowerBound(sorted, wanted)).toBe(values.filter((value) => value < wanted).length);
      expect(upperBound(sorted, wanted)).toBe(values.filter((value) => value <= wanted).length);
    }),
  );
});

test("addresses are ordered by sign-extended value, equal ones as they came", () => {
  const half = fc.oneof(fc.constantFrom(-1, -32768, 0, 0x7fff), fc.integer());
  fc.assert(
    fc.property(fc.array(fc.tuple(half, fc.oneof(fc.nat(3), fc.integer()))), (pairs) => {
      const high = Int32Array.from(pairs, ([value]) => value);
      const low = Uint32Array.from(pairs, ([, value]) => value);
      const value = (row: number) => high[row] * 2 ** 32 + low[row];
      const plain = pairs.map((_, row) => row).sort((a, b) => value(a) - value(b) || a - b);
      expect([...orderOfAddresses(high, low, pairs.length)]).toEqual(plain);
    }),
  );
});

test("sorted unique addresses leave out repetitions and NaN", () => {
  expect([...sortedUnique(Float64Array.of(3, Number.NaN, -1, 3, 2, Number.NaN))]).toEqual([-1, 2, 3]);
});
