import type { Changes } from "../../profile/diff/changes.ts";
import type { Condition, Violation } from "../../profile/diff/conditions.ts";
import type { ProfileDiff } from "../../profile/diff/diff.ts";
import type { RenameSuggestion } from "../../profile/diff/rename-suggestions.ts";
import type { HeadlineWords } from "../../profile/diff/words.ts";

/** All that is told of a comparison. */
export interface DiffOutcome {
  diff: ProfileDiff;
  headline: HeadlineWords | undefined;
  changes: Changes;
  renames: RenameSuggestion[];
  /** What could not have been seen, and what the comparison rests on, in sentences. */
  power: string;
  limits: string[];
  conditions: Condition[];
  violations: Violation[];
  /** Conditions that name no function. */
  unmatched: Condition[];
}
