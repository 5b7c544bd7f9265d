import { labelReader } from "../label.ts";
import { LabelKey, type Profile } from "../profile.ts";
import { fromComments } from "../recording-info.ts";
import { type GroupBy, groupSamples } from "../sample-groups.ts";
import { type LabelFilter, type SliceRange, sliceColumn } from "./sample-filter.ts";

/** The slices of a recording. */
export interface TimeScale {
  slices: number;
  /** Length of a slice; 0 when the recording does not tell. */
  sliceSeconds: number;
}

/** Load over time: a row a process or thread, a column some slices. */
export interface TimeMatrix extends TimeScale {
  columns: number;
  slicesPerColumn: number;
  /** Heaviest first; the last may stand for all others. */
  rows: TimeRow[];
  /** Weight of row r in column c at `r * columns + c`. */
  weight: Float64Array;
  /** Weight of all rows in each column, and what of it is the idle task's. */
  sum: Float64Array;
  idle: Float64Array;
  /** Greatest weight of one row in one column that is neither idle nor the others'; 0 without any. */
  greatest: number;
  /** Weight of the samples that bear no slice: in no column. */
  withoutSlice: number;
  /** Samples that the recording lost, by cause. It does not tell when. */
  lost: { cause: string; count: number }[];
}

export interface TimeRow {
  name: string;
  /** `others`: the sum of the rows there was no room for. `idle`: of processors that had nothing to do. */
  kind: "rows" | "idle" | "others";
  /** How many processes or threads it stands for: 1 but for others. */
  count: number;
  total: number;
  /** What selects the row's samples; none for others. */
  labels: LabelFilter[];
}

export interface TimeMatrixOptions {
  rowsBy: Exclude<GroupBy, "none">;
  maxColumns: number;
  maxRows: number;
  /** 1 for each sample to take; undefined: all. */
  taken?: Uint8Array | undefined;
  valueIndex: number;
}

const NANOS_PER_SECOND = 1e9;
/** Collectors count slices in 32 bits; what is beyond is no slice. */
const MAX_SLICE = 2 ** 32 - 1;

/** How a recording is cut; undefined when it is not. */
export function timeScale(profile: Profile): TimeScale | undefined {
  const slice = sliceColumn(profile);
  if (slice === undefined) return undefined;
  let last = -1;
  for (const each of slice) if (isSlice(each) && each > last) last = each;
  if (last < 0) return undefined;
  const sliceNanos = Math.max(0, fromComments(profile.comments)?.sliceNanos ?? 0);
  const recorded = sliceNanos > 0 ? Math.ceil(profile.durationNanos / sliceNanos) : 0;
  // The end of a recording may have no samples.
  const slices = Math.max(last + 1, recorded <= MAX_SLICE ? recorded : 0);
  return { slices, sliceSeconds: sliceNanos / NANOS_PER_SECOND };
}

/** The load matrix; undefined when the recording has no slices. */
export function timeMatrix(profile: Profile, options: TimeMatrixOptions): TimeMatrix | undefined {
  const scale = timeScale(profile);
  const slice = sliceColumn(profile);
  if (scale === undefined || slice === undefined) return undefined;
  const { rowsBy, taken, valueIndex } = options;
  const maxColumns = Math.max(1, Math.floor(options.maxColumns));
  const slicesPerColumn = Math.max(1, Math.ceil(scale.slices / maxColumns));
  const columns = Math.ceil(scale.slices / slicesPerColumn);
  const values = profile.samples.values[valueIndex];
  const isTaken = (sample: number) => taken === undefined || taken[sample] === 1;

  const { group, paths } = groupSamples(profile, rowsBy);
  const totals = new Float64Array(paths.length);
  const firstSample = new Int32Array(paths.length).fill(-1);
  let withoutSlice = 0;
  for (let sample = 0; sample < group.length; sample++) {
    if (!isTaken(sample)) continue;
    if (!isSlice(slice[sample])) {
      withoutSlice += values[sample];
      continue;
    }
    totals[group[sample]] += values[sample];
    if (firstSample[group[sample]] < 0) firstSample[group[sample]] = sample;
  }
  const { rows, rowOfGroup } = chooseRows(profile, options, { paths, totals, firstSample });

  const weight = new Float64Array(rows.length * columns);
  const sum = new Float64Array(columns);
  const idle = new Float64Array(columns);
  for (let sample = 0; sample < group.length; sample++) {
    if (!isTaken(sample) || !isSlice(slice[sample])) continue;
    const column = Math.floor(slice[sample] / slicesPerColumn);
    const row = rowOfGroup[group[sample]];
    weight[row * columns + column] += values[sample];
    sum[column] += values[sample];
    if (rows[row].kind === "idle") idle[column] += values[sample];
  }
  let greatest = 0;
  for (const [row, { kind }] of rows.entries()) {
    if (kind !== "rows") continue;
    for (let at = row * columns; at < (row + 1) * columns; at++) greatest = Math.max(greatest, weight[at]);
  }
  const lost = fromComments(profile.comments)?.drops ?? [];
  return { ...scale, columns, slicesPerColumn, rows, weight, sum, idle, greatest, withoutSlice, lost };
}

/** The slices that columns `from … to` (both included) of a matrix show. */
export function slicesOfColumns(matrix: TimeMatrix, from: number, to: number): SliceRange {
  const { slicesPerColumn, slices } = matrix;
  const [first, last] = from <= to ? [from, to] : [to, from];
  return {
    from: Math.max(0, first * slicesPerColumn),
    to: Math.min(slices, (last + 1) * slicesPerColumn),
  };
}

/** A range as seconds since the recording began; undefined when the length of a slice is not known. */
export function secondsOfRange(
  { sliceSeconds }: TimeScale,
  { from, to }: SliceRange,
): { from: number; to: number } | undefined {
  return sliceSeconds > 0 ? { from: from * sliceSeconds, to: to * sliceSeconds } : undefined;
}

function isSlice(value: number): boolean {
  return value >= 0 && value <= MAX_SLICE;
}

interface Groups {
  paths: readonly { name: string }[][];
  totals: Float64Array;
  /** A sample of each group that is shown, or -1. */
  firstSample: Int32Array;
}

/** One row each for the heaviest groups, one for the idle task, which is never among others, and one for the rest. */
function chooseRows(
  profile: Profile,
  { rowsBy, maxRows }: TimeMatrixOptions,
  { paths, totals, firstSample }: Groups,
): { rows: TimeRow[]; rowOfGroup: Int32Array } {
  const labels = groupLabels(profile, rowsBy);
  const pid = labelReader(profile, LabelKey.pid);
  const comm = labelReader(profile, LabelKey.comm);
  // Processes outside of the user's PID namespace have the id 0, too.
  const isIdle = (group: number) =>
    pid(firstSample[group]) === "0" && comm(firstSample[group]).startsWith("swapper");
  const shown = [...totals.keys()]
    .filter((group) => firstSample[group] >= 0)
    .sort((a, b) => Number(isIdle(a)) - Number(isIdle(b)) || totals[b] - totals[a] || a - b);
  const busy = shown.filter((group) => !isIdle(group));
  const idle = shown.slice(busy.length);
  // A row of one other says less than that other itself.
  const room = Math.max(1, Math.floor(maxRows) - (idle.length > 0 ? 1 : 0));
  const named = busy.length <= room ? busy.length : Math.max(0, room - 1);
  const rowOfGroup = new Int32Array(totals.length).fill(-1);
  const rows: TimeRow[] = busy.slice(0, named).map((group, row) => {
    rowOfGroup[group] = row;
    const name = paths[group].map((frame) => frame.name).join(" › ");
    return { name, kind: "rows", count: 1, total: totals[group], labels: labels(firstSample[group]) };
  });
  const addSum = (groups: number[], row: Omit<TimeRow, "count" | "total">) => {
    if (groups.length === 0) return;
    for (const group of groups) rowOfGroup[group] = rows.length;
    rows.push({ ...row, count: groups.length, total: groups.reduce((sum, group) => sum + totals[group], 0) });
  };
  const rest = busy.slice(named);
  addSum(rest, { name: `${rest.length} others`, kind: "others", labels: [] });
  addSum(idle, {
    name: "idle",
    kind: "idle",
    labels: [
      {
        key: LabelKey.comm,
        values: [...new Set(idle.map((group) => comm(firstSample[group])))],
        exclude: false,
      },
      { key: LabelKey.pid, values: ["0"], exclude: false },
    ],
  });
  return { rows, rowOfGroup };
}

/** The labels that tell the group of a sample from others. */
function groupLabels(
  profile: Profile,
  rowsBy: TimeMatrixOptions["rowsBy"],
): (sample: number) => LabelFilter[] {
  const keys: string[] = [LabelKey.comm];
  if (rowsBy !== "process") keys.push(LabelKey.pid);
  if (rowsBy === "thread") keys.push(LabelKey.thread, LabelKey.tid);
  const readers = keys.map((key) => ({ key, read: labelReader(profile, key) }));
  const pid = labelReader(profile, LabelKey.pid);
  return (sample) => {
    const labels = readers.map(({ key, read }) => ({ key, values: [read(sample)], exclude: false }));
    // Processes without a name are told apart by their id, see `groupSamples`.
    if (rowsBy === "process" && labels[0].values[0] === "") {
      labels.push({ key: LabelKey.pid, values: [pid(sample)], exclude: false });
    }
    return labels;
  };
}
