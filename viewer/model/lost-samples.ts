import type { Profile } from "../../profile/profile.ts";
import { fromComments } from "../../profile/recording-info.ts";
import { fullName } from "./display-name.ts";
import { formatCount, formatShare, plural } from "./format.ts";
import type { FrameFacts } from "./frame-facts.ts";
import { MAX_PLACE_CHARACTERS } from "./limits.ts";

/**
 * Samples that a recording lost. Nobody knows what they were of, so they are no frame and in no share; but how many they
 * are can be seen, as a block beside the frame of all samples, on the same scale:
 *
 *     parse──────────────── emit────
 *     all───────────────────────────  ▨ 1,234 lost ▨
 */
export interface LostSamples {
  count: number;
  /** Of the samples taken and lost together: 0 … 1. */
  share: number;
  /** In words that can be shown. */
  causes: { cause: string; count: number }[];
}

/** The block in one picture. */
export interface LostBlock {
  /** Pixels. */
  width: number;
  label: string;
  /** Too narrow for hatching to be made out. */
  isThin: boolean;
  /** What screen readers say. */
  sentence: string;
}

/** Pixels that the block has at least, so that it can be seen and hit. */
const MIN_WIDTH = 3;

/** Pixels from which the block is hatched, two lines at least; narrower ones are filled. */
const HATCHED_FROM = 12;

/** The block takes at most this part of the picture, so that a graph can be read however much was lost. */
const MAX_PART = 1 / 2;

/** Pixels that a letter of a label has at most on average, and that a label keeps free at both ends. */
const LETTER_WIDTH = 7.5;
const LABEL_MARGIN = 12;

/** What the recording of a profile lost; undefined: nothing, as far as it says. */
export function lostSamples({ comments, samples }: Profile): LostSamples | undefined {
  const causes = (fromComments(comments)?.drops ?? [])
    .filter(({ count }) => count > 0)
    .map(({ cause, count }) => ({ cause: fullName(cause, MAX_PLACE_CHARACTERS), count }));
  if (causes.length === 0) return undefined;
  // A number of any length may stand in a file.
  const count = Math.min(
    causes.reduce((sum, each) => sum + each.count, 0),
    Number.MAX_SAFE_INTEGER,
  );
  const taken = (samples.values[0] ?? []).reduce((sum, value) => sum + value, 0);
  return { count, share: count / (taken + count), causes };
}

/** The block beside the graph in a picture that is `width` pixels wide. */
export function lostBlock(lost: LostSamples, width: number): LostBlock {
  const own = Math.min(Math.max(MIN_WIDTH, lost.share * width), MAX_PART * width);
  return { width: own, label: labelOf(lost, own), isThin: own < HATCHED_FROM, sentence: lostSentence(lost) };
}

/** What stands in a block of so many pixels: all of it or nothing, as a number that is cut short is another number. */
function labelOf(lost: LostSamples, width: number): string {
  const words = `${formatCount(lost.count)} lost`;
  const long = isToScale(lost) ? words : `${words}, ${lostShare(lost)}: not to scale`;
  return [long, words].find((text) => text.length * LETTER_WIDTH + LABEL_MARGIN <= width) ?? "";
}

/** `1.0%`: what the page says everywhere of how much was lost. */
export function lostShare({ share }: LostSamples): string {
  return formatShare(share, 1);
}

/** All that is said of the block. */
export function lostFacts(lost: LostSamples): FrameFacts {
  return {
    name: `${plural(lost.count, "sample")} lost`,
    kind: "unknown",
    marks: ["not in the graph"],
    places: [],
    numbers: [
      ["Of taken and lost", lostShare(lost)],
      ...lost.causes.map(({ cause, count }): [string, string] => [formatCount(count), cause]),
    ],
    hotLines: "",
    hint: `What they were of is not known: no share counts them.${isToScale(lost) ? "" : " The block would be wider than half of the picture, and is cut there."}`,
    verdict: [],
  };
}

/** One sentence for the status line and screen readers. */
export function lostSentence(lost: LostSamples): string {
  const causes = lost.causes.map(({ cause, count }) => `${formatCount(count)} ${cause}`).join(", ");
  return `${plural(lost.count, "sample")} lost, not in the graph, ${lostShare(lost)} of taken and lost: ${causes}`;
}

function isToScale({ share }: LostSamples): boolean {
  return share <= MAX_PART;
}
