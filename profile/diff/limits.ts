import { fromComments } from "../recording-info.ts";
import type { ProfileDiff } from "./diff.ts";
import type { NamedProfile } from "./measure.ts";
import { detectableAt } from "./power.ts";

/** Shares of which it is told what could have been seen. */
const TOLD_SHARES = [0.1, 0.01] as const;
/** What is said where a profile has no slices to see dependence from. */
export const INDEPENDENCE_ASSUMED =
  "There are too few time slices to see how much these programs vary by themselves: significance assumes that samples do not " +
  "depend on each other, which is too optimistic for programs with phases.";
const LOST = "of its samples when it was recorded";

/** Whether a limit is one to be warned of. */
export function isCaution(sentence: string): boolean {
  return sentence === INDEPENDENCE_ASSUMED || sentence.includes(LOST);
}

/** Samples lost beyond this part are said. */
const LOSS_WORTH_SAYING = 0.01;

/** What could not have been seen, in a sentence. */
export function powerSentence(diff: ProfileDiff): string {
  const parts = TOLD_SHARES.map((share) => {
    const { relative } = detectableAt(diff, diff.functionTotal, share);
    return relative >= 1 ? `${(1 + relative).toFixed(1)}-fold` : `by ${percents(relative)}`;
  });
  return (
    `To be seen in four of five cases, a function with ${TOLD_SHARES[0] * 100}% of all had to change ${parts[0]}, ` +
    `one with ${TOLD_SHARES[1] * 100}% ${parts[1]}.`
  );
}

function percents(part: number): string {
  return `${(100 * part).toFixed(part < 0.0995 ? 1 : 0)}%`;
}

/** What significance rests on and what else limits the comparison, a sentence each. */
export function limitSentences(
  diff: ProfileDiff,
  before: readonly NamedProfile[],
  after: readonly NamedProfile[],
): string[] {
  const sentences: string[] = [];
  if (diff.before.batches === 0 || diff.after.batches === 0) {
    sentences.push(INDEPENDENCE_ASSUMED);
  }
  if (diff.before.runs < 2 || diff.after.runs < 2) {
    const which = diff.before.runs < 2 && diff.after.runs < 2 ? "Each side is" : "One side is";
    sentences.push(
      `${which} a single run: ${percents(diff.betweenRuns)} is allowed for what runs of the same program differ by. Where they differ by more, as on machines with other users, changes are found that are none: several runs a side (record --repeat) measure it.`,
    );
  }
  for (const { name, profile } of [...before, ...after]) {
    const drops = fromComments(profile.comments)?.drops.reduce((sum, { count }) => sum + count, 0) ?? 0;
    const samples = profile.samples.values[0].reduce((sum, value) => sum + value, 0);
    if (drops > LOSS_WORTH_SAYING * samples) {
      sentences.push(`${name} lost ${Math.round((100 * drops) / (drops + samples))}% ${LOST}.`);
    }
  }
  const hosts = [before, after].map((side) =>
    JSON.stringify(
      [...new Set(side.map(({ profile }) => fromComments(profile.comments)?.host ?? ""))].sort(),
    ),
  );
  if (hosts[0] !== hosts[1] && !hosts.some((names) => names === '[""]')) {
    sentences.push("The sides were recorded on different machines.");
  }
  return sentences;
}
