import { lowerBound } from "../../symbolizer/cover-tree.ts";
import { frameNames } from "../../symbolizer/frame-names.ts";
import type { ResolvedFrames, Resolver } from "../../symbolizer/resolver.ts";
import { printable } from "../words.ts";
import { type AskedAddresses, shownAddress } from "./asked-addresses.ts";

/** One frame of an answer, as `--json` prints it. */
export interface AnsweredFrame {
  /** Name for people. */
  function: string;
  /** Name for the linker where it is another one, else null. */
  linkageName: string | null;
  /** null when unknown, as are `line` and `column`. */
  file: string | null;
  line: number | null;
  column: number | null;
  /** Whether the compiler put it into the frame after it. */
  inlined: boolean;
}

/** The answer to one address: rows `first … end - 1` of the frames; none when nothing is known. `error`: why it is none. */
export type AnswerFormat = (
  address: string,
  error: string | undefined,
  frames: ResolvedFrames,
  first: number,
  end: number,
) => string;

/** Answers are given in texts of about this many characters: all of a batch in one would be twice in memory, in parts and joined. */
const TEXT_LENGTH = 1 << 15;

/** Answers in the order asked. The resolver is asked once, for each distinct address in ascending order. */
export function* answerAll(
  asked: AskedAddresses,
  resolver: Resolver,
  format: AnswerFormat,
): Generator<string> {
  const { values, without } = asked;
  const addresses = distinct(values);
  const frames = resolver.resolve(addresses);
  const { frameStart } = frames;
  let text = "";
  for (let i = 0; i < values.length; i++) {
    const row = lowerBound(addresses, values[i]);
    const shown = shownAddress(asked, i);
    text += Number.isNaN(values[i])
      ? format(shown, without.get(i)?.error, frames, 0, 0)
      : format(shown, undefined, frames, frameStart[row], frameStart[row + 1]);
    if (text.length < TEXT_LENGTH) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

/** The addresses asked for, ascending, each once. */
function distinct(values: Float64Array): Float64Array {
  // NaN comes last.
  const sorted = values.slice().sort();
  let count = 0;
  for (const value of sorted) {
    if (!Number.isNaN(value) && (count === 0 || value !== sorted[count - 1])) sorted[count++] = value;
  }
  return sorted.subarray(0, count);
}

/** How names are made readable; undefined: they stay the linker's. */
export type Demangle = ((name: string) => string) | undefined;

/** One line of JSON. */
export function jsonLine(demangle: Demangle): AnswerFormat {
  return (address, error, resolved, first, end) => {
    const frames: AnsweredFrame[] = [];
    for (let row = first; row < end; row++) {
      const { name, linkageName } = frameNames(resolved, row, demangle);
      frames.push({
        function: name,
        linkageName: linkageName === "" || linkageName === name ? null : linkageName,
        file: resolved.file?.[row] || null,
        line: resolved.line?.[row] || null,
        column: resolved.column?.[row] || null,
        inlined: row < end - 1,
      });
    }
    return `${JSON.stringify({ address, ...(error !== undefined && { error }), frames })}\n`;
  };
}

/**
 * A line a frame, of which only the first bears the address:
 *
 *     0x401136  skip at src/parse.c:14:3
 *               inlined into parse at src/parse.c:42:9
 */
export function textLines(demangle: Demangle): AnswerFormat {
  // Names and files come again and again: what is to be shown of each is looked into once.
  const shown = remembered(printable);
  return (address, error, frames, first, end) => {
    const { file, line, column } = frames;
    if (error !== undefined) return `${printable(address)}  ${error}\n`;
    if (first === end) return `${address}  unknown\n`;
    let text = address;
    const indent = end - first > 1 ? `${" ".repeat(address.length)}  inlined into ` : "";
    for (let row = first; row < end; row++) {
      text += (row === first ? "  " : indent) + shown(frameNames(frames, row, demangle).name);
      const place = file?.[row] ?? "";
      if (place !== "") text += ` at ${shown(place)}`;
      const number = place === "" ? 0 : (line?.[row] ?? 0);
      if (number !== 0) {
        const at = column?.[row] ?? 0;
        text += at === 0 ? `:${number}` : `:${number}:${at}`;
      }
      text += "\n";
    }
    return text;
  };
}

/** More texts than these are not kept. */
const MAX_REMEMBERED = 1 << 16;

function remembered(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let made = known.get(text);
    if (made === undefined) {
      made = make(text);
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(text, made);
    }
    return made;
  };
}
