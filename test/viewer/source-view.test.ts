import { describe, expect, test } from "vitest";
import type { SourceFile } from "../../profile/source-text.ts";
import { MAX_PANEL_LINES } from "../../viewer/model/limits.ts";
import { type SourceBlock, sourceView } from "../../viewer/model/source-view.ts";

const STRINGS = ["", "/src/a.c", "/src/b.c"];
const source = (path: string, first: number, count: number): SourceFile => ({
  path,
  excerpts: [{ first, lines: Array.from({ length: count }, (_, index) => `text ${first + index}`) }],
  warning: "",
  missing: "",
});
const sampled = (file: number, line: number, total: number, self = 0) => ({ file, line, total, self });

/** `line total self text` a row. */
function picture({ path, rows }: SourceBlock): string[] {
  return [
    path,
    ...rows.map((row) =>
      row.kind === "gap" ? "…" : `${row.line} ${row.total} ${row.self} ${row.text}`.trimEnd(),
    ),
  ];
}

describe("sourceView", () => {
  test("shows sampled lines in the text around them, by file, with their shares", () => {
    const blocks = sourceView(
      [sampled(1, 20, 6, 2), sampled(2, 3, 3, 3), sampled(1, 40, 1)],
      STRINGS,
      [source("/src/a.c", 18, 4), { ...source("/src/a.c", 0, 0), path: "/other" }],
      10,
    );
    expect(blocks.map(picture)).toEqual([
      ["/src/a.c", "18   text 18", "19   text 19", "20 60.0% 20.0% text 20", "21   text 21", "…", "40 10.0%"],
      ["/src/b.c", "3 30.0% 30.0%"],
    ]);
  });

  test("has nothing to show of unknown lines", () => {
    expect(sourceView([sampled(1, 0, 5), sampled(0, 0, 5)], STRINGS, [], 10)).toEqual([]);
  });

  test("is bounded, and drops the lightest", () => {
    const many = Array.from({ length: 5000 }, (_, index) => sampled(1, 5000 - index, 5000 - index));
    const [block] = sourceView(many, STRINGS, [], 1);
    expect(block.rows.length).toBe(MAX_PANEL_LINES);
    expect(picture(block).at(-1)).toMatch(/^5000 /);
  });

  test("shows every character of hostile text, and keeps tabs", () => {
    const hostile: SourceFile = {
      ...source("/src/a.c", 1, 0),
      excerpts: [{ first: 1, lines: ["\tif\u202e\u0000x"] }],
    };
    const [block] = sourceView([sampled(1, 1, 1)], STRINGS, [hostile], 1);
    expect(block.rows[0]).toMatchObject({ text: "\tif\\u202e␀x" });
  });
});
