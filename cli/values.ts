import { InvalidArgumentError } from "commander";
import { DEEPEST_USER_STACK } from "../collector/limits.ts";

const DURATION_UNITS: Partial<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** setTimeout counts in 32 bits: longer would fire at once. */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** `500ms`, `30s`, `1.5m`, `1h` in milliseconds. Throws InvalidArgumentError. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  const unit = match && DURATION_UNITS[match[2]];
  if (!match || !unit) {
    throw new InvalidArgumentError("A duration is a number and a unit: 500ms, 30s, 5m or 1h.");
  }
  const milliseconds = Number(match[1]) * unit;
  if (milliseconds < 1) throw new InvalidArgumentError("It must be at least 1ms.");
  if (milliseconds > MAX_DURATION_MS) throw new InvalidArgumentError("The longest is 596h.");
  return milliseconds;
}

/** Samples a second: a positive number. Throws InvalidArgumentError. */
export function parseFrequency(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError("A frequency is a positive number of samples a second, such as 99.");
  }
  if (value < 0.1) throw new InvalidArgumentError("The lowest is 0.1 Hz, a sample each ten seconds.");
  return value;
}

/** `12,34` as ids. Throws InvalidArgumentError. */
export function parseIds(text: string, previous: number[] = []): number[] {
  const ids = text.split(",").map((part) => {
    const id = Number(part);
    if (!/^\d+$/.test(part.trim()) || id < 1 || id > 0x3fffff) {
      throw new InvalidArgumentError("Give one number or several with commas, such as 1234,5678.");
    }
    return id;
  });
  return [...new Set([...previous, ...ids])];
}

/** A number of stack frames. Throws InvalidArgumentError. */
export function parseDepth(text: string): number {
  const depth = Number(text);
  if (!/^\d+$/.test(text.trim()) || depth < 1 || depth > DEEPEST_USER_STACK) {
    throw new InvalidArgumentError(`A depth is a whole number from 1 to ${DEEPEST_USER_STACK}.`);
  }
  return depth;
}

/** How many of something to show. Throws InvalidArgumentError. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < 1 || value > 1_000_000) {
    throw new InvalidArgumentError("Give a whole number from 1 to 1000000.");
  }
  return value;
}

/** A TCP port; 0 for any that is free. Throws InvalidArgumentError. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text.trim()) || port > 65_535) {
    throw new InvalidArgumentError("A port is a whole number from 1 to 65535, or 0 for any that is free.");
  }
  return port;
}

/** How often to record. Throws InvalidArgumentError. */
export function parseRepeat(text: string): number {
  const times = Number(text);
  if (!/^\d+$/.test(text.trim()) || times < 1 || times > 999) {
    throw new InvalidArgumentError("Give a whole number from 1 to 999.");
  }
  return times;
}

const SIZE_UNITS: Partial<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `64M`, `512K`, `1G` in bytes. Throws InvalidArgumentError. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i.exec(text.trim());
  const unit = match && SIZE_UNITS[match[2].toLowerCase()];
  if (!match || !unit) throw new InvalidArgumentError("A size is a number and K, M or G, such as 64M.");
  return Math.floor(Number(match[1]) * unit);
}

/** The kernel copies less than 64 KiB of a stack, in words of 8 bytes (include/uapi/linux/perf_event.h). */
const MAX_STACK_BYTES = 65_528;
const MIN_STACK_BYTES = 1024;

/** Bytes of a stack to be copied: as `parseSize`, a multiple of 8. 64K is the most there is. Throws InvalidArgumentError. */
export function parseStackSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes < MIN_STACK_BYTES || bytes > MAX_STACK_BYTES + 8) {
    throw new InvalidArgumentError(
      `It must be from ${MIN_STACK_BYTES} to ${MAX_STACK_BYTES} bytes, such as 32K.`,
    );
  }
  return Math.min(Math.floor(bytes / 8) * 8, MAX_STACK_BYTES);
}

/** SystemTap probe points; for now one. Throws InvalidArgumentError. */
export function parseEvent(text: string): string {
  if (text === "timer.profile") return text;
  const coming = /^(perf\.|kernel\.|process|syscall|timer\.)/.test(text)
    ? `The probe point ${text} will come; `
    : `${text} is no SystemTap probe point that stapflame knows; `;
  throw new InvalidArgumentError(
    `${coming}for now there is timer.profile. Planned: timer.hz(N), perf.*, kernel.trace, process.mark, kernel.function.`,
  );
}

/** A kernel release as `uname -r` prints it: part of a path, so no `/`. Throws InvalidArgumentError. */
export function parseRelease(text: string): string {
  if (!/^\d+\.[\w.+~-]+$/.test(text)) {
    throw new InvalidArgumentError("A kernel release is what `uname -r` prints, such as 6.12.48-amd64.");
  }
  return text;
}

/** An option that may be repeated, as the list of what was given. Throws InvalidArgumentError. */
export function collectFolders(folder: string, previous: string[] = []): string[] {
  if (folder === "") throw new InvalidArgumentError("Give the path of a folder.");
  return [...previous, folder];
}
