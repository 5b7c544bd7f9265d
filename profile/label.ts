import type { Profile } from "./profile.ts";

/** Reads one label of a sample as text; `""` when the sample (or the whole profile) has no such label. */
export type LabelReader = (sampleRow: number) => string;

/** The first column of label `key` as a reader; numbers are given as decimal text. */
export function labelReader(profile: Profile, key: string): LabelReader {
  const column = profile.samples.labels.find((label) => label.key === key);
  if (column === undefined) return () => "";
  if (column.kind === "text") {
    const { values } = column;
    return (row) => profile.strings[values[row]];
  }
  const { values } = column;
  return (row) => (Number.isNaN(values[row]) ? "" : String(values[row]));
}
