import type { Profile } from "./profile.ts";

/**
 * The first broken promise of a profile's tables in words, or undefined when all hold: columns are as long as their
 * table, indices are in range, parents come before children. What holds here lets no reader of columns go astray.
 */
export function findDamage(profile: Profile): string | undefined {
  const { strings, samples, stacks, locations, lines, functions, mappings } = profile;
  if (strings[0] !== "") return "the first string is not empty";
  const text = strings.length;
  if (samples.values.length !== profile.sampleTypes.length)
    return "there is not one value column a sample type";
  for (const values of samples.values) {
    if (values.length !== samples.length) return "a value column has the wrong length";
  }
  for (const label of samples.labels) {
    if (label.values.length !== samples.length) return "a label column has the wrong length";
    if (label.kind === "text" && !inRange(label.values, samples.length, 0, text))
      return "a label is out of range";
  }
  if (!inRange(samples.stack, samples.length, -1, stacks.length)) return "a sample's stack is out of range";
  if (stacks.parent.length !== stacks.length) return "the parents of stacks have the wrong length";
  for (let row = 0; row < stacks.length; row++) {
    if (stacks.parent[row] < -1 || stacks.parent[row] >= row) return "a stack comes before its parent";
  }
  if (!inRange(stacks.location, stacks.length, 0, locations.length))
    return "a stack's location is out of range";
  if (!inRange(locations.mapping, locations.length, -1, mappings.length)) {
    return "a location's mapping is out of range";
  }
  if (locations.address.length !== locations.length) return "the addresses have the wrong length";
  const { lineStart } = locations;
  if (lineStart.length !== locations.length + 1 || lineStart[0] !== 0) return "the lines do not begin at 0";
  for (let row = 0; row < locations.length; row++) {
    if (lineStart[row + 1] < lineStart[row]) return "a location's lines are out of order";
  }
  if (lineStart[locations.length] !== lines.length) return "the lines do not end with the last location's";
  if (!inRange(lines.function, lines.length, 0, functions.length)) return "a line's function is out of range";
  if (lines.line.length !== lines.length || lines.column.length !== lines.length) {
    return "the line numbers have the wrong length";
  }
  for (const column of [functions.name, functions.linkageName, functions.file]) {
    if (!inRange(column, functions.length, 0, text)) return "a function's text is out of range";
  }
  if (functions.startLine.length !== functions.length) return "the start lines have the wrong length";
  for (const column of [mappings.file, mappings.buildId]) {
    if (!inRange(column, mappings.length, 0, text)) return "a mapping's text is out of range";
  }
  for (const column of [mappings.start, mappings.limit, mappings.fileOffset, mappings.flags]) {
    if (column.length !== mappings.length) return "a mapping column has the wrong length";
  }
  return undefined;
}

/** Whether `column` has `length` entries, each at least `least` and below `end`. */
function inRange(column: Int32Array, length: number, least: number, end: number): boolean {
  if (column.length !== length) return false;
  for (let row = 0; row < length; row++) if (column[row] < least || column[row] >= end) return false;
  return true;
}
