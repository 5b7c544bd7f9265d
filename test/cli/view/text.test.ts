import koffi from "koffi";
import { describe, expect, it } from "vitest";
import { ASCII_GLYPHS, cut, UNICODE_GLYPHS, wrap } from "../../../cli/view/text/fit.ts";
import { bothEnds, fitLine, lineText, lineWidth, span } from "../../../cli/view/text/line.ts";
import { visibleText } from "../../../cli/view/text/visible.ts";
import { characterWidth, textWidth } from "../../../cli/view/text/width.ts";
import { HOSTILE_NAMES } from "../../browser/demo-profile.ts";

describe("visible text", () => {
  it("shows controls, escapes, bidi and invisible characters as text", () => {
    expect(visibleText("a\tb\nc\x1b[31m\x07\x9b")).toBe("a\\tb\\nc\\e[31m\\x07\\x9b");
    expect(visibleText("\u202eevil\u200b\u{e0041}\ufe0f\ufeff")).toBe(
      "\\u{202e}evil\\u{200b}\\u{e0041}\\u{fe0f}\\u{feff}",
    );
    expect(visibleText("half \ud83d of a pair")).toBe("half \\u{d83d} of a pair");
    expect(visibleText("汉字 é 🎉")).toBe("汉字 é 🎉");
  });

  it("is ASCII where only that is shown", () => {
    expect(visibleText("字\té", true)).toBe("\\u{5b57}\\t\\xe9");
  });

  it("leaves nothing that drives a terminal", () => {
    for (const name of HOSTILE_NAMES) expect(visibleText(name)).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u);
  });
});

describe("widths", () => {
  it("are those of the C library for nearly every character that text can still hold", () => {
    const libc = koffi.load("libc.so.6");
    const setlocale = libc.func("char *setlocale(int category, const char *locale)");
    const wcwidth = libc.func("int wcwidth(int32_t c)");
    const LC_CTYPE = 0;
    expect(setlocale(LC_CTYPE, "C.UTF-8")).toBe("C.UTF-8");
    const different: number[] = [];
    let compared = 0;
    for (let code = 0x20; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (!/^\p{Assigned}$/u.test(character) || visibleText(character) !== character) continue;
      const theirs = wcwidth(code);
      if (theirs < 0) continue;
      compared++;
      if (theirs !== characterWidth(code)) different.push(code);
    }
    expect(compared).toBeGreaterThan(250_000);
    // Versions of Unicode differ by some signs (one of 281,733 with glibc 2.36); scripts and emoji agree.
    expect(different.length).toBeLessThan(300);
    const samples = "aé字あ한Ｗ🎉👩½Ωא→█";
    for (const character of samples) {
      expect(characterWidth(character.codePointAt(0) ?? 0), character).toBe(
        wcwidth(character.codePointAt(0)),
      );
    }
    setlocale(LC_CTYPE, "C");
  });

  it("of marks are nothing, of flags two cells", () => {
    expect(textWidth("e\u0301")).toBe(1);
    expect(textWidth("\u{1f1e9}\u{1f1ea}")).toBe(2);
  });
});

describe("fitting", () => {
  it("cuts by cells, never through a wide character", () => {
    expect(cut("汉字函数", 8, UNICODE_GLYPHS)).toBe("汉字函数");
    expect(cut("汉字函数", 7, UNICODE_GLYPHS)).toBe("汉字函…");
    expect(cut("汉字函数", 6, UNICODE_GLYPHS)).toBe("汉字…");
    expect(cut("abcdef", 4, UNICODE_GLYPHS)).toBe("abc…");
    expect(cut("abcdef", 4, ASCII_GLYPHS)).toBe("abc~");
    expect(cut("abc", 0, UNICODE_GLYPHS)).toBe("");
    expect(cut("", 3, UNICODE_GLYPHS)).toBe("");
  });

  it("keeps marks with their letter, and bounds a pile of them", () => {
    expect(cut("e\u0301f", 1, UNICODE_GLYPHS)).toBe("…");
    expect(cut("e\u0301f", 2, UNICODE_GLYPHS)).toBe("e\u0301f");
    expect(cut(`e${"\u0301".repeat(100_000)}`, 10, UNICODE_GLYPHS).length).toBeLessThan(100);
  });

  it("gives lines of exactly the width for any text", () => {
    for (const name of [...HOSTILE_NAMES, "汉".repeat(50), "a".repeat(500)]) {
      for (const width of [1, 2, 7, 20, 81]) {
        expect(lineWidth(fitLine([span("12.0% "), span(name), span("  libc")], width, UNICODE_GLYPHS))).toBe(
          width,
        );
      }
    }
  });

  it("cuts the left end where both have no room", () => {
    const line = (width: number) =>
      lineText(bothEnds([span("left side")], [span("right")], width, UNICODE_GLYPHS));
    expect(line(20)).toBe("left side      right");
    expect(line(14)).toBe("left s…  right");
    expect(line(4)).toBe("lef…");
  });

  it("wraps long names and says where it stops", () => {
    expect(wrap("abcdefgh", 3, 5, UNICODE_GLYPHS)).toEqual(["abc", "def", "gh"]);
    expect(wrap("汉字函", 3, 5, UNICODE_GLYPHS)).toEqual(["汉", "字", "函"]);
    expect(wrap("abcdefgh", 3, 2, UNICODE_GLYPHS)).toEqual(["abc", "de…"]);
  });
});
