import { KERNEL_MAPPING } from "../../profile/frame-kind.ts";
import { LabelKey, type Profile } from "../../profile/profile.ts";
import { type RecordingInfo, toComments } from "../../profile/recording-info.ts";
import { StackBuilder } from "../../profile/stack-builder.ts";
import { StringTable } from "../../profile/string-table.ts";

/** Profiles for tests, made from stacks. */

/** Where code lies, by a letter: kernel, user program, library, JIT, unknown. */
export type Place = "k" | "u" | "l" | "j" | "?";

export interface MadeFrame {
  name: string;
  place?: Place;
  module?: string;
  file?: string;
  /** Where the function begins. */
  line?: number;
  /** The line that was sampled, or from which the next frame is called; default: where it begins. */
  at?: number;
  /** Put into the frame before it by the compiler. */
  inlined?: boolean;
}

export interface MadeStack {
  process?: string;
  pid?: number;
  thread?: string;
  tid?: number;
  /** Root first. */
  frames: readonly MadeFrame[];
  count: number;
}

const MODULES: Record<Place, string> = {
  k: KERNEL_MAPPING,
  u: "/usr/bin/demo",
  l: "/usr/lib/x86_64-linux-gnu/libc.so.6",
  j: "/tmp/perf-4242.map",
  "?": "",
};

/** A sampling period of 99 Hz, in nanoseconds. */
const PERIOD = 10_101_010;

export function madeProfile(stacks: readonly MadeStack[], info: Partial<RecordingInfo> = {}): Profile {
  const strings = new StringTable();
  const tree = new StackBuilder();
  const rows = new Map<string, number>();
  const lineStart: number[] = [0];
  const locationMapping: number[] = [];
  const lineFunction: number[] = [];
  const lineNumber: number[] = [];
  const functions = new Map<string, number>();
  const functionName: number[] = [];
  const functionFile: number[] = [];
  const functionLine: number[] = [];
  const mappings = new Map<string, number>();

  const functionRow = (frame: MadeFrame) =>
    rowOf(functions, JSON.stringify([frame.name, frame.file]), () => {
      functionName.push(strings.intern(frame.name));
      functionFile.push(strings.intern(frame.file ?? ""));
      functionLine.push(frame.line ?? 0);
    });
  /** A location of one frame and the frames inlined into it, caller first. */
  const locationRow = (chain: readonly MadeFrame[]) =>
    rowOf(rows, JSON.stringify(chain), () => {
      const module = chain[0].module ?? MODULES[chain[0].place ?? "u"];
      locationMapping.push(module === "" ? -1 : rowOf(mappings, module, () => {}));
      for (const frame of chain.toReversed()) {
        lineFunction.push(functionRow(frame));
        lineNumber.push(frame.at ?? frame.line ?? 0);
      }
      lineStart.push(lineFunction.length);
    });

  const sampleStack: number[] = [];
  for (const { frames } of stacks) {
    let stack = -1;
    for (let at = 0; at < frames.length; ) {
      let end = at + 1;
      while (end < frames.length && frames[end].inlined) end++;
      stack = tree.child(stack, locationRow(frames.slice(at, end)));
      at = end;
    }
    sampleStack.push(stack);
  }
  const texts = (key: string, text: (stack: MadeStack) => string) => ({
    kind: "text" as const,
    key,
    values: Int32Array.from(stacks, (stack) => strings.intern(text(stack))),
  });
  const labels = [
    texts(LabelKey.comm, (stack) => stack.process ?? "demo"),
    texts(LabelKey.pid, (stack) => String(stack.pid ?? 4242)),
    texts(LabelKey.thread, (stack) => stack.thread ?? stack.process ?? "demo"),
    texts(LabelKey.tid, (stack) => String(stack.tid ?? stack.pid ?? 4242)),
  ];
  const files = [...mappings.keys()].map((module) => strings.intern(module));
  const counts = Float64Array.from(stacks, (stack) => stack.count);
  return {
    strings: strings.strings,
    sampleTypes: [
      { type: "samples", unit: "count" },
      { type: "cpu", unit: "nanoseconds" },
    ],
    samples: {
      length: stacks.length,
      stack: Int32Array.from(sampleStack),
      values: [counts, counts.map((count) => count * PERIOD)],
      labels,
    },
    stacks: tree.finish(),
    locations: {
      length: locationMapping.length,
      mapping: Int32Array.from(locationMapping),
      address: Float64Array.from(locationMapping, (_, row) => 0x1000 + row),
      lineStart: Int32Array.from(lineStart),
    },
    lines: {
      length: lineFunction.length,
      function: Int32Array.from(lineFunction),
      line: Int32Array.from(lineNumber),
      column: new Int32Array(lineFunction.length),
    },
    functions: {
      length: functionName.length,
      name: Int32Array.from(functionName),
      linkageName: new Int32Array(functionName.length),
      file: Int32Array.from(functionFile),
      startLine: Int32Array.from(functionLine),
    },
    mappings: {
      length: files.length,
      start: new Float64Array(files.length),
      limit: new Float64Array(files.length).fill(2 ** 40),
      fileOffset: new Float64Array(files.length),
      file: Int32Array.from(files),
      buildId: new Int32Array(files.length),
      flags: new Uint8Array(files.length).fill(15),
    },
    periodType: { type: "cpu", unit: "nanoseconds" },
    period: PERIOD,
    timeNanos: 1_795_233_600_000_000_000,
    durationNanos: 10e9,
    comments: toComments({ ...INFO, ...info }),
  };
}

const INFO: RecordingInfo = {
  tool: "stapflame 0.1.0",
  collector: "bpf",
  kernel: "6.12.1 x86_64",
  host: "build-7",
  commandLine: "stapflame record --duration 10 -- ./demo",
  target: "./demo",
  event: "timer.profile",
  frequencyAsked: 99,
  frequencyAchieved: 98.7,
  sliceNanos: 0,
  drops: [],
  cutStacks: [],
  warnings: [],
};

/** `main;parse;read 5`, one stack a line; a frame is `name` or `name@k` with the letter of its place. */
export function profileOf(text: string): Profile {
  return madeProfile(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const [, path, count] = /^\s*(.*) (\d+)\s*$/.exec(line) ?? ["", "", "0"];
        return { frames: path.split(";").map(frameOf), count: Number(count) };
      }),
  );
}

function frameOf(text: string): MadeFrame {
  const match = /^(.*)@([kulj?])$/.exec(text);
  return match ? { name: match[1], place: match[2] as Place } : { name: text };
}

function rowOf(rows: Map<string, number>, key: string, add: () => void): number {
  let row = rows.get(key);
  if (row === undefined) {
    row = rows.size;
    rows.set(key, row);
    add();
  }
  return row;
}
