import { basename } from "node:path";
import type { SideFacts } from "../../profile/diff/diff.ts";
import { isCaution } from "../../profile/diff/limits.ts";
import type { ComparisonWords } from "../../profile/diff/page-comparison.ts";
import { writeFileAtomically } from "../../profile/node/atomic-file.ts";
import { fileFailure } from "../file-failure.ts";
import { openOrHint } from "../open-page.ts";
import { renderComparison } from "../page.ts";
import { PROFILE_ENDING } from "../record/paths.ts";
import { counted, seconds } from "../words.ts";
import type { DiffOutcome } from "./outcome.ts";
import { countsSentence, insertedSentence, NO_CHANGE, normalizationSentence } from "./sentences.ts";

/** Writes the page of a comparison. Throws Failure. */
export async function writeDiffPage(outcome: DiffOutcome, path: string, open: boolean): Promise<void> {
  const page = renderComparison(outcome.diff, outcome.changes, comparisonWords(outcome));
  try {
    await writeFileAtomically(path, [page]);
  } catch (error) {
    throw fileFailure("write", path, error);
  }
  if (open) await openOrHint(path, outcome.diff.after.names[0]);
}

/** What the page says of the whole, in the words of the terminal. */
export function comparisonWords(outcome: DiffOutcome): ComparisonWords {
  const { diff, headline, renames, power, limits } = outcome;
  const { keys } = diff;
  const renamed = renames.map(
    ({ from, to }) =>
      `Renamed? ${keys.name[from]} is gone and ${keys.name[to]} is new: --match-rename takes them for one.`,
  );
  return {
    title: { before: sideTitle(diff.before), after: sideTitle(diff.after) },
    before: sideWords(diff.before),
    after: sideWords(diff.after),
    how: normalizationSentence(diff),
    headline: headline === undefined ? NO_CHANGE : headline.text,
    headlinePath: headline?.path ?? -1,
    notes: [
      countsSentence(outcome, Number.POSITIVE_INFINITY),
      insertedSentence(outcome),
      power,
      ...limits,
      ...renamed,
    ].filter((note) => note !== undefined),
    cautions: limits.filter(isCaution),
  };
}

function sideTitle({ names, runs }: SideFacts): string {
  const name = basename(names[0]).replace(PROFILE_ENDING, "");
  return runs === 1 ? name : `${name} (${counted(runs, "run")})`;
}

function sideWords({ names, samples, seconds: recorded, runs }: SideFacts): string {
  const time = recorded > 0 ? ` in ${seconds(recorded * 1000)}` : "";
  return `${counted(samples, "sample")}${time}, ${counted(runs, "run")}: ${names.join(", ")}`;
}
