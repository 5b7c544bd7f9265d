import type { ValueType } from "../../profile.ts";

/** `12,345 samples`, `1.2 s of cpu`, `3.4 MiB of space`: a weight in words. */
export function weightWords(value: number, { type, unit }: ValueType): string {
  const nanos = { nanoseconds: 1, microseconds: 1e3, milliseconds: 1e6, seconds: 1e9 }[unit];
  if (nanos !== undefined) return `${timeWords(value * nanos)}${type === "" ? "" : ` of ${type}`}`;
  if (unit === "bytes") return `${bytesWords(value)}${type === "" ? "" : ` of ${type}`}`;
  const name = type === "" ? "samples" : type;
  return `${grouped(value)} ${Math.round(value) === 1 ? name.replace(/s$/, "") : name}`;
}

export function percentWords(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(2)}%` : "–";
}

export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

function timeWords(nanos: number): string {
  if (Math.abs(nanos) >= 1e9) return `${(nanos / 1e9).toFixed(2)} s`;
  if (Math.abs(nanos) >= 1e6) return `${(nanos / 1e6).toFixed(1)} ms`;
  return `${(nanos / 1e3).toFixed(1)} µs`;
}

function bytesWords(value: number): string {
  if (Math.abs(value) < 1024) return `${Math.round(value)} bytes`;
  if (Math.abs(value) < 2 ** 20) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 2 ** 20).toFixed(1)} MiB`;
}
