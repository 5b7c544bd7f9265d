import { LabelKey, type Profile } from "../../profile/profile.ts";
import { StackBuilder } from "../../profile/stack-builder.ts";
import { StringTable } from "../../profile/string-table.ts";
import { type Random, seeded } from "./random.ts";

/**
 * Large profiles for measuring, of the shape that real ones have: stacks are walks through a call graph whose
 * functions are called with the frequencies of a power law, threads begin at their own root, some functions call
 * themselves, some are inlined, and kernel stacks lie below the user's.
 */
export interface LargeProfileOptions {
  /** Rows of the stack tree; the result has this many, or a stack's depth more. */
  nodes: number;
  /** Default 1; the same seed gives the same profile. */
  seed?: number;
  /** Distinct functions; default grows with the root of `nodes`, as in real programs (1,600 for 10^4, 20,000 for 10^6). */
  functions?: number;
  /** Default 8. */
  threads?: number;
  /** Time slices that samples are spread over; default 0: no `slice` label. */
  slices?: number;
}

const PERIOD = 10_101_010;
const MODULES = [
  "/usr/bin/server",
  "/usr/lib/x86_64-linux-gnu/libc.so.6",
  "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
  "/usr/lib/x86_64-linux-gnu/libssl.so.3",
  "/tmp/perf-4242.map",
  "[kernel]",
];
const KERNEL = MODULES.length - 1;

interface CallGraph {
  names: string[];
  module: Int32Array;
  /** Callees of function i: `callee[start[i]] … callee[start[i + 1] - 1]`, most frequent first. */
  start: Int32Array;
  callee: Int32Array;
}

export function largeProfile(options: LargeProfileOptions): Profile {
  const { nodes, seed = 1, threads = 8, slices = 0 } = options;
  const functionCount = options.functions ?? Math.max(64, Math.round(Math.sqrt(nodes) * 16 + nodes / 250));
  const random = seeded(seed);
  const graph = callGraph(functionCount, random);
  const strings = new StringTable();
  const names = Int32Array.from(graph.names, (name) => strings.intern(name));
  const files = Int32Array.from({ length: functionCount }, () =>
    strings.intern(`src/${WORDS[random.below(WORDS.length)]}/${WORDS[random.below(WORDS.length)]}.cc`),
  );

  // A call goes out from one of a few places of its function, and a sample is at one of a few.
  const sites = 3;
  const stacks = new StackBuilder();
  const sampleStack: number[] = [];
  const sampleThread: number[] = [];
  const sampleSlice: number[] = [];
  const counts: number[] = [];
  const path: number[] = [];
  const emit = (stack: number, thread: number) => {
    sampleStack.push(stack);
    sampleThread.push(thread);
    counts.push(1 + Math.floor(40 * random.unit() ** 8));
    sampleSlice.push(slices === 0 ? 0 : random.below(slices));
  };
  while (stacks.length < nodes) {
    const thread = Math.floor(threads * random.unit() ** 2);
    // A new stack shares the callers of the one before, as a program that was interrupted a moment later does.
    const keep = random.unit() < 0.1 ? 0 : Math.floor(path.length * (0.35 + 0.65 * random.unit()));
    path.length = Math.min(keep, path.length);
    let at = path.length === 0 ? thread : path[path.length - 1];
    const depth = Math.max(
      path.length + 1,
      Math.round(6 + 50 * (random.unit() + random.unit()) ** 1.5 * 0.5),
    );
    while (path.length < depth) {
      if (path.length > 0) {
        const first = graph.start[at];
        const callees = graph.start[at + 1] - first;
        if (callees === 0) break;
        const recurses = random.unit() < 0.04;
        at = recurses ? at : graph.callee[first + Math.floor(callees * random.unit() ** 3)];
      }
      path.push(at);
    }
    let stack = -1;
    for (const [level, fn] of path.entries()) {
      const next = path[level + 1] ?? -1;
      // The place in the caller depends on the callee, so that equal paths are equal rows mostly.
      const site = next < 0 ? random.below(sites) : (next * 7 + level) % 17 === 0 ? 1 : 0;
      stack = stacks.child(stack, fn * sites + site);
    }
    emit(stack, thread);
    if (random.unit() < 0.25) emit(stack, (thread + 1) % threads);
    if (slices > 0 && random.unit() < 0.5) emit(stack, thread);
  }

  const locationCount = functionCount * sites;
  const tree = stacks.finish();
  const samples = sampleStack.length;
  const texts = (key: string, text: (sample: number) => string) => ({
    kind: "text" as const,
    key,
    values: Int32Array.from({ length: samples }, (_, sample) => strings.intern(text(sample))),
  });
  const mappingFiles = Int32Array.from(MODULES, (file) => strings.intern(file));
  // Of each tenth function all places have its successor inlined.
  const lineStart = new Int32Array(locationCount + 1);
  const lineFunction: number[] = [];
  const lineNumber: number[] = [];
  for (let location = 0; location < locationCount; location++) {
    const fn = Math.floor(location / sites);
    if (fn % 10 === 9 && fn + 1 < functionCount) {
      lineFunction.push(fn + 1);
      lineNumber.push(7 + (fn % 90));
    }
    lineFunction.push(fn);
    lineNumber.push(20 + ((fn * 13) % 700) + (location % sites) * 3);
    lineStart[location + 1] = lineFunction.length;
  }
  const labels: Profile["samples"]["labels"] = [
    texts(LabelKey.comm, () => "server"),
    texts(LabelKey.pid, () => "4242"),
    texts(LabelKey.thread, (sample) => `worker-${sampleThread[sample]}`),
  ];
  if (slices > 0) {
    labels.push({ kind: "number", key: LabelKey.slice, unit: "", values: Float64Array.from(sampleSlice) });
  }
  return {
    strings: strings.strings,
    sampleTypes: [
      { type: "samples", unit: "count" },
      { type: "cpu", unit: "nanoseconds" },
    ],
    samples: {
      length: samples,
      stack: Int32Array.from(sampleStack),
      values: [Float64Array.from(counts), Float64Array.from(counts, (count) => count * PERIOD)],
      labels,
    },
    stacks: tree,
    locations: {
      length: locationCount,
      mapping: Int32Array.from({ length: locationCount }, (_, row) => graph.module[Math.floor(row / sites)]),
      address: Float64Array.from({ length: locationCount }, (_, row) => 0x401000 + row * 24),
      lineStart,
    },
    lines: {
      length: lineFunction.length,
      function: Int32Array.from(lineFunction),
      line: Int32Array.from(lineNumber),
      column: new Int32Array(lineFunction.length),
    },
    functions: {
      length: functionCount,
      name: names,
      linkageName: new Int32Array(functionCount),
      file: files,
      startLine: Int32Array.from({ length: functionCount }, (_, row) => 20 + ((row * 13) % 700)),
    },
    mappings: {
      length: MODULES.length,
      start: new Float64Array(MODULES.length),
      limit: new Float64Array(MODULES.length).fill(2 ** 40),
      fileOffset: new Float64Array(MODULES.length),
      file: mappingFiles,
      buildId: new Int32Array(MODULES.length),
      flags: new Uint8Array(MODULES.length).fill(15),
    },
    periodType: { type: "cpu", unit: "nanoseconds" },
    period: PERIOD,
    timeNanos: 1_795_233_600_000_000_000,
    durationNanos: 10e9,
    comments: ["stapflame.tool: stapflame 0.1.0", `stapflame.slice-nanos: ${slices > 0 ? 1e8 : 0}`],
  };
}

/** Functions are sorted into layers, so that walks go down; a fifth of the calls goes back up, which makes recursion. */
function callGraph(count: number, random: Random): CallGraph {
  const names: string[] = [];
  const seen = new Set<string>();
  const module = new Int32Array(count);
  for (let fn = 0; fn < count; fn++) {
    const depth = fn / count;
    module[fn] = depth > 0.85 ? KERNEL : random.unit() < 0.6 ? 0 : 1 + random.below(MODULES.length - 2);
    let name =
      module[fn] === KERNEL
        ? kernelName(random)
        : module[fn] === 1
          ? `__${kernelName(random)}`
          : cppName(random);
    if (seen.has(name)) name = `${name}_${fn}`;
    seen.add(name);
    names.push(name);
  }
  const start = new Int32Array(count + 1);
  const callee: number[] = [];
  for (let fn = 0; fn < count; fn++) {
    const fan = fn < 16 ? 12 : Math.floor(14 * random.unit() ** 2);
    for (let call = 0; call < fan; call++) {
      const isKernel = module[fn] === KERNEL;
      const up = !isKernel && random.unit() < 0.1;
      const reach = up
        ? -Math.floor(fn * 0.1 * random.unit())
        : 1 + Math.floor((count - fn) * random.unit() ** 4);
      const to = Math.min(count - 1, Math.max(0, fn + reach));
      callee.push(to);
    }
    start[fn + 1] = callee.length;
  }
  return { names, module, start, callee: Int32Array.from(callee) };
}

const WORDS =
  "async buffer cache decode encode event file flush frame graph hash http index io json key list lock log map merge message node object page parse pool queue read record request route scan session socket sort stream string task text thread timer token trace tree update vector visit wait worker write".split(
    " ",
  );

function word(random: Random): string {
  return WORDS[Math.floor(WORDS.length * random.unit())];
}

function camel(random: Random): string {
  const [first, second] = [word(random), word(random)];
  return first[0].toUpperCase() + first.slice(1) + second[0].toUpperCase() + second.slice(1);
}

function kernelName(random: Random): string {
  return `${word(random)}_${word(random)}_${word(random)}`;
}

function cppName(random: Random): string {
  const method = `${camel(random)}::${word(random)}_${word(random)}`;
  const scoped = random.unit() < 0.7 ? `${word(random)}::${method}` : method;
  if (random.unit() < 0.3) {
    return `std::__1::${word(random)}<${scoped}, std::allocator<${camel(random)}>>::${word(random)}(${camel(random)} const&, unsigned long)`;
  }
  return `${scoped}(${camel(random)}*)`;
}
