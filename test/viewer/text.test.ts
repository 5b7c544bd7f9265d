import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayName, fullName, shortName } from "../../viewer/model/display-name.ts";
import {
  formatBytes,
  formatCount,
  formatDate,
  formatHertz,
  formatNanos,
  formatShare,
  formatWeight,
  plural,
} from "../../viewer/model/format.ts";

describe("displayName", () => {
  test.each([
    ["std::vector<int>::push_back(int const&)", "std::vector<int>::push_back(int const&)"],
    ["a\nb\tc", "a␊b␉c"],
    ["evil\u202egnp.exe", "evil\\u202egnp.exe"],
    ["zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"],
    ["\u0000\u007f\u0085", "␀␡\\u0085"],
    ["cut\ud83d", "cut\ufffd"],
    ["日本語 😀", "日本語 😀"],
  ])("%j is shown as %j", (name, shown) => {
    expect(displayName(name)).toBe(shown);
  });

  test("leaves nothing that is invisible or reorders", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        expect(displayName(name)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
      }),
    );
  });

  test("long names are cut, and the tooltip says how long they are", () => {
    const long = "x".repeat(10_000);
    expect(shortName(long, 10)).toBe("xxxxxxxxxx…");
    expect(fullName(long, 10)).toBe("xxxxxxxxxx… (10,000 characters)");
    expect(fullName("short", 10)).toBe("short");
  });
});

describe("numbers", () => {
  test("shares", () => {
    expect([1, 0.5, 0.123, 0.0046, 0.00001, 0, 0.99999].map((part) => formatShare(part, 1))).toEqual([
      "100%",
      "50.0%",
      "12.3%",
      "0.46%",
      "<0.01%",
      "0%",
      "99.99%",
    ]);
    expect(formatShare(0, 0)).toBe("0%");
  });

  test("times", () => {
    expect([0, 340, 12_400, 1.5e6, 101_010_100, 1.234e9, 125e9, 12_000e9].map(formatNanos)).toEqual([
      "0 s",
      "340 ns",
      "12.4 µs",
      "1.5 ms",
      "101 ms",
      "1.23 s",
      "2 min 5 s",
      "3 h 20 min",
    ]);
    expect(formatNanos(179.6e9)).toBe("3 min");
  });

  test("counts, bytes, rates, dates", () => {
    expect(formatCount(1234567)).toBe("1,234,567");
    expect(plural(1, "sample")).toBe("1 sample");
    expect(plural(0, "match", "matches")).toBe("0 matches");
    expect(formatBytes(1536)).toBe("1.5 KiB");
    expect(formatHertz(97.84)).toBe("97.8 Hz");
    expect(formatHertz(Number.NaN)).toBe("unknown");
    expect(formatDate(1_795_233_600e9)).toBe("2026-11-21 04:00:00 UTC");
    expect(formatDate(0)).toBe("");
  });

  test("weights in the unit of their sample type", () => {
    expect(formatWeight(2, { type: "samples", unit: "count" })).toBe("2 samples");
    expect(formatWeight(2, { type: "allocations", unit: "count" })).toBe("2 allocations");
    expect(formatWeight(2e9, { type: "cpu", unit: "nanoseconds" })).toBe("2 s");
    expect(formatWeight(2048, { type: "space", unit: "bytes" })).toBe("2 KiB");
    expect(formatWeight(2, { type: "x", unit: "cycles" })).toBe("2 cycles");
  });
});
