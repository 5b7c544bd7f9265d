import type { Profile } from "../../../profile/profile.ts";
import { StackBuilder } from "../../../profile/stack-builder.ts";
import { Random } from "./random.ts";

const FUNCTIONS = 20_000;
const SLICES = 60;

/** A call tree of so many nodes, and recordings of it that meet its leaves at random. */
export function bigProgram(seed: number, nodes: number): (recording: number) => Profile {
  const random = new Random(seed);
  const below = (end: number) => Math.floor(random.next() * end);
  const stacks = new StackBuilder();
  const leaves: number[] = [];
  while (stacks.length < nodes) {
    let node = stacks.child(-1, 0);
    const depth = 10 + below(30);
    for (let at = 0; at < depth; at++) {
      node = stacks.child(node, at < 3 ? 1 + below(4) : 1 + Math.floor(random.next() * below(FUNCTIONS)));
    }
    leaves.push(node);
  }
  const table = stacks.finish();
  return (recording) => recorded(table, leaves, new Random(recording));
}

function recorded(stacks: Profile["stacks"], leaves: readonly number[], random: Random): Profile {
  const length = leaves.length * 8;
  const numbers = (count: number, of: (index: number) => number) =>
    Int32Array.from({ length: count }, (_, index) => of(index));
  const count = FUNCTIONS + 1;
  return {
    strings: ["", "/bin/app", ...Array.from({ length: count }, (_, index) => `function_${index}`)],
    sampleTypes: [{ type: "samples", unit: "count" }],
    samples: {
      length,
      stack: Int32Array.from({ length }, () => leaves[Math.floor(random.next() * leaves.length)]),
      values: [new Float64Array(length).fill(1)],
      labels: [
        {
          kind: "number",
          key: "slice",
          unit: "",
          values: Float64Array.from({ length }, () => Math.floor(random.next() * SLICES)),
        },
      ],
    },
    stacks,
    locations: {
      length: count,
      mapping: new Int32Array(count),
      address: new Float64Array(count),
      lineStart: numbers(count + 1, (index) => index),
    },
    lines: {
      length: count,
      function: numbers(count, (index) => index),
      line: new Int32Array(count),
      column: new Int32Array(count),
    },
    functions: {
      length: count,
      name: numbers(count, (index) => index + 2),
      linkageName: new Int32Array(count),
      file: new Int32Array(count),
      startLine: new Int32Array(count),
    },
    mappings: {
      length: 1,
      start: new Float64Array(1),
      limit: new Float64Array(1),
      fileOffset: new Float64Array(1),
      file: Int32Array.of(1),
      buildId: new Int32Array(1),
      flags: new Uint8Array(1),
    },
    periodType: { type: "cpu", unit: "nanoseconds" },
    period: 0,
    timeNanos: 0,
    durationNanos: 0,
    comments: [],
  };
}
