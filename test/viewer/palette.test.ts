import { describe, expect, test } from "vitest";
import { FRAME_KINDS } from "../../profile/frames.ts";
import { contrast, fromHex, oklch, toHex } from "../../viewer/model/oklch.ts";
import { framePaint, hashName, runPaint } from "../../viewer/model/palette.ts";

/** WCAG 2.2, 1.4.3, level AA. */
const AA = 4.5;
const THEMES = ["light", "dark"] as const;
const EMPHASES = ["plain", "match", "quiet"] as const;

describe("framePaint", () => {
  test.each(THEMES)("text is readable on every fill, %s", (theme) => {
    for (const emphasis of EMPHASES) {
      for (const kind of FRAME_KINDS) {
        for (let i = 0; i < 500; i++) {
          const { fill, text } = framePaint(`name ${i}`, kind, theme, emphasis);
          expect(contrast(fromHex(fill), fromHex(text))).toBeGreaterThanOrEqual(AA);
        }
      }
      const { fill, text } = runPaint(theme, emphasis);
      expect(contrast(fromHex(fill), fromHex(text))).toBeGreaterThanOrEqual(AA);
    }
  });

  test("is the same each time, and differs by name", () => {
    expect(framePaint("main", "user", "light", "plain")).toEqual(
      framePaint("main", "user", "light", "plain"),
    );
    const fills = new Set(
      Array.from({ length: 50 }, (_, i) => framePaint(`f${i}`, "user", "light", "plain").fill),
    );
    expect(fills.size).toBeGreaterThan(30);
  });

  test("a match stands out from every other fill", () => {
    for (const theme of THEMES) {
      const match = framePaint("f", "user", theme, "match").fill;
      for (const kind of FRAME_KINDS) {
        const quiet = framePaint("f", kind, theme, "quiet").fill;
        expect(contrast(fromHex(match), fromHex(quiet))).toBeGreaterThan(3);
      }
    }
  });
});

test("oklch gives the colours of the CSS specification", () => {
  // https://www.w3.org/TR/css-color-4/#ok-lab: white, black, and sRGB red as oklch(62.8% 0.258 29.2).
  expect(toHex(oklch(1, 0, 0))).toBe("#ffffff");
  expect(toHex(oklch(0, 0, 0))).toBe("#000000");
  const red = oklch(0.628, 0.2577, 29.23);
  expect(red.r).toBeGreaterThan(252);
  expect(red.g + red.b).toBeLessThan(12);
});

test("contrast of black on white is 21", () => {
  expect(contrast(fromHex("#000000"), fromHex("#ffffff"))).toBeCloseTo(21);
});

test("names that differ little have hashes that differ much", () => {
  expect(Math.abs((hashName("read_1") & 0xffff) - (hashName("read_2") & 0xffff))).toBeGreaterThan(100);
});
