import { RULE_WORDS } from "../../symbolizer/unwind/rule.ts";
import { bytes, count, counted, printable, seconds } from "../words.ts";
import type { CompiledFile } from "./compiled-file.ts";

/** What a table holds, as `--json` prints it. */
export function summaryOf(file: string, { buildId, table, pieces, cpuMilliseconds }: CompiledFile) {
  const { stats, ruleIndexes } = table;
  return {
    file,
    machine: table.machine,
    buildId,
    sections: stats.sections,
    functions: stats.fdes,
    rows: stats.rows,
    mergedRows: ruleIndexes.length,
    gaps: ruleIndexes.reduce((gaps, rule) => gaps + (rule === 0 ? 1 : 0), 0),
    rules: table.rules.length / RULE_WORDS,
    bytes: pieces.reduce((sum, piece) => sum + piece.bytes.length, 0),
    pieces: pieces.map((piece) => ({ base: piece.base, end: piece.end, bytes: piece.bytes.length })),
    followedBytes: stats.followedBytes,
    inexpressible: stats.inexpressible,
    lostFramePointer: stats.lostFramePointer,
    leftOut: stats.leftOut,
    cut: stats.cut,
    full: stats.full,
    cpuMilliseconds: Math.round(cpuMilliseconds),
  };
}

/** The same for people. */
export function summaryText(file: string, compiled: CompiledFile): string {
  const summary = summaryOf(file, compiled);
  const { stats } = compiled.table;
  const from = [summary.machine, summary.sections.join(" and ")];
  if (compiled.debugFile !== "") from.push(`debug file ${printable(compiled.debugFile)}`);
  const perRow = summary.mergedRows === 0 ? 0 : summary.bytes / summary.mergedRows;
  const lines = [
    `${printable(file)}: ${from.join(", ")}`,
    `${counted(summary.functions, "function")}, ${counted(summary.rows, "row")}; ${count(summary.mergedRows)} after equal ` +
      `neighbours were merged, ${count(summary.gaps)} of them gaps; ${counted(summary.rules, "rule")}`,
    `${bytes(summary.bytes)} in ${counted(summary.pieces.length, "piece")}, ${perRow.toFixed(2)} bytes a row`,
    ...(stats.followedBytes > 0
      ? [
          `${bytes(stats.followedBytes)} of code without call frame information, by what it does with its stack`,
        ]
      : []),
    ...reasons("row that cannot be expressed", "rows that cannot be expressed", stats.inexpressible),
    ...reasons(
      "row that loses the frame pointer",
      "rows that lose the frame pointer",
      stats.lostFramePointer,
    ),
    ...reasons("function left out", "functions left out", stats.leftOut),
  ];
  if (stats.cut > 0) lines.push(`${counted(stats.cut, "function")} cut off where another begins`);
  if (stats.full) lines.push("the table is full: code behind its last row has no rules");
  lines.push(`compiled and packed in ${seconds(compiled.cpuMilliseconds)} of CPU time`);
  return `${lines.join("\n  ")}\n`;
}

/** "3 rows that cannot be expressed: return-address 2, stack-pointer 1"; nothing where there are none. */
function reasons(one: string, many: string, counts: Partial<Record<string, number>>): string[] {
  const entries = Object.entries(counts).map(([reason, value]) => ({ reason, value: value ?? 0 }));
  const total = entries.reduce((sum, { value }) => sum + value, 0);
  if (total === 0) return [];
  const each = entries.map(({ reason, value }) => `${reason} ${count(value)}`).join(", ");
  return [`${counted(total, one, many)}: ${each}`];
}
