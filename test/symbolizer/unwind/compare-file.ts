import { expect } from "vitest";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable } from "../../../symbolizer/unwind/pack-table.ts";
import { open, value } from "../debug-files/workshop.ts";
import { agree } from "./agree.ts";

const LINES: string[] = [];

/** Prints what `compare` noted, to be called after all tests of a file. */
export function printComparisons(): void {
  process.stdout.write(`${["unwind tables against readelf", ...LINES].join("\n")}\n`);
}

/** Compares a file with the judges, which read `judgedBy`, and notes the figures; gives what was compared. `others`: as of `agree`. */
export function compare(name: string, path: string, judgedBy = path, others?: ReadonlySet<number>) {
  // Rules that code itself tells are judged in x86/agreement.test.ts.
  const table = value(compileUnwindTable(open(path), undefined, { followsCode: false }));
  const result = agree(table, judgedBy, others);
  const pieces = packUnwindTable(table);
  const packed = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const rows = table.rowStarts.length;
  const notExpressed = [...result.inexpressible.values()].reduce((sum, count) => sum + count, 0);
  LINES.push(
    `${name.padEnd(44)} ${String(result.functions).padStart(6)} functions ${String(result.rows).padStart(7)} rows` +
      ` ${String(notExpressed).padStart(3)} inexpressible ${String(rows).padStart(7)} merged` +
      ` ${(packed / rows).toFixed(2).padStart(6)} bytes a row`,
  );
  for (const [words, count] of [...result.inexpressible, ...result.lost])
    LINES.push(`    ${count} × ${words}`);
  const unshown = result.expressions - result.judgedExpressions;
  if (unshown > 0) LINES.push(`    ${unshown} of ${result.expressions} expressions not shown by LLVM`);
  expect(result.differences).toEqual([]);
  expect(result.rows).toBeGreaterThan(0);
  const counted = Object.values(table.stats.inexpressible).reduce((sum, count) => sum + count, 0);
  expect(notExpressed).toBe(counted);
  return { table, result };
}
