import { labelReader } from "./label.ts";
import { LabelKey, type Profile } from "./profile.ts";
import { StackBuilder } from "./stack-builder.ts";

/**
 * What the first levels of a call tree are:
 * `process` one a process name, `pid` one a process, `thread` a process and below it its threads, `none` nothing.
 */
export type GroupBy = "process" | "pid" | "thread" | "none";

export interface GroupFrame {
  kind: "process" | "thread";
  name: string;
}

export interface SampleGroups {
  /** Group of each sample: an index into `paths`. */
  group: Int32Array;
  /** The frames above the stacks of a group, outermost first. Groups with the same first frame share the object. */
  paths: GroupFrame[][];
}

/** Sorts the samples into groups; names depend on all samples, so that they stay when a filter hides some. */
export function groupSamples(profile: Profile, groupBy: GroupBy): SampleGroups {
  const count = profile.samples.length;
  const group = new Int32Array(count);
  if (groupBy === "none") return { group, paths: [[]] };

  const comm = codeLabel(profile, LabelKey.comm);
  const pid = codeLabel(profile, LabelKey.pid);
  const processes = new StackBuilder();
  const processOf = new Int32Array(count);
  for (let row = 0; row < count; row++) processOf[row] = processes.child(comm.codes[row], pid.codes[row]);
  const process = processes.finish();

  if (groupBy === "process") {
    const rowsOfComm = new Map<number, number[]>();
    for (let row = 0; row < process.length; row++) {
      // A process without a name can only be told by its id.
      const key = comm.texts[process.parent[row]] === "" ? -1 - row : process.parent[row];
      const rows = rowsOfComm.get(key);
      if (rows) rows.push(row);
      else rowsOfComm.set(key, [row]);
    }
    const paths: GroupFrame[][] = [];
    const groupOfProcess = new Int32Array(process.length);
    for (const rows of rowsOfComm.values()) {
      const name = comm.texts[process.parent[rows[0]]];
      const pids = rows.map((row) => pid.texts[process.location[row]]).filter((text) => text !== "");
      for (const row of rows) groupOfProcess[row] = paths.length;
      paths.push([
        {
          kind: "process",
          name: pids.length > 1 ? `${name} (${pids.length} processes)` : processName(name, pids[0] ?? ""),
        },
      ]);
    }
    for (let row = 0; row < count; row++) group[row] = groupOfProcess[processOf[row]];
    return { group, paths };
  }

  const processFrames: GroupFrame[] = [];
  for (let row = 0; row < process.length; row++) {
    const name = processName(comm.texts[process.parent[row]], pid.texts[process.location[row]]);
    processFrames.push({ kind: "process", name });
  }
  if (groupBy === "pid") return { group: processOf, paths: processFrames.map((frame) => [frame]) };

  const thread = codeLabel(profile, LabelKey.thread);
  const tid = codeLabel(profile, LabelKey.tid);
  const threads = new StackBuilder();
  const groups = new StackBuilder();
  for (let row = 0; row < count; row++) {
    group[row] = groups.child(processOf[row], threads.child(thread.codes[row], tid.codes[row]));
  }
  const pairs = groups.finish();
  const threadPairs = threads.finish();
  const paths: GroupFrame[][] = [];
  for (let row = 0; row < pairs.length; row++) {
    const path = [processFrames[pairs.parent[row]]];
    const name = thread.texts[threadPairs.parent[pairs.location[row]]];
    const id = tid.texts[threadPairs.location[pairs.location[row]]];
    if (name !== "" || id !== "") path.push({ kind: "thread", name: threadName(name, id) });
    paths.push(path);
  }
  return { group, paths };
}

/** `name (pid)`, or what there is of it. */
export function processName(comm: string, pid: string): string {
  if (comm === "") return pid === "" ? "[unknown process]" : `pid ${pid}`;
  return pid === "" ? comm : `${comm} (${pid})`;
}

/** `name (tid)`, or what there is of it. */
export function threadName(thread: string, tid: string): string {
  if (thread === "") return `tid ${tid}`;
  return tid === "" ? thread : `${thread} (${tid})`;
}

/** A label as small integers, equal where the texts are; absent is the code of `""`. */
function codeLabel(profile: Profile, key: string): { codes: Int32Array; texts: readonly string[] } {
  const column = profile.samples.labels.find((label) => label.key === key);
  if (column?.kind === "text") return { codes: column.values, texts: profile.strings };
  const codes = new Int32Array(profile.samples.length);
  const texts = [""];
  if (column === undefined) return { codes, texts };
  const codeOf = new Map<string, number>([["", 0]]);
  const read = labelReader(profile, key);
  for (let row = 0; row < codes.length; row++) {
    const text = read(row);
    let code = codeOf.get(text);
    if (code === undefined) {
      code = texts.push(text) - 1;
      codeOf.set(text, code);
    }
    codes[row] = code;
  }
  return { codes, texts };
}
