/**
 * The profile in memory: columns and a string table, never an object a sample.
 *
 *   samples ──stack──▶ stacks (prefix tree) ──location──▶ locations ──line range──▶ lines ──function──▶ functions
 *      │                                                       └──mapping──▶ mappings
 *      └─ values (one column a sample type) and labels (one column a label)
 *
 * Every index column refers to a row of the table it names; -1 means "none" and is allowed only where said.
 * Strings are indices into `strings`, 0 being the empty string.
 */
export interface Profile {
  /** Interned text; `strings[0] === ""`. */
  strings: string[];
  /** What each value column counts, `samples/count` first in profiles that stapflame records. */
  sampleTypes: ValueType[];
  samples: SampleTable;
  stacks: StackTable;
  locations: LocationTable;
  lines: LineTable;
  functions: FunctionTable;
  mappings: MappingTable;
  /** What a sampling period measures, e.g. `cpu/nanoseconds`. */
  periodType: ValueType;
  /** Units of `periodType` between two samples; 0 when unknown. */
  period: number;
  /** Start of the recording, Unix time in nanoseconds (exact to about 256 ns); 0 when unknown. */
  timeNanos: number;
  /** Length of the recording in nanoseconds; 0 when unknown. */
  durationNanos: number;
  /** What a reader must know: collector, kernel, rates, drops, command line (see `comments.ts`). */
  comments: string[];
}

export interface ValueType {
  type: string;
  unit: string;
}

/** One row a distinct (stack, labels). */
export interface SampleTable {
  length: number;
  /** Row of `stacks`, or -1 for an empty stack. */
  stack: Int32Array;
  /** One column a sample type, in the order of `Profile.sampleTypes`. */
  values: Float64Array[];
  labels: LabelColumn[];
}

/**
 * One label key over all samples. A key that a sample bears twice (pprof allows it) has two columns.
 * Text: string indices, 0 = the sample has no such label. Numbers: NaN = the sample has no such label.
 */
export type LabelColumn =
  | { kind: "text"; key: string; values: Int32Array }
  | { kind: "number"; key: string; unit: string; values: Float64Array };

/**
 * Stacks as a prefix tree, root first. A row is one frame below its parent; a sample points at its leaf row.
 * Parents come before children (`parent[i] < i`), so one forward pass sees every parent first and one backward
 * pass sums every child first.
 */
export interface StackTable {
  length: number;
  /** Row of the caller, or -1 at the root. */
  parent: Int32Array;
  /** Row of `locations`. */
  location: Int32Array;
}

export interface LocationTable {
  length: number;
  /** Row of `mappings`, or -1 when the address lay in no known mapping. */
  mapping: Int32Array;
  /** Canonical 64-bit address, sign-extended (kernel addresses are negative). */
  address: Float64Array;
  /**
   * Lines of location i: rows `lineStart[i] … lineStart[i + 1] - 1` of `lines`, innermost inlined callee first.
   * Has `length + 1` entries. No lines: not symbolized.
   */
  lineStart: Int32Array;
}

export interface LineTable {
  length: number;
  /** Row of `functions`. */
  function: Int32Array;
  /** Source line, 0 when unknown. */
  line: Int32Array;
  /** Source column, 0 when unknown. */
  column: Int32Array;
}

/** All columns but `startLine` are string indices. */
export interface FunctionTable {
  length: number;
  /** Name for people (demangled). */
  name: Int32Array;
  /** Name for the linker (mangled); 0 when there is none. */
  linkageName: Int32Array;
  /** Source file; 0 when unknown. */
  file: Int32Array;
  startLine: Int32Array;
}

/**
 * A mapped file, or a stand-in for one: `[kernel]`, `[vdso]`, a kernel module as `[name]`, or `/tmp/perf-PID.map`
 * for memory filled at run time. For files: file offset of an address = address - start + fileOffset.
 */
export interface MappingTable {
  length: number;
  start: Float64Array;
  limit: Float64Array;
  fileOffset: Float64Array;
  /** String index: path of the file. */
  file: Int32Array;
  /** String index: lower-case hex; 0 when there is none. */
  buildId: Int32Array;
  /** Bits of `MappingFlag`. */
  flags: Uint8Array;
}

export const MappingFlag = {
  hasFunctions: 1,
  hasFilenames: 2,
  hasLineNumbers: 4,
  hasInlineFrames: 8,
} as const;

/** The label keys that stapflame writes. All are text but `slice`. */
export const LabelKey = {
  /** Process (thread group) id, as the user's PID namespace shows it. */
  pid: "pid",
  /** Thread id; only in recordings made per thread. */
  tid: "tid",
  /** Name of the process (its main thread's comm). */
  comm: "comm",
  /** Name of the thread (its comm). */
  thread: "thread",
  /** Which time slice of the recording, from 0. */
  slice: "slice",
} as const;
