import { ProfileFormatError } from "../../format-error.ts";
import { GrowableInt32 } from "../../growable.ts";
import { LabelColumns } from "../../label-columns.ts";
import { LabelKey, type Profile } from "../../profile.ts";
import { ImportBuilder } from "../import-builder.ts";
import {
  arrayAt,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  objectAt,
  positionOf,
  textOf,
} from "../json.ts";
import { TimedSamples } from "../timed-samples.ts";

const MICROSECOND = 1000;
const ROOT_NAME = "(root)";
const ANONYMOUS = "(anonymous)";

/**
 * Reads V8's `.cpuprofile` (the DevTools protocol's Profiler.Profile): `samples` with `timeDeltas`, as `node --cpu-prof`
 * writes them, or hit counts alone. Sample types are `samples/count` and, with times, `cpu/nanoseconds`: how long it
 * was until the next sample. V8's own root is left out; `(program)`, `(idle)` and `(garbage collector)` are frames.
 *
 * Throws `ProfileFormatError` when it is no such file.
 */
export function readCpuProfile(json: unknown): Profile {
  const file = objectAt(json, "at its top");
  const nodes = arrayAt(file.nodes, "“nodes”").map((node, at) =>
    objectAt(node, `number ${at + 1} of “nodes”`),
  );
  const builder = new ImportBuilder();
  const stackOf = stackRows(nodes, builder);
  const samples = listOf(file.samples);
  const deltas = listOf(file.timeDeltas);
  const isTimed = deltas.length > 0;
  const rows = new TimedSamples(0, 2);
  if (samples.length === 0) {
    for (const node of nodes) {
      const hits = numberOf(node.hitCount);
      if (hits !== 0) rows.add(rowOf(node.id), Number.NaN, [], [hits, 0]);
    }
  } else {
    let time = 0;
    for (const [at, id] of samples.entries()) {
      time += numberOf(deltas[at]) * MICROSECOND;
      // A sample lasts until the next; of the last one that is not known.
      const lasted = Math.max(0, numberOf(deltas[at + 1])) * MICROSECOND;
      rows.add(rowOf(id), isTimed ? time : Number.NaN, [], [1, lasted]);
    }
  }

  const { length, stack, slice, values, sliceNanos } = rows.finish();
  const labels = new LabelColumns(length);
  const sliceKey = builder.string(LabelKey.slice);
  for (let row = 0; row < length; row++) {
    if (!Number.isNaN(slice[row])) labels.addNumber(row, sliceKey, 0, slice[row]);
  }
  const types = [
    { type: "samples", unit: "count" },
    { type: "cpu", unit: "nanoseconds" },
  ];
  const typeCount = isTimed ? 2 : 1;
  const duration = (numberOf(file.endTime) - numberOf(file.startTime)) * MICROSECOND;
  const comments = ["stapflame.tool: V8"];
  if (sliceNanos > 0) comments.push(`stapflame.slice-nanos: ${sliceNanos}`);
  return builder.finish(
    types.slice(0, typeCount),
    { length, stack, values: values.slice(0, typeCount), labels: labels.finish(builder.strings) },
    { durationNanos: Math.max(0, duration), comments },
  );

  function rowOf(id: unknown): number {
    const row = stackOf.get(numberOf(id, Number.NaN));
    if (row !== undefined) return row;
    throw new ProfileFormatError(`The V8 profile names node ${textOf(id, "?")}, which it does not have.`);
  }
}

/** The row of `builder.stacks` for the id of each node; nodes come in any order, children by `children` or `parent`. */
function stackRows(nodes: readonly JsonObject[], builder: ImportBuilder): Map<number, number> {
  const at = new Map<number, number>();
  for (const [index, node] of nodes.entries()) at.set(numberOf(node.id, Number.NaN), index);
  const parent = new Int32Array(nodes.length).fill(-1);
  for (const [index, node] of nodes.entries()) {
    for (const child of listOf(node.children)) {
      const below = at.get(numberOf(child, Number.NaN));
      if (below !== undefined) parent[below] = index;
    }
    const above = at.get(numberOf(node.parent, Number.NaN));
    if (above !== undefined) parent[index] = above;
  }

  const children = Array.from(nodes, () => [] as number[]);
  const pending = new GrowableInt32();
  for (const [index, above] of parent.entries()) {
    if (above < 0) pending.push(index);
    else children[above].push(index);
  }
  const rows = new Map<number, number>();
  while (pending.length > 0) {
    const index = pending.get(--pending.length);
    const node = nodes[index];
    const above = parent[index] < 0 ? -1 : (rows.get(numberOf(nodes[parent[index]].id, Number.NaN)) ?? -1);
    const location = locationOf(node, builder);
    const row = location < 0 ? above : builder.stacks.child(above, location);
    rows.set(numberOf(node.id, Number.NaN), row);
    for (const child of children[index]) pending.push(child);
  }
  // A ring of nodes has no root, so it was never reached.
  if (rows.size < at.size) throw new ProfileFormatError("The nodes of the V8 profile are no tree.");
  return rows;
}

/** -1 for V8's root. */
function locationOf(node: JsonObject, builder: ImportBuilder): number {
  const frame = isObject(node.callFrame) ? node.callFrame : node;
  const name = textOf(frame.functionName) || ANONYMOUS;
  if (name === ROOT_NAME) return -1;
  // V8 counts lines and columns from 0, and has -1 where there is none.
  const line = positionOf(numberOf(frame.lineNumber, -1) + 1);
  const column = positionOf(numberOf(frame.columnNumber, -1) + 1);
  const named = builder.function(name, textOf(frame.url), line);
  return builder.location(-1, 0, [{ function: named, line, column }]);
}
