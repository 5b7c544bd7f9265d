import { decodeUtf8, encodeUtf8 } from "./text-codec.ts";

/** Source text around the busiest lines of a profile, which the page carries beside the profile. One entry a file. */
export type SourceText = SourceFile[];

export interface SourceFile {
  /** As the profile's functions name it. */
  path: string;
  /** Ascending, without overlap. None: `missing` tells why. */
  excerpts: SourceExcerpt[];
  /** Why the text may not be what was compiled, in sentences; "" when nothing speaks against it. */
  warning: string;
  /** Why there is no text, as the rest of a sentence ("is not on …"); "" when there is some. */
  missing: string;
}

export interface SourceExcerpt {
  /** Number of the first line, from 1. */
  first: number;
  lines: string[];
}

export function encodeSourceText(sources: SourceText): Uint8Array {
  return encodeUtf8(JSON.stringify(sources));
}

/** Throws an Error on anything but what `encodeSourceText` gives. */
export function decodeSourceText(bytes: Uint8Array): SourceText {
  const value: unknown = JSON.parse(decodeUtf8(bytes));
  if (!Array.isArray(value) || !value.every(isSourceFile)) throw new Error("it is no source text");
  return value;
}

/** The text of a line; undefined when it is not in the excerpts. */
export function lineOf(source: SourceFile, line: number): string | undefined {
  for (const { first, lines } of source.excerpts) {
    if (line >= first && line < first + lines.length) return lines[line - first];
  }
  return undefined;
}

function isSourceFile(value: unknown): value is SourceFile {
  return (
    isObject(value) &&
    typeof value.path === "string" &&
    typeof value.warning === "string" &&
    typeof value.missing === "string" &&
    Array.isArray(value.excerpts) &&
    value.excerpts.every(isExcerpt)
  );
}

function isExcerpt(value: unknown): value is SourceExcerpt {
  return (
    isObject(value) &&
    typeof value.first === "number" &&
    Number.isSafeInteger(value.first) &&
    Array.isArray(value.lines) &&
    value.lines.every((line) => typeof line === "string")
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
