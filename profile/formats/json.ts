import { ProfileFormatError } from "../format-error.ts";
import { decodeUtf8 } from "../text-codec.ts";

export type JsonObject = Record<string, unknown>;

/** V8 has no longer strings; and a JSON text of this size takes several times as much memory as values. */
const MAX_JSON_BYTES = 2 ** 29 - 2 ** 10;

/** Gathers a JSON text, which can only be understood as a whole. */
export class JsonBytes {
  #chunks: Uint8Array[] = [];
  #length = 0;

  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > MAX_JSON_BYTES) {
      throw new ProfileFormatError(
        `The JSON text is larger than ${Math.round(MAX_JSON_BYTES / 2 ** 20)} MiB, more than can be read at once.`,
      );
    }
    this.#chunks.push(chunk);
  }

  /** The value; what was gathered is let go. Throws `ProfileFormatError` when it is no JSON. */
  parse(): unknown {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
    return parseJson(decodeUtf8(bytes));
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, "") : "it does not end well";
    throw new ProfileFormatError(`The JSON text is damaged or cut off (${printable(why)}).`);
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that must be an object; `where` names it in the message. */
export function objectAt(value: unknown, where: string): JsonObject {
  if (isObject(value)) return value;
  throw new ProfileFormatError(`The JSON profile has no object ${where}.`);
}

/** A member that must be an array. */
export function arrayAt(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ProfileFormatError(`The JSON profile has no list ${where}.`);
}

/** An array, or an empty one where there is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown, otherwise = ""): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : otherwise;
}

/** A finite number, or `otherwise`. */
export function numberOf(value: unknown, otherwise = 0): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/** A line or column: a whole number that fits a column of ours, 0 where it is none. */
export function positionOf(value: unknown): number {
  return typeof value === "number" && value > 0 && value < 2 ** 31 ? Math.floor(value) : 0;
}

/** An index into a table of `length` rows, or -1. */
export function indexOf(value: unknown, length: number): number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < length ? value : -1;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
}
