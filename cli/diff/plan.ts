import { CONDITION_FORM, type Condition, parseCondition } from "../../profile/diff/conditions.ts";
import type { DiffOptions } from "../../profile/diff/diff.ts";
import type { Normalization } from "../../profile/diff/side.ts";
import { ProfileFormatError } from "../../profile/format-error.ts";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import type { DiffCommandOptions } from "../commands/diff.ts";
import { usageFailure } from "../failure.ts";

/** What is to be compared, and how. */
export interface DiffPlan {
  before: string[];
  after: string[];
  options: DiffOptions;
  conditions: Condition[];
  /** Format of all files; undefined: what each looks like. */
  from: InputFormat | undefined;
}

/** The plan of a command line; undefined when nothing at all was named. Throws Failure (usage). */
export function planDiff(
  named: readonly (string | undefined)[],
  given: DiffCommandOptions,
): DiffPlan | undefined {
  const [first, second] = named;
  const before = [...(given.before ?? []), ...(first === undefined ? [] : [first])];
  const after = [...(given.after ?? []), ...(second === undefined ? [] : [second])];
  if (before.length === 0 && after.length === 0) return undefined;
  if (first !== undefined && (given.before !== undefined || given.after !== undefined)) {
    throw usageFailure(
      `${first} belongs to no side`,
      "Name all files with --before and --after, or give two without them.",
    );
  }
  if (before.length === 0 || after.length === 0) {
    const missing = before.length === 0 ? "before" : "after";
    throw usageFailure(
      `there is no profile for the side ${missing}`,
      `Give two files, or name it with --${missing}.`,
    );
  }
  return {
    before,
    after,
    options: {
      normalization: parseNormalization(given.normalize),
      fdr: given.fdr,
      renames: (given.matchRename ?? []).map(parseRename),
      ignoreTemplates: given.ignoreTemplates === true,
      ...(given.value === undefined ? {} : { valueType: given.value }),
    },
    conditions: (given.failOn ?? []).map(conditionOf),
    from: given.from,
  };
}

function parseNormalization(text: string): Normalization {
  if (text === "total" || text === "time" || text === "none") return { kind: text };
  const frame = /^frame=(.+)$/s.exec(text);
  if (frame !== null) return { kind: "frame", name: frame[1] };
  throw usageFailure(
    `there is no normalization ${text}`,
    "Give total, time, none or frame=NAME with --normalize.",
  );
}

function parseRename(text: string): [string, string] {
  const parts = text.split("=");
  // C++ operators have a sign of their own: `operator==` cannot be renamed this way.
  if (parts.length !== 2 || parts.includes("")) {
    throw usageFailure(`${text} names no renamed function`, "Give OLD=NEW with --match-rename.");
  }
  return [parts[0], parts[1]];
}

function conditionOf(text: string): Condition {
  try {
    return parseCondition(text);
  } catch (error) {
    if (!(error instanceof ProfileFormatError)) throw error;
    throw usageFailure(error.message.replace(/\.$/, ""), CONDITION_FORM);
  }
}
