import { type Comparison, Verdict } from "../../profile/diff/compare.ts";
import type { SideFacts } from "../../profile/diff/diff.ts";
import type { Interval } from "../../profile/diff/exact-tests.ts";
import { detectableChange, differenceInterval, ratioInterval } from "../../profile/diff/intervals.ts";
import { VERSION } from "../version.ts";
import type { DiffOutcome } from "./outcome.ts";

/** What `--json` prints: raised when a field changes its meaning or goes. */
const SCHEMA_VERSION = 1;
const VERDICTS = ["none", "too few samples", "not significant", "significant"] as const;

/**
 * The comparison for programs, one JSON object. Values are normalised (a share of 0.1 is 10%), weights are as recorded.
 * All functions with samples are listed; call paths only where they are significant.
 */
export function diffJson(outcome: DiffOutcome): string {
  const { diff, headline, changes, renames, violations, conditions } = outcome;
  const { keys, paths, functionTotal, functionSelf, pathTotal, pathSelf } = diff;
  const functions: object[] = [];
  for (let key = 0; key < keys.length; key++) {
    if (functionTotal.verdict[key] === Verdict.none) continue;
    functions.push({
      name: keys.name[key],
      module: keys.module[key],
      total: changeJson(functionTotal, key),
      self: changeJson(functionSelf, key),
    });
  }
  const significantPaths: object[] = [];
  for (let row = 0; row < paths.length; row++) {
    const isSignificant =
      pathTotal.verdict[row] === Verdict.significant || pathSelf.verdict[row] === Verdict.significant;
    if (!isSignificant) continue;
    const stack: string[] = [];
    for (let at = row; at > 0; at = paths.parent[at]) stack.unshift(keys.name[paths.key[at]]);
    significantPaths.push({
      stack,
      inserted: ([null, "after", "before"] as const)[paths.inserted[row]] ?? null,
      total: changeJson(pathTotal, row),
      self: changeJson(pathSelf, row),
    });
  }
  return JSON.stringify({
    tool: `stapflame ${VERSION}`,
    schema: SCHEMA_VERSION,
    before: sideJson(diff.before),
    after: sideJson(diff.after),
    valueType: diff.valueType,
    normalization: diff.normalization,
    fdr: diff.fdr,
    headline:
      headline === undefined
        ? null
        : {
            text: headline.text,
            function: keys.name[headline.key],
            mostlyBy: headline.mostlyBy < 0 ? null : keys.name[headline.mostlyBy],
            ...changeJson(functionTotal, headline.key),
          },
    commonFactor: changes.factor,
    movedWithTheRest: changes.carried.map((key) => keys.name[key]),
    inserted: changes.inserted.map((key) => keys.name[key]),
    families: {
      total: { tested: functionTotal.familySize, significant: functionTotal.discoveries },
      self: { tested: functionSelf.familySize, significant: functionSelf.discoveries },
      pathTotal: { tested: pathTotal.familySize, significant: pathTotal.discoveries },
      pathSelf: { tested: pathSelf.familySize, significant: pathSelf.discoveries },
    },
    functions,
    paths: significantPaths,
    renames: renames.map(({ from, to, likeness }) => ({
      from: keys.name[from],
      to: keys.name[to],
      likeness,
    })),
    power: outcome.power,
    limits: outcome.limits,
    conditions: conditions.map((condition) => ({
      text: condition.text,
      violations: violations
        .filter((violation) => violation.condition === condition)
        .map(({ key, change }) => ({
          function: keys.name[key],
          module: keys.module[key],
          change: finite(change),
        })),
    })),
  });
}

function sideJson({ names, samples, weight, seconds, runs, batches }: SideFacts): object {
  return { files: names, runs, samples: Math.round(samples), weight, seconds: finite(seconds), batches };
}

function changeJson(comparison: Comparison, row: number): object {
  const [before, after] = [comparison.before[row], comparison.after[row]];
  const isTested = comparison.verdict[row] >= Verdict.notSignificant;
  return {
    before,
    after,
    beforeWeight: comparison.beforeWeight[row],
    afterWeight: comparison.afterWeight[row],
    difference: after - before,
    ratio: before > 0 ? after / before : null,
    verdict: VERDICTS[comparison.verdict[row]],
    ...(isTested && {
      differenceInterval: intervalJson(differenceInterval(comparison, row)),
      ratioInterval: intervalJson(ratioInterval(comparison, row)),
      pValue: comparison.pValue[row],
      adjusted: comparison.adjusted[row],
      detectable: detectableChange(comparison, row),
    }),
  };
}

function intervalJson({ low, high }: Interval): [number | null, number | null] {
  return [finite(low), finite(high)];
}

/** JSON has no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
