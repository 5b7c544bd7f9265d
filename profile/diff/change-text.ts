import type { Interval } from "./exact-tests.ts";

/** Numbers of a comparison as people read them, the same in the terminal and on the page. */

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

/** A value for people: `14.3%`. */
export function valueText(scale: Scale, value: number): string {
  const scaled = value * scale.factor;
  return `${scaled.toFixed(digitsFor(scaled))}${scale.suffix}`;
}

/** A difference with its interval: `+4.2% (3.1–5.3)`. */
export function changeText(scale: Scale, change: number, interval: Interval): string {
  const difference = change * scale.factor;
  const [low, high] = [Math.max(interval.low, -scale.limit), Math.min(interval.high, scale.limit)];
  const digits = digitsFor(difference);
  return `${signed(difference, digits)}${scale.suffix} (${rangeText({ low: low * scale.factor, high: high * scale.factor }, digits, difference < 0)})`;
}

/** A difference alone: `+4.2%`. */
export function plainChangeText(scale: Scale, change: number): string {
  const difference = change * scale.factor;
  return signed(difference, digitsFor(difference)) + scale.suffix;
}

/** `3.1–5.3`: without signs where the interval lies on the side of the change, as the change itself has one. */
function rangeText({ low, high }: Interval, digits: number, isFall: boolean): string {
  if (low < 0 && high > 0) return `${signed(low, digits)} to ${signed(high, digits)}`;
  const [from, to] = isFall ? [-high, -low] : [low, high];
  return `${Math.abs(from).toFixed(digits)}–${Math.abs(to).toFixed(digits)}`;
}

/** `+41%`, `−8.3%`, `new`, `gone`. */
export function factorText(before: number, after: number): string {
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
