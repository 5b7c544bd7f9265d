import { ProfileFormatError } from "../format-error.ts";
import { decodeUtf8 } from "../text-codec.ts";
import { INPUT_FORMAT_NAMES, type InputFormat } from "./input-formats.ts";
import { isObject } from "./json.ts";
import { SampleLineParser } from "./perf-script/sample-line.ts";
import { parseDtraceFrame, parseStapFrame } from "./stack-text/frame.ts";

/** How much of the beginning is looked at. */
export const HEAD_BYTES = 1 << 16;
/** Lines of it that are looked at: a text shows early what it is. */
const MAX_LINES = 400;

const MAGIC: [bytes: string, what: string, remedy: string][] = [
  ["PERFILE2", "the data of perf record", "give the text that `perf script` makes of it"],
  ["FLR\0", "a Java Flight Recorder file", "convert it to folded stacks or pprof first"],
  ["\x7fELF", "a program", "give a profile of it"],
  ["PK\x03\x04", "a zip archive", "unpack it first"],
  ["\x28\xb5\x2f\xfd", "zstd data", "unpack it first"],
  ["\xfd7zXZ", "xz data", "unpack it first"],
];

/** What `recognize` finds: JSON can only be told apart when it was read whole. */
export type Recognized = InputFormat | "json";

/**
 * Which format begins with `head` (inflated; up to `HEAD_BYTES` of it are looked at). Content decides, not the name of
 * a file.
 *
 * Throws `ProfileFormatError` with what was seen and what can be read when it is none, or none in particular.
 */
export function recognize(head: Uint8Array): Recognized {
  if (head.length === 0) throw new ProfileFormatError("It is empty.");
  const latin = String.fromCharCode(...head.subarray(0, 16));
  for (const [bytes, what, remedy] of MAGIC) {
    if (latin.startsWith(bytes))
      throw new ProfileFormatError(`It is ${what}, which is no profile that can be read: ${remedy}.`);
  }
  const sample = head.subarray(0, HEAD_BYTES);
  if (looksLikePprof(sample)) return "pprof";
  if (looksBinary(sample)) throw unknown("binary data that is no pprof profile");
  const text = decodeUtf8(sample).replace(/^\ufeff/, "");
  const first = text.trimStart()[0];
  if (first === "{" || first === "[") return "json";
  return recognizeText(text, head.length > HEAD_BYTES);
}

/** Which format a parsed JSON text is. Throws `ProfileFormatError`. */
export function recognizeJson(json: unknown): InputFormat {
  if (!isObject(json)) throw unknown("JSON that is no object");
  if (Array.isArray(json.profiles) && isObject(json.shared)) return "speedscope";
  if (
    Array.isArray(json.nodes) &&
    json.nodes.some((node) => isObject(node) && ("callFrame" in node || "functionName" in node))
  ) {
    return "cpuprofile";
  }
  if (isObject(json.meta) && Array.isArray(json.threads)) return "firefox";
  if ("traceEvents" in json) throw unknown("JSON of Chrome's trace events");
  const keys = Object.keys(json)
    .slice(0, 4)
    .map((key) => JSON.stringify(key.slice(0, 20)));
  throw unknown(keys.length === 0 ? "JSON without members" : `JSON with ${keys.join(", ")}`);
}

/** The first byte of a message's field, and a length that fits: field 1 (sample type) or 2 to 14. */
function looksLikePprof(head: Uint8Array): boolean {
  const [tag, length] = head;
  const field = tag >> 3;
  if (field < 1 || field > 15) return false;
  const wireType = tag & 7;
  if (wireType === 0) return field >= 7 && looksBinary(head);
  // Line feed, the tag of field 1, may begin a text too.
  return wireType === 2 && (tag !== 10 ? looksBinary(head) : length < 32 && looksBinary(head));
}

/** Control characters that no text of stacks has. */
function looksBinary(head: Uint8Array): boolean {
  for (const byte of head) {
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27) return true;
  }
  return false;
}

/** Lines that speak for each format of text. */
interface Signs {
  folded: number;
  perf: number;
  stap: number;
  dtrace: number;
  bpftrace: number;
}

function recognizeText(text: string, isCut: boolean): InputFormat {
  const lines = text.split("\n").slice(0, MAX_LINES);
  // A line that was cut off says nothing.
  if (isCut && lines.length > 1 && lines.length < MAX_LINES) lines.pop();
  const parser = new SampleLineParser();
  const encoder = (line: string) =>
    Uint8Array.from(line.slice(0, 512), (c) => Math.min(127, c.charCodeAt(0)));
  const signs: Signs = { folded: 0, perf: 0, stap: 0, dtrace: 0, bpftrace: 0 };
  let perfSamples = 0;
  let others = 0;
  for (const raw of lines) {
    const line = raw.trimEnd();
    const body = line.trim();
    if (body === "" || (body.startsWith("#") && !body.includes(";"))) continue;
    if (/^@\w*\[/.test(line)) signs.bpftrace++;
    else if (/^\s+[0-9a-f]{1,16} .+/i.test(line) && !/^\s+0x/.test(line)) signs.perf++;
    else if (/\S -?\d{1,15}$/.test(body) && (body.includes(";") || line === body) && !isPerfSample(line))
      signs.folded++;
    else if (
      /^0x[0-9a-f]+ (: |\[)/.test(body) ||
      (parseStapFrame(body) !== undefined && /\+0x[0-9a-f]+\/0x/.test(body))
    )
      signs.stap++;
    else if (/^\S+`/.test(body) && parseDtraceFrame(body) !== undefined) signs.dtrace++;
    else if (isPerfSample(line)) perfSamples++;
    else others++;
  }
  if (signs.bpftrace > 0) return "bpftrace";
  if (signs.stap > 0 && signs.stap >= signs.dtrace) return "stap";
  if (signs.dtrace > 0) return "dtrace";
  if (perfSamples > 0 || (signs.perf > 0 && signs.folded === 0)) return "perf";
  if (signs.folded > 0 && others <= signs.folded) return "folded";
  const shown =
    lines
      .find((line) => line.trim() !== "")
      ?.trim()
      .slice(0, 60) ?? "";
  throw unknown(shown === "" ? "blank lines" : `a text that begins with ${JSON.stringify(shown)}`);

  /** A time or an event with a colon is what a folded stack does not have. */
  function isPerfSample(line: string): boolean {
    const bytes = encoder(line.trimEnd());
    if (!parser.parse(bytes, 0, bytes.length)) return false;
    const { timeNanos, eventStart, eventEnd, tid } = parser.line;
    // A frame may look like an event, and no event has the separator of frames.
    return !Number.isNaN(timeNanos) || (eventEnd > eventStart && tid >= 0 && !line.includes(";"));
  }
}

function unknown(seen: string): ProfileFormatError {
  return new ProfileFormatError(`It is ${seen}; what can be read is ${INPUT_FORMAT_NAMES.join(", ")}.`);
}
