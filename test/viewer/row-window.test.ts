import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentHeight, rowWindow, scrollToRow } from "../../viewer/model/row-window.ts";

const ROW = 24;
const HEIGHT = 600;
const VISIBLE = HEIGHT / ROW;

describe("rowWindow", () => {
  test("of a table that fits has all rows, where they are", () => {
    expect(rowWindow(10, ROW, 0, HEIGHT)).toEqual({ from: 0, to: 10, top: 0 });
    expect(rowWindow(0, ROW, 0, HEIGHT)).toEqual({ from: 0, to: 0, top: 0 });
  });

  test("fills the view at any place of a table of any length, and reaches both ends", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, part) => {
          const most = Math.max(0, contentHeight(count, ROW) - HEIGHT);
          const scrollTop = Math.round(part * most);
          const { from, to, top } = rowWindow(count, ROW, scrollTop, HEIGHT);
          expect(top).toBeLessThanOrEqual(scrollTop + 1e-6);
          expect(top + (to - from) * ROW).toBeGreaterThanOrEqual(
            Math.min(scrollTop + HEIGHT, count * ROW) - 1e-3,
          );
          expect(to - from).toBeLessThanOrEqual(VISIBLE + 18);
          expect(rowWindow(count, ROW, 0, HEIGHT).from).toBe(0);
          expect(rowWindow(count, ROW, most, HEIGHT).to).toBe(count);
        },
      ),
    );
  });
});

describe("scrollToRow", () => {
  test("brings any row wholly into view, and does not move for one that is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.nat(), fc.nat(), (count, a, b) => {
        const most = Math.max(0, contentHeight(count, ROW) - HEIGHT);
        const index = a % count;
        const scrolled = Math.min(most, scrollToRow(index, count, ROW, b % (most + 1), HEIGHT));
        const { from, top } = rowWindow(count, ROW, scrolled, HEIGHT);
        const place = top + (index - from) * ROW;
        expect(place).toBeGreaterThanOrEqual(scrolled - 1e-3);
        expect(place + ROW).toBeLessThanOrEqual(scrolled + HEIGHT + 1e-3);
        expect(scrollToRow(index, count, ROW, scrolled, HEIGHT)).toBeCloseTo(scrolled, 3);
      }),
    );
  });
});
