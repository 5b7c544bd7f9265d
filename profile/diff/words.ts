import type { Comparison } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";
import type { Interval } from "./exact-tests.ts";
import { findHeadline, type Headline } from "./headline.ts";
import { differenceInterval } from "./intervals.ts";

/** How values of a diff are written. */
export interface Scale {
  /** Values are multiplied by this for people. */
  factor: number;
  /** Comes behind a number: `%`, ` CPUs`, ` s`. */
  suffix: string;
  /** What values are parts of, or measured in, in words: `all CPU time`. */
  of: string;
  /** No difference can be greater, in the unit of the values. */
  limit: number;
}

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

/** A value for people: `14.3%`. */
export function valueText(scale: Scale, value: number): string {
  const scaled = value * scale.factor;
  return `${scaled.toFixed(digitsFor(scaled))}${scale.suffix}`;
}

/** A difference with its interval: `+4.2% (3.1–5.3)`. */
export function differenceText(scale: Scale, comparison: Comparison, row: number): string {
  const difference = (comparison.after[row] - comparison.before[row]) * scale.factor;
  const interval = differenceInterval(comparison, row);
  const [low, high] = [Math.max(interval.low, -scale.limit), Math.min(interval.high, scale.limit)];
  const digits = digitsFor(difference);
  return `${signed(difference, digits)}${scale.suffix} (${rangeText({ low: low * scale.factor, high: high * scale.factor }, digits, difference < 0)})`;
}

/** `3.1–5.3`: without signs where the interval lies on the side of the change, as the change itself has one. */
function rangeText({ low, high }: Interval, digits: number, isFall: boolean): string {
  if (low < 0 && high > 0) return `${signed(low, digits)} to ${signed(high, digits)}`;
  const [from, to] = isFall ? [-high, -low] : [low, high];
  return `${Math.abs(from).toFixed(digits)}–${Math.abs(to).toFixed(digits)}`;
}

/** `+41%`, `−8.3%`, `new`, `gone`. */
export function relativeText(comparison: Comparison, row: number): string {
  const [before, after] = [comparison.before[row], comparison.after[row]];
  if (before === 0) return "new";
  if (after === 0) return "gone";
  const percents = 100 * (after / before - 1);
  return `${signed(percents, Math.abs(percents) < 9.95 ? 1 : 0)}%`;
}

/** A number with its sign; the minus is one that is as wide as the plus. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

function digitsFor(value: number): number {
  const size = Math.abs(value);
  return size >= 0.995 || size === 0 ? 1 : size >= 0.0995 ? 2 : 3;
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
