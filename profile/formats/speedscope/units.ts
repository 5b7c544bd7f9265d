import type { ValueType } from "../../profile.ts";

/** speedscope's units: none, nanoseconds, microseconds, milliseconds, seconds, bytes. */
export type SpeedscopeUnit = "none" | "nanoseconds" | "microseconds" | "milliseconds" | "seconds" | "bytes";

const OWN_UNITS = new Set<string>(["nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]);

/** What speedscope calls the unit of a sample type. */
export function unitOf({ unit }: ValueType): SpeedscopeUnit {
  return OWN_UNITS.has(unit) ? (unit as SpeedscopeUnit) : "none";
}

/** The name by which our own files tell a sample type: `samples/count`. */
export function nameOfType({ type, unit }: ValueType): string {
  return `${type}/${unit}`;
}

/** The sample type of a profile: by our own name for it, else by its unit, times being nanoseconds. */
export function valueTypeOf(name: string, unit: string): ValueType {
  const slash = name.lastIndexOf("/");
  if (slash > 0) {
    const named = { type: name.slice(0, slash), unit: name.slice(slash + 1) };
    return isTime(named.unit) ? { type: named.type, unit: "nanoseconds" } : named;
  }
  if (isTime(unit)) return { type: "time", unit: "nanoseconds" };
  return unit === "bytes" ? { type: "space", unit: "bytes" } : { type: "samples", unit: "count" };
}

function isTime(unit: string): boolean {
  return /^(nano|micro|milli)?seconds$/.test(unit);
}
