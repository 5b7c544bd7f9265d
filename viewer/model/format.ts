/** Numbers as people read them. English grouping everywhere, as the page's words are English. */

const NANOS_PER_SECOND = 1e9;

/** `12,345`; fractions of non-integers to two places. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

/** `1 sample`, `2 samples`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Part of whole as a percentage: `100%`, `12.3%`, `0.46%`, `<0.01%`; `0%` of nothing. */
export function formatShare(part: number, whole: number): string {
  if (!(whole > 0) || part <= 0) return "0%";
  const percent = (100 * part) / whole;
  if (percent < 0.01) return "<0.01%";
  if (percent < 1) return `${percent.toFixed(2)}%`;
  if (percent >= 99.95) return part >= whole ? "100%" : `${Math.min(percent, 99.99).toFixed(2)}%`;
  return `${percent.toFixed(1)}%`;
}

/** `340 ns`, `12.4 µs`, `1.23 s`, `2 min 5 s`, `3 h 20 min`. */
export function formatNanos(nanos: number): string {
  const magnitude = Math.abs(nanos);
  if (magnitude === 0) return "0 s";
  if (magnitude < 1e3) return `${Math.round(nanos)} ns`;
  if (magnitude < 1e6) return `${threeDigits(nanos / 1e3)} µs`;
  if (magnitude < 1e9) return `${threeDigits(nanos / 1e6)} ms`;
  const seconds = nanos / NANOS_PER_SECOND;
  if (magnitude < 120e9) return `${threeDigits(seconds)} s`;
  const wholeSeconds = Math.round(seconds);
  const minutes = Math.floor(wholeSeconds / 60);
  if (minutes < 120) return joinUnits(minutes, "min", wholeSeconds % 60, "s");
  return joinUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

/** `1.5 GiB` and the like. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? formatCount(value) : threeDigits(value)} ${units[unit]}`;
}

/** A weight in the unit of its sample type: counts, times and bytes in words, others with their own unit. */
export function formatWeight(weight: number, sampleType: { type: string; unit: string }): string {
  switch (sampleType.unit) {
    case "nanoseconds":
      return formatNanos(weight);
    case "bytes":
      return formatBytes(weight);
    case "count":
    case "":
      return sampleType.type === "samples" || sampleType.type === ""
        ? plural(weight, "sample")
        : `${formatCount(weight)} ${sampleType.type}`;
    default:
      return `${formatCount(weight)} ${sampleType.unit}`;
  }
}

/** `2026-11-21 04:07:02 UTC`; empty when unknown (0). */
export function formatDate(timeNanos: number): string {
  const date = new Date(timeNanos / 1e6);
  if (!(timeNanos > 0) || Number.isNaN(date.getTime())) return "";
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `99 Hz`, `97.8 Hz`; `unknown` for NaN. */
export function formatHertz(frequency: number): string {
  return Number.isFinite(frequency)
    ? `${frequency.toLocaleString("en-US", { maximumFractionDigits: 1 })} Hz`
    : "unknown";
}

function threeDigits(value: number): string {
  const magnitude = Math.abs(value);
  const digits = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function joinUnits(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major} ${majorUnit}` : `${major} ${majorUnit} ${minor} ${minorUnit}`;
}
