import { changeText, factorText, type Scale, valueText } from "./change-text.ts";
import type { Comparison } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";
import { findHeadline, type Headline } from "./headline.ts";
import { differenceInterval } from "./intervals.ts";

/** The scale of a diff's values, by normalisation and unit. */
export function scaleOf({ normalization, valueType }: ProfileDiff): Scale {
  const isTime = valueType.unit === "nanoseconds";
  const whole = valueType.type === "cpu" && isTime ? "CPU time" : valueType.type.replaceAll("_", " ");
  switch (normalization.kind) {
    case "total":
      return { factor: 100, suffix: "%", of: `all ${whole}`, limit: 1 };
    case "frame":
      return {
        factor: 100,
        suffix: "%",
        of: `the ${whole} of ${normalization.name}`,
        limit: Number.POSITIVE_INFINITY,
      };
    case "time":
      return isTime
        ? { factor: 1e-9, suffix: " CPUs", of: "one CPU's time", limit: Number.POSITIVE_INFINITY }
        : {
            factor: 1,
            suffix: ` ${valueType.unit}/s`,
            of: `${whole} a second`,
            limit: Number.POSITIVE_INFINITY,
          };
    case "none":
      return isTime
        ? { factor: 1e-9, suffix: " s", of: `${whole} of a run`, limit: Number.POSITIVE_INFINITY }
        : {
            factor: 1,
            suffix: ` ${valueType.unit}`,
            of: `${whole} of a run`,
            limit: Number.POSITIVE_INFINITY,
          };
  }
}

/** A difference with its interval: `+4.2% (3.1–5.3)`. */
export function differenceText(scale: Scale, comparison: Comparison, row: number): string {
  const difference = comparison.after[row] - comparison.before[row];
  return changeText(scale, difference, differenceInterval(comparison, row));
}

/** `+41%`, `−8.3%`, `new`, `gone`. */
export function relativeText({ before, after }: Comparison, row: number): string {
  return factorText(before[row], after[row]);
}

/** The most telling change in words, and what it is about; undefined when nothing is significant. */
export interface HeadlineWords extends Headline {
  /** `+4.2% (3.1–5.3) of all CPU time in parse_header, mostly by memcpy: 10.1% → 14.3%` */
  text: string;
}

export function headlineWords(diff: ProfileDiff): HeadlineWords | undefined {
  const headline = findHeadline(diff);
  if (headline === undefined) return undefined;
  const { keys, functionTotal } = diff;
  const { key, mostlyBy } = headline;
  const scale = scaleOf(diff);
  const of =
    diff.normalization.kind === "total" || diff.normalization.kind === "frame" ? ` of ${scale.of}` : "";
  const by = mostlyBy < 0 ? "" : `, mostly by ${keys.name[mostlyBy]}`;
  const from = valueText(scale, functionTotal.before[key]);
  const to = valueText(scale, functionTotal.after[key]);
  const kind =
    functionTotal.before[key] === 0
      ? ", which is new"
      : functionTotal.after[key] === 0
        ? ", which is gone"
        : "";
  return {
    ...headline,
    text: `${differenceText(scale, functionTotal, key)}${of} in ${keys.name[key]}${kind}${by}: ${from} → ${to}`,
  };
}
