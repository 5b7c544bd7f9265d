import { buildFrames, type ProfileFrames } from "../frames.ts";
import { labelReader } from "../label.ts";
import { LabelKey, type Profile } from "../profile.ts";
import { threadName } from "../sample-groups.ts";

export interface ExportOptions {
  /** Put the thread, `name (tid)`, between the process and its frames. */
  perThread?: boolean;
  /** What the file is called inside. */
  name?: string;
}

/**
 * The stacks of samples as lists of frames, for formats that know neither processes nor threads: those are frames
 * above the stack. Frame numbers are rows of `frames.table`, and behind those the groups.
 */
export class ExportStacks {
  readonly frames: ProfileFrames;
  /** Names of processes and threads: frame `frames.table.length + index`. */
  readonly groupNames: string[] = [];
  /** Rows of the samples in the order of their slices, else as they are. */
  readonly order: Int32Array;
  readonly #profile: Profile;
  /** Frames of each group, outermost first. */
  readonly #groupPaths: number[][] = [];
  readonly #group: Int32Array;

  constructor(profile: Profile, options: ExportOptions) {
    this.#profile = profile;
    this.frames = buildFrames(profile);
    this.order = orderBySlice(profile);
    this.#group = this.#groups(options.perThread ?? false);
  }

  /** Frames of a sample, root first; a sample without any has an empty path. */
  path(row: number): number[] {
    const { samples, stacks } = this.#profile;
    const { start, frame } = this.frames;
    const path: number[] = [];
    for (let stack = samples.stack[row]; stack >= 0; stack = stacks.parent[stack]) {
      const location = stacks.location[stack];
      for (let at = start[location + 1] - 1; at >= start[location]; at--) path.push(frame[at]);
    }
    const group = this.#groupPaths[this.#group[row]];
    for (let at = group.length - 1; at >= 0; at--) path.push(group[at]);
    return path.reverse();
  }

  #groups(perThread: boolean): Int32Array {
    const profile = this.#profile;
    const comm = labelReader(profile, LabelKey.comm);
    const pid = labelReader(profile, LabelKey.pid);
    const thread = labelReader(profile, LabelKey.thread);
    const tid = labelReader(profile, LabelKey.tid);
    const groupOf = new Map<string, number>();
    const frameOf = new Map<string, number>();
    const group = new Int32Array(profile.samples.length);
    for (let row = 0; row < group.length; row++) {
      const names = [comm(row) || pid(row)];
      if (perThread && (thread(row) || tid(row))) names.push(threadName(thread(row), tid(row)));
      const path = names.filter((name) => name !== "");
      const key = path.join("\0");
      let known = groupOf.get(key);
      if (known === undefined) {
        known = this.#groupPaths.push(path.map((name) => this.#frameOf(name, frameOf))) - 1;
        groupOf.set(key, known);
      }
      group[row] = known;
    }
    return group;
  }

  #frameOf(name: string, known: Map<string, number>): number {
    let frame = known.get(name);
    if (frame === undefined) {
      frame = this.frames.table.length + this.groupNames.push(name) - 1;
      known.set(name, frame);
    }
    return frame;
  }
}

function orderBySlice({ samples }: Profile): Int32Array {
  const order = Int32Array.from({ length: samples.length }, (_, row) => row);
  const slice = samples.labels.find(({ key, kind }) => key === LabelKey.slice && kind === "number")?.values;
  return slice === undefined ? order : order.sort((a, b) => (slice[a] || 0) - (slice[b] || 0) || a - b);
}
