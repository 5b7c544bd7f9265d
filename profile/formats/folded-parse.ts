import { ProfileFormatError } from "../format-error.ts";
import { UNKNOWN_NAME } from "../frame-name.ts";
import { GrowableFloat64 } from "../growable.ts";
import type { Profile } from "../profile.ts";
import { StackBuilder } from "../stack-builder.ts";
import { StringTable } from "../string-table.ts";

/** How much of a bad line a message shows, in UTF-16 units. */
const SHOWN_LENGTH = 60;

/**
 * Reads folded stacks: `frame;frame;frame count` a line, root first, whole counts (negative ones too). Blank lines are
 * passed over, `\r\n` is a line end, equal stacks are summed. Gives a profile of `samples/count` whose frames are
 * functions without module or address: the text does not tell processes from functions.
 *
 * Throws `ProfileFormatError` with the number of the first line that does not end with a space and a count.
 */
export function parseFolded(text: string): Profile {
  const strings = new StringTable();
  /** Location, line and function of a name have the same row. */
  const rowOfName = new Map<string, number>();
  const stacks = new StackBuilder();
  const sampleOfStack = new Map<number, number>();
  const sampleStack: number[] = [];
  const counts = new GrowableFloat64();

  let lineNumber = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const line = text.slice(start, end).trimEnd();
    start = end + 1;
    lineNumber++;
    if (line.trim() === "") continue;
    const space = line.lastIndexOf(" ");
    const path = line.slice(0, Math.max(space, 0));
    const count = line.slice(space + 1);
    if (path.trim() === "" || !/^-?\d{1,15}$/.test(count)) {
      throw new ProfileFormatError(
        `Line ${lineNumber} is no folded stack, as it does not end with a space and a count: ${JSON.stringify(line.slice(-SHOWN_LENGTH))}.`,
      );
    }
    let stack = -1;
    for (const part of path.split(";")) {
      const name = part || UNKNOWN_NAME;
      let row = rowOfName.get(name);
      if (row === undefined) {
        row = rowOfName.size;
        rowOfName.set(name, row);
      }
      stack = stacks.child(stack, row);
    }
    let sample = sampleOfStack.get(stack);
    if (sample === undefined) {
      sample = counts.push(0);
      sampleStack.push(stack);
      sampleOfStack.set(stack, sample);
    }
    counts.add(sample, Number(count));
  }

  const length = rowOfName.size;
  const name = Int32Array.from(rowOfName.keys(), (name) => strings.intern(name));
  const zeros = () => new Int32Array(length);
  const rows = Int32Array.from({ length }, (_, row) => row);
  return {
    strings: strings.strings,
    sampleTypes: [{ type: "samples", unit: "count" }],
    samples: {
      length: counts.length,
      stack: Int32Array.from(sampleStack),
      values: [counts.finish()],
      labels: [],
    },
    stacks: stacks.finish(),
    locations: {
      length,
      mapping: zeros().fill(-1),
      address: new Float64Array(length),
      lineStart: Int32Array.from({ length: length + 1 }, (_, row) => row),
    },
    lines: { length, function: rows, line: zeros(), column: zeros() },
    functions: { length, name, linkageName: zeros(), file: zeros(), startLine: zeros() },
    mappings: {
      length: 0,
      start: new Float64Array(0),
      limit: new Float64Array(0),
      fileOffset: new Float64Array(0),
      file: new Int32Array(0),
      buildId: new Int32Array(0),
      flags: new Uint8Array(0),
    },
    periodType: { type: "", unit: "" },
    period: 0,
    timeNanos: 0,
    durationNanos: 0,
    comments: [],
  };
}
