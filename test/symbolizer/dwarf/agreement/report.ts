import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Comparison, percent, type Score } from "./compare.ts";
import { explained } from "./known-differences.ts";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const EXAMPLES = 2;

/** The figures of all files as a table, then the differences by kind. */
export function reportText(comparisons: readonly Comparison[]): string {
  const head = [
    `${"".padEnd(40)} ${"".padStart(9)} ${"".padStart(9)}  functions and inline chain     file:line of every frame`,
    `${"file".padEnd(40)} ${"addresses".padStart(9)} ${"ours, ms".padStart(9)}  elfutils +second   agree %    elfutils +second   agree %`,
  ];
  const rows = comparisons.map(({ name, addresses, milliseconds, functions, places }) =>
    [
      name.padEnd(40),
      String(addresses).padStart(9),
      milliseconds.toFixed(0).padStart(9),
      ` ${scoreText(functions, addresses)}`,
      ` ${scoreText(places, addresses)}`,
    ].join(" "),
  );
  return [...head, ...rows, ...comparisons.flatMap(differenceText)].join("\n");
}

function scoreText(score: Score, of: number): string {
  return `${String(score.first).padStart(8)} ${String(score.second).padStart(7)} ${percent(score, of).toFixed(3).padStart(9)}`;
}

function differenceText(comparison: Comparison): string[] {
  const { name, differences, problems } = comparison;
  return [
    ...(problems.length > 0 ? [`${name}: ${problems.join("; ")}`] : []),
    ...explained(comparison).flatMap(({ kind, count, reason }) => [
      `${name}: ${count} × ${kind}: ${reason}`,
      ...differences
        .filter((one) => one.kind === kind)
        .slice(0, EXAMPLES)
        .map(
          ({ address, ours, elfutils, second }) =>
            `  ${address}\n    ours     ${ours}\n    elfutils ${elfutils}\n    second   ${second}`,
        ),
    ]),
  ];
}

/** Prints the report and keeps it, with all differences, in `out/`. */
export function report(tier: string, comparisons: readonly Comparison[]): void {
  console.info(reportText(comparisons));
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, `agreement-${tier}.json`), JSON.stringify(comparisons, null, 1));
}
