import { labelReader } from "../label.ts";
import { LabelKey, type Profile } from "../profile.ts";
import { type GroupBy, groupSamples } from "../sample-groups.ts";
import type { Transform } from "./transform.ts";

/** Which samples a view is about. All that is said must hold. */
export interface SampleFilter {
  /** Labels (`comm`, `pid`, `thread`, `tid`, `cpu` …) and which of their texts are taken, or left out. */
  labels: readonly LabelFilter[];
  /** Time slices taken, `from` to `to - 1`; samples without a slice are left out. */
  range: SliceRange | undefined;
}

export interface LabelFilter {
  key: string;
  /** `""` are the samples without the label. */
  values: readonly string[];
  /** Takes all but these. */
  exclude: boolean;
}

export interface SliceRange {
  from: number;
  to: number;
}

export const NO_FILTER: SampleFilter = { labels: [], range: undefined };

/**
 * 1 for each taken sample; undefined when all are. Besides the filter, a `focus-path` below process and thread rows
 * takes only their samples.
 */
export function selectSamples(
  profile: Profile,
  filter: SampleFilter,
  transforms: readonly Transform[] = [],
): Uint8Array | undefined {
  const tests = [
    ...filter.labels.map((label) => labelTest(profile, label)),
    ...(filter.range === undefined ? [] : [rangeTest(profile, filter.range)]),
    ...transforms.flatMap((transform) =>
      transform.kind === "focus-path" && transform.groups.length > 0
        ? [groupTest(profile, transform.groupBy, transform.groups)]
        : [],
    ),
  ];
  if (tests.length === 0) return undefined;
  const taken = new Uint8Array(profile.samples.length).fill(1);
  for (const isTaken of tests) {
    for (let sample = 0; sample < taken.length; sample++) {
      if (taken[sample] === 1 && !isTaken(sample)) taken[sample] = 0;
    }
  }
  return taken;
}

/** The texts of a label with the weight of the samples that bear each, heaviest first; what a filter can choose of. */
export function labelValues(
  profile: Profile,
  key: string,
  valueIndex = 0,
): { value: string; weight: number }[] {
  const read = labelReader(profile, key);
  const weights = new Map<string, number>();
  const values = profile.samples.values[valueIndex];
  for (let sample = 0; sample < profile.samples.length; sample++) {
    const value = read(sample);
    weights.set(value, (weights.get(value) ?? 0) + values[sample]);
  }
  return [...weights]
    .map(([value, weight]) => ({ value, weight }))
    .sort((a, b) => b.weight - a.weight || (a.value < b.value ? -1 : 1));
}

function labelTest(profile: Profile, { key, values, exclude }: LabelFilter): (sample: number) => boolean {
  const wanted = new Set(values);
  const read = labelReader(profile, key);
  return (sample) => wanted.has(read(sample)) !== exclude;
}

function rangeTest(profile: Profile, { from, to }: SliceRange): (sample: number) => boolean {
  const slice = sliceColumn(profile);
  return (sample) => slice !== undefined && slice[sample] >= from && slice[sample] < to;
}

/** The slice of each sample, NaN for those without; undefined when the recording has none. */
export function sliceColumn(profile: Profile): Float64Array | undefined {
  for (const label of profile.samples.labels) {
    if (label.kind === "number" && label.key === LabelKey.slice) return label.values;
  }
  return undefined;
}

function groupTest(
  profile: Profile,
  groupBy: GroupBy,
  names: readonly string[],
): (sample: number) => boolean {
  const { group, paths } = groupSamples(profile, groupBy);
  const isWanted = paths.map((path) => names.every((name, level) => path[level]?.name === name));
  return (sample) => isWanted[group[sample]];
}
