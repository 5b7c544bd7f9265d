import type { LabelFilter } from "../../profile/analysis/sample-filter.ts";
import { LabelKey } from "../../profile/profile.ts";
import { shortName } from "./display-name.ts";

const KEYS: Record<string, string> = {
  [LabelKey.comm]: "process",
  [LabelKey.pid]: "process id",
  [LabelKey.thread]: "thread",
  [LabelKey.tid]: "thread id",
  cpu: "CPU",
};

const MAX_NAME = 40;
/** Values of a filter that are told one by one. */
const MAX_VALUES = 3;

/** What a label is called: `thread id` for `tid`. */
export function labelWords(key: string): string {
  return KEYS[key] ?? shortName(key, MAX_NAME);
}

/** `process nginx, node`, `not CPU 3`. */
export function filterWords({ key, values, exclude }: LabelFilter): string {
  const shown = values.slice(0, MAX_VALUES).map(valueWords).join(", ");
  const more = values.length > MAX_VALUES ? ` and ${values.length - MAX_VALUES} more` : "";
  return `${exclude ? "not " : ""}${labelWords(key)} ${shown}${more}`;
}

/** A value of a label; samples that have no such label have the value `""`. */
export function valueWords(value: string): string {
  return value === "" ? "(none)" : shortName(value, MAX_NAME);
}
