import { RECORDS_SHARE } from "../process/process-records.ts";

/** What the limits are computed from. */
export interface LimitsPlan {
  frequencyHz: number;
  cpus: number;
  maxDepth: number;
  kernelMemoryBytes: number;
}

/** SystemTap's limits for one recording. Names in capitals are the macros that `stap -D` sets. */
export interface StapLimits {
  /** Frames of a kernel and of a user stack, each. */
  depth: number;
  /** MAXSTRINGLEN. */
  stringBytes: number;
  /** MAXMAPENTRIES. */
  entries: number;
  /** Samples that a table takes between two drains. */
  capacity: number;
  /** Size of the buffer that each table is written out to. */
  outputBytes: number;
  /** What all of it takes in the kernel. */
  memoryBytes: number;
}

/** Eight signs an address, see kmod-templates/stap/sample.stp. */
const SIGNS_PER_ADDRESS = 8;
/**
 * SystemTap 5.6 keeps a string of MAXSTRINGLEN on the kernel's stack (runtime/handler-error.h), and kernels are compiled
 * with frames of 2048 bytes at most: 2560 was refused on 7.2.
 */
const MOST_STRING_BYTES = 1984;
/** SystemTap's default: messages and the control file's words must fit too. */
const LEAST_STRING_BYTES = 512;
const DEEPEST = Math.floor((MOST_STRING_BYTES - SIGNS_PER_ADDRESS) / SIGNS_PER_ADDRESS);

/** Besides its two strings, an entry of a table: five numbers, links, the statistics. Measured: 155 on 6.12. */
const ENTRY_BYTES = 160;
/** A row of output besides its stacks, SF_ROW_BYTES of frame.stp. */
const ROW_BYTES = 192;
/** The lines around the rows, SF_TAIL_BYTES of frame.stp and as much again. */
const FRAME_BYTES = 1024;
/** Two tables, so that one takes samples while the other is read. */
const TABLES = 2;
/** Seconds of samples a table should hold: several times the recorder's interval, which a busy machine prolongs. */
const RESERVE_SECONDS = 2;
/** Below this, even a slow rate loses most samples. */
const LEAST_CAPACITY = 32;
/** A sampler that passed the swap of tables just before it still enters the old one: one a CPU. */
const LATE_PER_CPU = 1;
/** The bits of all ids twice (state.stp), and relay buffers of a megabyte a CPU, see `STAPRUN_BUFFER_MEGABYTES`. */
const ID_BITS_BYTES = 2 * ((4 * 1024 * 1024) / 8);

/** Megabytes of each CPU's relay buffer, the least there is: it carries only warnings, results go another way. */
export const STAPRUN_BUFFER_MEGABYTES = 1;

/** Undefined when the memory is too little to be of use. */
export function computeLimits(plan: LimitsPlan): StapLimits | undefined {
  const depth = Math.min(plan.maxDepth, DEEPEST);
  const stringBytes = Math.max(SIGNS_PER_ADDRESS * (depth + 1), LEAST_STRING_BYTES);
  const rowBytes = ROW_BYTES + 2 * SIGNS_PER_ADDRESS * depth;
  // A statistics table is one for each CPU and one in which they are added up.
  const entryBytes = TABLES * ((plan.cpus + 1) * (2 * stringBytes + ENTRY_BYTES) + rowBytes);
  const affordable = Math.floor((plan.kernelMemoryBytes * (1 - RECORDS_SHARE)) / entryBytes);
  const useful = Math.ceil(plan.frequencyHz * plan.cpus * RESERVE_SECONDS);
  const late = LATE_PER_CPU * plan.cpus;
  const entries = Math.min(affordable, useful + late);
  const capacity = entries - late;
  if (capacity < Math.min(LEAST_CAPACITY, useful)) return undefined;
  return {
    depth,
    stringBytes,
    entries,
    capacity,
    outputBytes: entries * rowBytes + FRAME_BYTES,
    memoryBytes: entries * entryBytes + ID_BITS_BYTES + plan.cpus * STAPRUN_BUFFER_MEGABYTES * 1024 * 1024,
  };
}

/** The macros for `stap -D`, each with the reason for its value. */
export function limitMacros(limits: StapLimits): { name: string; value: number | undefined; why: string }[] {
  const never = 2_000_000_000;
  return [
    {
      name: "MAXSTRINGLEN",
      value: limits.stringBytes,
      why: `a stack of ${limits.depth} frames at ${SIGNS_PER_ADDRESS} signs an address`,
    },
    {
      name: "MAXBACKTRACE",
      value: limits.depth + 1,
      why: "the depth, and the leaf that backtrace() gives twice",
    },
    { name: "MAXMAPENTRIES", value: limits.entries, why: "what the memory allows, or the rate can fill" },
    {
      name: "MAXACTION_INTERRUPTIBLE",
      value: limits.entries * 16 + 1000,
      why: "a drain visits each entry of a table; some ten statements each",
    },
    { name: "MAXSKIPPED", value: never, why: "skipped probes are counted as drops and end nothing" },
    { name: "MAXERRORS", value: never, why: "errors in a probe are counted as drops and end nothing" },
    {
      name: "STP_NO_OVERLOAD",
      value: undefined,
      why: "SystemTap would end the recording; the sampler itself keeps to 70% of a CPU and counts what it leaves out",
    },
  ];
}
