import { UNKNOWN_NAME } from "../frame-name.ts";
import { buildFrames, frameName } from "../frames.ts";
import { labelReader } from "../label.ts";
import { LabelKey, type Profile } from "../profile.ts";
import { threadName } from "../sample-groups.ts";
import { StringTable } from "../string-table.ts";
import { type GrownTree, growTree } from "../tree-builder.ts";
import { compareText } from "../tree-order.ts";

export interface FoldedOptions {
  /** Put the thread, `name (tid)`, between the process and its frames. */
  perThread?: boolean;
  /** Which of `profile.sampleTypes`; default 0. */
  valueIndex?: number;
}

/**
 * One sample type as folded stacks, in pieces of one line. Frames are root first; before them the process (its
 * comm, else its pid, else nothing). Inlined functions are frames of their own. Stacks that read the same are one
 * line; stacks of no weight (or whose values cancel out) have none. Lines are in order of their frames, compared one
 * after another by code units.
 *
 * `;` separates frames, so it becomes `:` in names, and control characters become spaces.
 */
export function* writeFolded(profile: Profile, options: FoldedOptions = {}): Generator<string> {
  const valueIndex = options.valueIndex ?? 0;
  if (valueIndex >= profile.sampleTypes.length) return;
  // Frames are told by their text here, so what reads the same is the same from the start.
  const names = new StringTable();
  const { table, start, frame, inlining } = buildFrames(profile);
  const nameOf = new Int32Array(table.length);
  for (let row = 0; row < table.length; row++) nameOf[row] = names.intern(cleanName(frameName(table, row)));
  const frames = { start, frame: frame.map((row) => nameOf[row]), inlining };
  const groups = groupByText(profile, options.perThread ?? false, names);
  yield* sortedLines(growTree({ profile, valueIndex, frames, rootFrame: 0, ...groups }), names.strings);
}

/** What a name becomes in a folded stack. */
function cleanName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a line.
  const clean = name.replaceAll(";", ":").replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
  return clean.trim() === "" ? UNKNOWN_NAME : clean;
}

/** The process and, if asked, the thread of each sample as frames. */
function groupByText(
  profile: Profile,
  perThread: boolean,
  names: StringTable,
): { group: Int32Array; groupFrames: number[][] } {
  const comm = labelReader(profile, LabelKey.comm);
  const pid = labelReader(profile, LabelKey.pid);
  const thread = labelReader(profile, LabelKey.thread);
  const tid = labelReader(profile, LabelKey.tid);
  const group = new Int32Array(profile.samples.length);
  const groupFrames: number[][] = [];
  const groupOf = new Map<string, number>();
  for (let row = 0; row < group.length; row++) {
    const path = [comm(row) || pid(row)];
    if (perThread && (thread(row) || tid(row))) path.push(threadName(thread(row), tid(row)));
    const frames = path.filter((name) => name !== "").map(cleanName);
    // A line must have a frame.
    if (frames.length === 0 && profile.samples.stack[row] < 0) frames.push(UNKNOWN_NAME);
    const key = frames.join(";");
    let known = groupOf.get(key);
    if (known === undefined) {
      known = groupFrames.push(frames.map((name) => names.intern(name))) - 1;
      groupOf.set(key, known);
    }
    group[row] = known;
  }
  return { group, groupFrames };
}

/** One line a node with weight, parents before children, siblings by name. */
function* sortedLines(tree: GrownTree, names: readonly string[]): Generator<string> {
  const { length, parent, frame, self } = tree;
  const byName = Array.from({ length: length - 1 }, (_, index) => index + 1);
  const rank = new Int32Array(names.length);
  for (const [place, name] of [...names.keys()].sort((a, b) => compareText(names[a], names[b])).entries()) {
    rank[name] = place;
  }
  // Last name first: the nodes are then taken off a stack, which turns them around.
  byName.sort((a, b) => rank[frame[b]] - rank[frame[a]]);
  const childStart = new Int32Array(length + 1);
  for (let node = 1; node < length; node++) childStart[parent[node] + 1]++;
  for (let node = 0; node < length; node++) childStart[node + 1] += childStart[node];
  const next = childStart.slice();
  const children = new Int32Array(length);
  for (const node of byName) children[next[parent[node]]++] = node;

  const depth = new Int32Array(length);
  const path: string[] = [];
  const pending = [0];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    path.length = depth[node];
    if (node !== 0) path[depth[node] - 1] = names[frame[node]];
    const count = Math.round(self[node]);
    if (count !== 0) yield `${path.join(";")} ${count}\n`;
    for (let at = childStart[node]; at < childStart[node + 1]; at++) {
      depth[children[at]] = depth[node] + 1;
      pending.push(children[at]);
    }
  }
}
