import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FRAME_KINDS } from "../../profile/frames.ts";
import { contrast, fromHex, oklch, toHex } from "../../viewer/model/oklch.ts";
import {
  categoryTones,
  changeTones,
  type Emphasis,
  hashName,
  kindTone,
  lostTone,
  nameTone,
  neutralTone,
  paintOf,
  rampTones,
  shadedKindTone,
  type Theme,
  type Tone,
} from "../../viewer/model/palette.ts";
import { ciede2000, distance, leastDistance, VISIONS } from "./colour-vision.ts";

/** WCAG 2.2, 1.4.3, level AA. */
const AA = 4.5;
const THEMES = ["light", "dark"] as const;
const EMPHASES: readonly Emphasis[] = ["plain", "match", "quiet"];
const NAMES = Array.from({ length: 500 }, (_, i) => `name ${i}`);
/** The kinds that differ by colour; process, thread and root are one. */
const KINDS = ["process", "kernel", "user", "library", "jit", "unknown"] as const;

const rgb = (tone: Tone) => oklch(...tone);
/** The least CIEDE2000 distance of any two colours, however one sees them. */
function leastOf(tones: readonly Tone[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [index, one] of tones.entries()) {
    for (const other of tones.slice(index + 1)) least = Math.min(least, leastDistance(rgb(one), rgb(other)));
  }
  return least;
}

/** Every tone that any mode can give a frame. */
function allTones(theme: Theme): Tone[] {
  return [
    ...FRAME_KINDS.flatMap((kind) => NAMES.map((name) => shadedKindTone(kind, name, theme))),
    ...NAMES.map((name) => nameTone(name, theme)),
    ...categoryTones(theme),
    ...rampTones(theme),
    ...changeTones(theme).less,
    ...changeTones(theme).more,
    changeTones(theme).untested,
    neutralTone(theme),
    lostTone(theme),
  ];
}

/** A declaration of the page's styles. */
const styleOf = (file: string, rule: string, name: string) =>
  new RegExp(`\\n${rule} {[^}]*?\\s${name}: ([^;]+);`, "s").exec(
    readFileSync(new URL(`../../viewer/style/${file}`, import.meta.url), "utf8"),
  )?.[1] ?? "";

describe.each(THEMES)("the palettes, %s", (theme) => {
  test("text is readable on every fill of every mode", () => {
    for (const emphasis of EMPHASES) {
      for (const tone of allTones(theme)) {
        const { fill, text } = paintOf(tone, theme, emphasis);
        expect(contrast(fromHex(fill), fromHex(text)), `${emphasis} ${tone}`).toBeGreaterThanOrEqual(AA);
      }
    }
  });

  test("text is readable on the hatching of lost samples, and their outline is seen on the page", () => {
    const { fill, text } = paintOf(lostTone(theme), theme, "plain");
    const root = theme === "light" ? ":root" : ':root\\[data-theme="dark"\\]';
    const line = fromHex(styleOf("page.css", root, "--text"));
    const opacity = Number(styleOf("comparison.css", "#hatch-definition path", "stroke-opacity"));
    const below = fromHex(fill);
    const mix = (one: number, other: number) => one + (other - one) * opacity;
    const hatch = { r: mix(below.r, line.r), g: mix(below.g, line.g), b: mix(below.b, line.b) };
    expect(opacity).toBeGreaterThan(0);
    expect(contrast(hatch, fromHex(text))).toBeGreaterThanOrEqual(AA);
    const outline = fromHex(styleOf("page.css", root, "--muted"));
    for (const beside of [fill, styleOf("page.css", root, "--raised")]) {
      expect(contrast(outline, fromHex(beside))).toBeGreaterThanOrEqual(3);
    }
  });

  test("kinds are told apart by everybody", () => {
    expect(leastOf(KINDS.map((kind) => kindTone(kind, theme)))).toBeGreaterThan(11);
  });

  test("the shades of two kinds stay further apart than just seen", () => {
    for (const [index, one] of KINDS.entries()) {
      for (const other of KINDS.slice(index + 1)) {
        for (const name of NAMES.slice(0, 40)) {
          const a = rgb(shadedKindTone(one, name, theme));
          const b = rgb(shadedKindTone(other, `${name}'`, theme));
          expect(leastDistance(a, b), `${one} ${other}`).toBeGreaterThan(7);
        }
      }
    }
  });

  test("modules and packages are told apart by everybody, and from what has no colour", () => {
    expect(leastOf(categoryTones(theme))).toBeGreaterThan(9);
    for (const tone of categoryTones(theme)) {
      expect(leastDistance(rgb(tone), rgb(neutralTone(theme)))).toBeGreaterThan(6);
    }
  });

  test("each step of the ramp is further from the first than the one before, for everybody", () => {
    const ramp = rampTones(theme).map(rgb);
    expect(leastOf(rampTones(theme))).toBeGreaterThan(5);
    for (const vision of VISIONS) {
      const fromFirst = ramp.map((each) => distance(ramp[0], each, vision));
      expect(fromFirst).toEqual(fromFirst.toSorted((a, b) => a - b));
    }
  });

  test("less, more and neither are told apart by everybody; each step is further from grey than the one before", () => {
    const { less, more, untested } = changeTones(theme);
    const neutral = neutralTone(theme);
    for (const step of more)
      for (const other of less) expect(leastDistance(rgb(step), rgb(other))).toBeGreaterThan(7);
    for (const steps of [less, more]) {
      expect(leastOf(steps)).toBeGreaterThan(4);
      expect(Math.min(...steps.map((step) => leastDistance(rgb(step), rgb(neutral))))).toBeGreaterThan(5);
      for (const vision of VISIONS) {
        const fromNeutral = steps.map((step) => distance(rgb(neutral), rgb(step), vision));
        expect(fromNeutral).toEqual(fromNeutral.toSorted((a, b) => a - b));
      }
    }
    expect(leastDistance(rgb(untested), rgb(neutral))).toBeGreaterThan(5);
  });

  test("a match stands out from every other fill", () => {
    const match = fromHex(paintOf(neutralTone(theme), theme, "match").fill);
    for (const tone of allTones(theme)) {
      const quiet = fromHex(paintOf(tone, theme, "quiet").fill);
      expect(contrast(match, quiet)).toBeGreaterThan(3);
      expect(leastDistance(match, quiet)).toBeGreaterThan(20);
    }
  });
});

test("a colour is the same each time, and differs by name", () => {
  expect(shadedKindTone("user", "main", "light")).toEqual(shadedKindTone("user", "main", "light"));
  const fills = (toneOf: (name: string) => Tone) =>
    new Set(NAMES.slice(0, 50).map((name) => paintOf(toneOf(name), "light", "plain").fill)).size;
  expect(fills((name) => shadedKindTone("user", name, "light"))).toBeGreaterThan(30);
  expect(fills((name) => nameTone(name, "dark"))).toBeGreaterThan(45);
});

test("oklch gives the colours of the CSS specification", () => {
  // https://www.w3.org/TR/css-color-4/#ok-lab: white, black, and sRGB red as oklch(62.8% 0.258 29.2).
  expect(toHex(oklch(1, 0, 0))).toBe("#ffffff");
  expect(toHex(oklch(0, 0, 0))).toBe("#000000");
  const red = oklch(0.628, 0.2577, 29.23);
  expect(red.r).toBeGreaterThan(252);
  expect(red.g + red.b).toBeLessThan(12);
});

test("the judge of distances agrees with the published pairs", () => {
  // Sharma, Wu and Dalal (2005), table 1, pairs 1, 7, 17 and 25.
  expect(ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(ciede2000([50, 0, 0], [50, -1, 2])).toBeCloseTo(2.3669, 4);
  expect(ciede2000([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
  expect(ciede2000([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(1.2644, 4);
  // Red and green of one lightness are near each other without cones for one of them, and far for others.
  const red = oklch(0.7, 0.12, 30);
  const green = oklch(0.7, 0.12, 120);
  expect(distance(red, green, "normal")).toBeGreaterThan(30);
  expect(distance(red, green, "deuteranopia")).toBeLessThan(distance(red, green, "normal") / 2);
});

test("contrast of black on white is 21", () => {
  expect(contrast(fromHex("#000000"), fromHex("#ffffff"))).toBeCloseTo(21);
});

test("names that differ little have hashes that differ much", () => {
  expect(Math.abs((hashName("read_1") & 0xffff) - (hashName("read_2") & 0xffff))).toBeGreaterThan(100);
});
