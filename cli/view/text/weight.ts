import type { ValueType } from "../../../profile/profile.ts";
import { bytes, count, counted, seconds } from "../../words.ts";

const NANOS_PER_MS = 1e6;

/** A weight in the unit of its sample type: `1,234 samples`, `12.3 s`, `4.0 MiB`, `7 faults`. */
export function weightText(weight: number, { type, unit }: ValueType): string {
  if (unit === "nanoseconds") return seconds(weight / NANOS_PER_MS);
  if (unit === "bytes") return bytes(weight);
  if (unit !== "count" && unit !== "") return `${count(weight)} ${unit}`;
  return type === "samples" || type === "" ? counted(weight, "sample") : `${count(weight)} ${type}`;
}

/** The same without the word, for a column. */
export function shortWeight(weight: number, { unit }: ValueType): string {
  if (unit === "nanoseconds") return seconds(weight / NANOS_PER_MS);
  return unit === "bytes" ? bytes(weight) : count(weight);
}
