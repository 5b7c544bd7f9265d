import { type Scale, signed } from "../../profile/diff/change-text.ts";
import type { SideFacts } from "../../profile/diff/diff.ts";
import { isCaution } from "../../profile/diff/limits.ts";
import { scaleOf } from "../../profile/diff/words.ts";
import type { Terminal } from "../terminal.ts";
import { counted, ellipsis, printable, seconds } from "../words.ts";
import type { DiffOutcome } from "./outcome.ts";
import { changeRows } from "./rows.ts";
import { countsSentence, insertedSentence, NO_CHANGE, violationSentence } from "./sentences.ts";

const LISTED_RENAMES = 3;

/** The comparison for people: the headline, a short table, and what it rests on. */
export function printDiff(outcome: DiffOutcome, top: number, terminal: Terminal): void {
  const { diff, headline, renames, power, limits, violations, conditions } = outcome;
  const { bold, dim, red, green, yellow } = terminal.colors;
  const scale = scaleOf(diff);
  terminal.result(dim(`before  ${sideText(diff.before)}`));
  terminal.result(dim(`after   ${sideText(diff.after)}`));
  terminal.result();
  terminal.result(bold(headline === undefined ? NO_CHANGE : printable(headline.text)));
  if (headline !== undefined) terminal.result(dim(`  at ${pathText(outcome, terminal.width - 6)}`));
  terminal.result();
  printTable(outcome, scale, top, terminal);
  terminal.result(countsSentence(outcome, top));
  const inserted = insertedSentence(outcome);
  if (inserted !== undefined) terminal.result(printable(inserted));
  terminal.result(power);
  for (const { from, to } of renames.slice(0, LISTED_RENAMES)) {
    const [old, now] = [printable(diff.keys.name[from]), printable(diff.keys.name[to])];
    terminal.result(
      `${yellow("Renamed?")} ${old} is gone and ${now} is new: --match-rename '${old}=${now}' takes them for one.`,
    );
  }
  for (const limit of limits) {
    terminal.result(isCaution(limit) ? `${yellow("Caution:")} ${printable(limit)}` : dim(printable(limit)));
  }
  if (conditions.length === 0) return;
  terminal.result();
  for (const violation of violations) {
    terminal.result(`${red("Fails:")} ${printable(violationSentence(diff, violation))}`);
  }
  if (violations.length === 0) terminal.result(`${green("Passes:")} no --fail-on holds.`);
}

function sideText({ names, samples, seconds: recorded, runs }: SideFacts): string {
  const what = runs === 1 ? printable(names[0]) : `${counted(runs, "run")}, ${printable(names[0])} …`;
  const time = recorded > 0 ? ` in ${seconds(recorded * 1000)}` : "";
  return `${what}: ${counted(samples, "sample")}${time}`;
}

/** How calls lead to the headline's function. */
function pathText({ diff, headline }: DiffOutcome, width: number): string {
  const names: string[] = [];
  for (let row = headline?.path ?? 0; row > 0; row = diff.paths.parent[row]) {
    names.unshift(printable(diff.keys.name[diff.paths.key[row]]));
  }
  let text = names.join(" → ");
  while (text.length > width && names.length > 2) {
    names.shift();
    text = `… → ${names.join(" → ")}`;
  }
  return ellipsis(text, width);
}

function printTable(outcome: DiffOutcome, scale: Scale, top: number, terminal: Terminal): void {
  const rows = changeRows(outcome, scale, top);
  if (rows.length === 0) return;
  const { dim, red, green } = terminal.colors;
  const columns = ["before", "after", "change", "relative", "self"] as const;
  const titles = {
    before: "before",
    after: "after",
    change: "change (interval)",
    relative: "relative",
    self: "self",
  };
  const widths = columns.map((column) =>
    Math.max(titles[column].length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]) => cells.map((cell, at) => cell.padStart(widths[at])).join("  ");
  terminal.result(dim(`  ${line(columns.map((column) => titles[column]))}  function`));
  const used = widths.reduce((sum, width) => sum + width + 2, 2);
  for (const row of rows) {
    const cells = line(columns.map((column) => row[column]));
    const name = ellipsis(row.name, Math.max(16, terminal.width - used - row.module.length - 2));
    const color = row.isMore ? red : green;
    terminal.result(`  ${color(cells)}  ${name}${row.module === "" ? "" : dim(`  ${row.module}`)}`);
  }
  const { factor, carried } = outcome.changes;
  if (carried.length > 0) {
    terminal.result(
      dim(
        `  and ${counted(carried.length, "more function")} that only moved with the rest, by ${signed(100 * (factor - 1), 1)}%: ` +
          "shares of a whole fall when another's grows.",
      ),
    );
  }
  terminal.result();
}
