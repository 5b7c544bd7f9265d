import type { SampledLine } from "../../profile/sampled-lines.ts";
import { lineOf, type SourceFile, type SourceText } from "../../profile/source-text.ts";
import { displayText, fullName } from "./display-name.ts";
import { formatShare } from "./format.ts";
import { MAX_PANEL_LINES, MAX_PLACE_CHARACTERS, PANEL_CONTEXT_LINES } from "./limits.ts";

/** One source file of a frame as the panel shows it. */
export interface SourceBlock {
  path: string;
  /** Why the text may be wrong; "" when nothing speaks against it. */
  warning: string;
  /** Why there is no text; "" when there is. */
  missing: string;
  rows: SourceRow[];
}

export type SourceRow =
  | { kind: "line"; line: number; text: string; total: string; self: string; share: number }
  /** Lines that are left out. */
  | { kind: "gap" };

/**
 * The sampled lines of a frame, by file, the file with the most samples first; with the text around them where the page
 * has it. Shares are of `weight`, the weight of the frame.
 */
export function sourceView(
  lines: readonly SampledLine[],
  strings: readonly string[],
  sources: SourceText,
  weight: number,
): SourceBlock[] {
  const files = new Map<number, SampledLine[]>();
  for (const each of lines) {
    if (each.line <= 0) continue;
    const list = files.get(each.file);
    if (list === undefined) files.set(each.file, [each]);
    else list.push(each);
  }
  let rest = MAX_PANEL_LINES;
  const blocks: SourceBlock[] = [];
  for (const [file, sampled] of files) {
    if (rest <= 0) break;
    const source = sources.find(({ path }) => path === strings[file]);
    const rows = blockRows(sampled, source, weight, rest);
    rest -= rows.length;
    blocks.push({
      path: fullName(strings[file], MAX_PLACE_CHARACTERS) || "unknown file",
      warning: displayText(source?.warning ?? ""),
      missing: displayText(source?.missing ?? ""),
      rows,
    });
  }
  return blocks;
}

/** The rows of one file by line number. `sampled` is heaviest first, so what `limit` cuts off is the lightest. */
function blockRows(
  sampled: readonly SampledLine[],
  source: SourceFile | undefined,
  weight: number,
  limit: number,
): SourceRow[] {
  const sampledAt = new Map<number, SampledLine>();
  const shown = new Set<number>();
  for (const each of sampled) {
    if (shown.size >= limit) break;
    sampledAt.set(each.line, each);
    shown.add(each.line);
    if (source === undefined || lineOf(source, each.line) === undefined) continue;
    for (let at = each.line - PANEL_CONTEXT_LINES; at <= each.line + PANEL_CONTEXT_LINES; at++) {
      if (lineOf(source, at) !== undefined) shown.add(at);
    }
  }
  const rows: SourceRow[] = [];
  let before: number | undefined;
  for (const line of [...shown].sort((a, b) => a - b)) {
    if (before !== undefined && line !== before + 1 && source !== undefined) rows.push({ kind: "gap" });
    before = line;
    const sum = sampledAt.get(line);
    rows.push({
      kind: "line",
      line,
      text: displayText((source && lineOf(source, line)) ?? ""),
      total: sum ? formatShare(sum.total, weight) : "",
      self: sum && sum.self > 0 ? formatShare(sum.self, weight) : "",
      share: sum && weight > 0 ? sum.total / weight : 0,
    });
  }
  return rows;
}
