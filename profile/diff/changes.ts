import { Verdict } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";
import { commonFactor, insertedFunctions } from "./headline.ts";
import { tailsOf } from "./intervals.ts";
import { studentQuantile } from "./special-functions.ts";

/** What moved, sorted into changes of a function's own and those that come of others' changes. */
export interface Changes {
  /** Rows of the functions that are significant in self or total, by how much they moved beyond the rest. */
  moved: number[];
  /** Significant ones that moved no otherwise than all the rest: their share fell because another's grew. */
  carried: number[];
  /** Significant ones that were only put between others, or taken away from there, without a cost of their own. */
  inserted: number[];
  /** Factor by which the rest moved: 0.953 is 4.7% down. */
  factor: number;
}

/** Sorts the significant functions. Without shares of a whole nothing is carried. */
export function sortChanges(diff: ProfileDiff): Changes {
  const { functionSelf, functionTotal, keys } = diff;
  const factor = commonFactor(diff);
  const between = insertedFunctions(diff);
  const changes: Changes = { moved: [], carried: [], inserted: [], factor };
  for (let key = 0; key < keys.length; key++) {
    const significant = [functionTotal, functionSelf].filter(
      ({ verdict }) => verdict[key] === Verdict.significant,
    );
    if (significant.length === 0) continue;
    if (between.has(key) && functionSelf.verdict[key] !== Verdict.significant) {
      changes.inserted.push(key);
      continue;
    }
    const isCarried = significant.every((comparison) => {
      const beyond = Math.abs(comparison.after[key] - factor * comparison.before[key]);
      const chance =
        studentQuantile(tailsOf(comparison, key), comparison.freedom[key]) * comparison.error[key];
      return factor !== 1 && beyond <= chance;
    });
    (isCarried ? changes.carried : changes.moved).push(key);
  }
  const beyond = (key: number) =>
    Math.max(
      Math.abs(functionTotal.after[key] - factor * functionTotal.before[key]),
      Math.abs(functionSelf.after[key] - factor * functionSelf.before[key]),
    );
  for (const rows of [changes.moved, changes.carried]) rows.sort((a, b) => beyond(b) - beyond(a) || a - b);
  return changes;
}
