import { signed } from "../../profile/diff/change-text.ts";
import { scaleOf } from "../../profile/diff/words.ts";
import { counted, printable, seconds } from "../words.ts";
import type { DiffOutcome } from "./outcome.ts";
import { changeRows } from "./rows.ts";
import { countsSentence, insertedSentence, violationSentence } from "./sentences.ts";

/** The comparison as GitHub-flavoured Markdown. Names come from binaries: all that could be markup is escaped. */
export function diffMarkdown(outcome: DiffOutcome, top: number): string {
  const { diff, headline, changes, violations, conditions, power, limits, renames } = outcome;
  const lines: string[] = [];
  const verdict = conditions.length === 0 ? "" : violations.length > 0 ? "Fails: " : "Passes: ";
  lines.push(
    `### ${verdict}${headline === undefined ? "No change of cost beyond chance" : escapeText(printable(headline.text))}`,
    "",
  );
  for (const violation of violations) {
    lines.push(`- **Fails** ${escapeText(printable(violationSentence(diff, violation)))}`);
  }
  if (violations.length > 0) lines.push("");
  const rows = changeRows(outcome, scaleOf(diff), top);
  if (rows.length > 0) {
    lines.push(
      "| function | before | after | change (interval) | relative | self |",
      "|---|--:|--:|--:|--:|--:|",
    );
    for (const row of rows) {
      const module = row.module === "" ? "" : ` <sub>${escapeText(row.module)}</sub>`;
      lines.push(
        `| ${code(row.name)}${module} | ${row.before} | ${row.after} | ${row.change} | ${row.relative} | ${row.self} |`,
      );
    }
    lines.push("");
  }
  if (changes.carried.length > 0) {
    lines.push(
      `${counted(changes.carried.length, "more function")} only moved with the rest, by ${signed(100 * (changes.factor - 1), 1)}%.`,
      "",
    );
  }
  lines.push(countsSentence(outcome, top), "");
  const inserted = insertedSentence(outcome);
  if (inserted !== undefined) lines.push(escapeText(printable(inserted)), "");
  lines.push("<details><summary>What this rests on</summary>", "");
  for (const side of ["before", "after"] as const) {
    const { names, samples, seconds: recorded, runs } = diff[side];
    const time = recorded > 0 ? ` in ${seconds(recorded * 1000)}` : "";
    lines.push(
      `- ${side}: ${counted(runs, "run")}, ${counted(samples, "sample")}${time}: ${names.map((name) => code(printable(name))).join(", ")}`,
    );
  }
  for (const sentence of [power, ...limits]) lines.push(`- ${escapeText(printable(sentence))}`);
  for (const { from, to } of renames) {
    lines.push(
      `- Renamed? ${code(printable(diff.keys.name[from]))} is gone, ${code(printable(diff.keys.name[to]))} is new.`,
    );
  }
  lines.push("", "</details>");
  return lines.join("\n");
}

/** Text in which nothing is markup, a link, a mention or an issue; for all places but the beginning of a line. */
function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_{}[\]|~@!]|#(?=\w)|:(?=\/)|(?<=\bwww)\./g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A name in code type, also in a table: HTML, because a bar would end a cell even between backticks. */
function code(text: string): string {
  return `<code>${escapeText(text)}</code>`;
}
