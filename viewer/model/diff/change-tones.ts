import type { PageComparison } from "../../../profile/diff/page-comparison.ts";
import type { LegendEntry } from "../colouring.ts";
import { changeTones, kindTone, neutralTone, paintOf, type Theme, type Tone } from "../palette.ts";
import type { RowChange } from "./row-change.ts";

/** What the rows of one picture came to. */
export interface ChangesOfRows {
  comparison: PageComparison;
  of(row: number): RowChange;
  /** Whether a change is at least what a person wants to see. */
  isEnough(change: RowChange): boolean;
}

/** Factors from which a change has the next step of its colour: more by 10%, by 25%, twice as much; less likewise. */
const STEP_FROM = [1.1, 1.25, 2];
const STEPS = STEP_FROM.length + 1;

/** Colour tells the direction of a change that is significant, and by its strength the factor; all else is grey. */
export function toneOfChange(changes: ChangesOfRows, row: number, theme: Theme): Tone {
  const change = changes.of(row);
  const tones = changeTones(theme);
  if (change.verdict === "group") return kindTone("process", theme);
  if (change.verdict === "untested" || change.verdict === "context") return tones.untested;
  if (change.verdict !== "significant" || !changes.isEnough(change)) return neutralTone(theme);
  return (change.after > change.before ? tones.more : tones.less)[stepOf(change)];
}

/** From 0 to 3, by the factor between the sides; what one side has not is the last. */
export function stepOf({ before, after }: Pick<RowChange, "before" | "after">): number {
  const factor = Math.max(before, after) / Math.min(before, after);
  const step = STEP_FROM.findIndex((from) => factor < from);
  return step < 0 ? STEPS - 1 : step;
}

/** CSS classes of a row: what it came to, and on which side alone it is. */
export function changeClasses(changes: ChangesOfRows, row: number): string {
  const change = changes.of(row);
  const { verdict, before, after } = change;
  const direction = verdict === "significant" ? (after > before ? " more" : " less") : "";
  const small = verdict === "significant" && !changes.isEnough(change) ? " small" : "";
  return `v-${verdict}${direction}${small}${hatchOf(change)}`;
}

function hatchOf({ verdict, before, after }: RowChange): string {
  if (verdict === "group" || verdict === "context") return "";
  return before === 0 && after > 0 ? " new" : after === 0 && before > 0 ? " gone" : "";
}

export function changeLegend(changes: ChangesOfRows, length: number, theme: Theme): LegendEntry[] {
  const tones = changeTones(theme);
  const fill = (tone: Tone) => paintOf(tone, theme, "plain").fill;
  const seen = new Set<string>();
  for (let row = 0; row < length && row < MOST_LOOKED_AT; row++) {
    const change = changes.of(row);
    seen.add(change.verdict).add(hatchOf(change));
  }
  const entries: LegendEntry[] = [
    {
      lead: "less",
      words: "more",
      fill: "none",
      ramp: [...[...tones.less].reverse(), ...tones.more].map(fill),
      note: "steps at 10%, 25%, ×2",
    },
    { words: "no change beyond chance", fill: fill(neutralTone(theme)), note: "" },
  ];
  if (seen.has(" new"))
    entries.push({ words: "new", fill: fill(tones.more[STEPS - 1]), mark: "hatched", note: "" });
  if (seen.has(" gone")) {
    entries.push({ words: "gone", fill: fill(tones.less[STEPS - 1]), mark: "hatched", note: "" });
  }
  if (seen.has("untested"))
    entries.push({ words: "not tested here", fill: fill(tones.untested), mark: "lined", note: "" });
  return entries;
}

/** Rows come heaviest first in each place; what is only further down needs no entry of its own. */
const MOST_LOOKED_AT = 5_000;
