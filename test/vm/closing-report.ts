import type { Reporter, TestModule } from "vitest/node";
import type { Figure } from "./guest-tests.ts";

/** Ends a run with the figures that were measured, a row each and a column a guest, and with what was tolerated. */
export default class ClosingReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const metas = tests.map((test) => test.meta());
    const figures = metas.flatMap((meta) => meta.figures ?? []);
    if (figures.length > 0) console.log(`\n${figureTable(figures)}`);
    const moved = metas.find((meta) => meta.moved !== undefined)?.moved;
    if (moved === undefined) return;
    const tolerated = tests.filter((test) => test.meta().tolerated);
    console.log(`\nsid moved: ${moved}: ${tolerated.length} tests failed there, not fatal`);
    for (const test of tolerated) console.log(`  failed: ${test.fullName}`);
    if (tolerated.length === 0) console.log("  All passed: put these versions into test/vm/known-good.json.");
  }
}

/** Figures as text: a row for each thing measured, a column for each guest. */
export function figureTable(figures: readonly Figure[]): string {
  const columns = [...new Set(figures.map(({ where }) => where))].sort();
  const rows = [...new Set(figures.map(({ what }) => what))];
  const cell = (what: string, where: string) =>
    figures.find((figure) => figure.what === what && figure.where === where)?.value ?? "–";
  const table = [["figure", ...columns], ...rows.map((what) => [what, ...columns.map((c) => cell(what, c))])];
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  return table
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
