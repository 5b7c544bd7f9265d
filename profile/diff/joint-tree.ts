import { GrowableInt32 } from "../growable.ts";
import { LabelKey, type Profile } from "../profile.ts";
import { StackBuilder } from "../stack-builder.ts";
import { type KeyedLocations, type KeyTable, ROOT_KEY } from "./function-keys.ts";

/** The call paths of both sides laid over each other. Parents come before children; node 0 is the root. */
export interface JointTree {
  length: number;
  parent: Int32Array;
  /** Row of `FunctionKeys`. */
  key: Int32Array;
  /** For each profile given, the node where each of its samples ends. */
  nodeOfSample: Int32Array[];
}

/**
 * One tree of all profiles: below the root the name of the process, below it the stack. Neighbouring frames that stand
 * for many addresses (`[unnamed in …]`) are one.
 */
export function growJointTree(
  profiles: readonly Profile[],
  keyed: readonly KeyedLocations[],
  keys: KeyTable,
): JointTree {
  const grower = new JointGrower(
    keys,
    profiles.reduce((most, { stacks }) => Math.max(most, stacks.length), 0),
  );
  const nodeOfSample = profiles.map((profile, index) => grower.add(profile, keyed[index]));
  return { ...grower.finish(), nodeOfSample };
}

class JointGrower {
  readonly #nodes: StackBuilder;
  readonly #keyOfNode: GrowableInt32;
  readonly #keys: KeyTable;
  readonly #root: number;

  /** `expected`: how many nodes there will be at least, about. */
  constructor(keys: KeyTable, expected: number) {
    this.#nodes = new StackBuilder(expected);
    this.#keyOfNode = new GrowableInt32(expected + 64);
    this.#keys = keys;
    this.#root = this.#child(-1, ROOT_KEY);
  }

  /** The node of each sample of `profile`. Each (process, stack) is walked once, process after process. */
  add({ strings, samples, stacks }: Profile, { start, key }: KeyedLocations): Int32Array {
    const { joined } = this.#keys;
    // Asked for each frame of each stack, where most profiles have none.
    const hasJoined = joined.size > 0;
    const result = new Int32Array(samples.length);
    const nodeOfStack = new Int32Array(stacks.length);
    const walkedFor = new Int32Array(stacks.length).fill(-1);
    const path = new Int32Array(stacks.length);
    for (const [name, rows] of rowsByProcess({ strings, samples })) {
      const top = name === "" ? this.#root : this.#child(this.#root, this.#keys.process(name));
      for (const sample of rows) {
        let pending = 0;
        let up = samples.stack[sample];
        while (up >= 0 && walkedFor[up] !== top) {
          path[pending++] = up;
          up = stacks.parent[up];
        }
        let node = up < 0 ? top : nodeOfStack[up];
        while (pending > 0) {
          const step = path[--pending];
          const location = stacks.location[step];
          for (let at = start[location]; at < start[location + 1]; at++) {
            if (hasJoined && joined.has(key[at]) && this.#keyOfNode.get(node) === key[at]) continue;
            node = this.#child(node, key[at]);
          }
          nodeOfStack[step] = node;
          walkedFor[step] = top;
        }
        result[sample] = node;
      }
    }
    return result;
  }

  finish(): { length: number; parent: Int32Array; key: Int32Array } {
    const { length, parent, location } = this.#nodes.finish();
    return { length, parent, key: location };
  }

  #child(parent: number, key: number): number {
    const node = this.#nodes.child(parent, key);
    if (node === this.#keyOfNode.length) this.#keyOfNode.push(key);
    return node;
  }
}

/** The sample rows of each process name, in their order. */
function rowsByProcess(profile: Pick<Profile, "strings" | "samples">): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  const comm = processNames(profile);
  for (let sample = 0; sample < profile.samples.length; sample++) {
    const name = comm(sample);
    const known = rows.get(name);
    if (known) known.push(sample);
    else rows.set(name, [sample]);
  }
  return rows;
}

/** The process name of each sample; "" where there is none. */
function processNames({
  strings,
  samples,
}: Pick<Profile, "strings" | "samples">): (sample: number) => string {
  const column = samples.labels.find((label) => label.key === LabelKey.comm);
  return column?.kind === "text" ? (sample) => strings[column.values[sample]] : () => "";
}
