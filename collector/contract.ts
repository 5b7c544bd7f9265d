/**
 * What every collector offers, whatever it runs on. See "Contracts" in the design.
 */
import type { Mapping } from "./process/address-space.ts";

export type CollectorName = "bpf" | "kmod" | "stap" | "perf";

/** What the user asked to be recorded. */
export interface RecordSpec {
  targets: TargetSpec;
  /** Samples a second on each CPU. */
  frequencyHz: number;
  depths: StackDepths;
  /** Rather no recording than one that keeps less of user stacks, where the kernel walks them itself. */
  depthsRequired?: boolean;
  /** Which code's time counts: all, only the kernel's (kernel frames only), or only user code's. */
  mode: "all" | "kernel" | "user";
  /** Whether the idle task's samples count (with target `all`). */
  idle: boolean;
  /** Whether threads are told apart. */
  perThread: boolean;
  /** Length of a time slice; each sample says in which one it fell. */
  sliceNanos: number;
  /** Upper bound of the kernel memory that the collector takes, in bytes. */
  kernelMemoryBytes: number;
  /** Bytes of each sample's user stack that are copied, where it is copied to be unwound (`perf`): a multiple of 8; 32 KiB if not told. */
  stackBytes?: number;
  /** A kernel module built beforehand (`stapflame build`), for the collectors that load one. */
  module?: string;
  /** How user stacks are walked by unwind tables, where the collector can; without: by frame pointers. */
  unwind?: {
    source: UnwindTableSource;
    /** Rather no recording than one by frame pointers. */
    required: boolean;
    /** With it, stacks of processes that the kernel side does not know yet are walked later, where the collector can. */
    history?: ProcessHistory;
  };
}

/** Frames kept of a kernel and of a user stack; those nearest the leaf. */
export interface StackDepths {
  kernel: number;
  user: number;
}

/** What processes were in the past, as far as the events of processes have told: see `Session.drain`. */
export interface ProcessHistory {
  /** The executable mapping that held `address` of process `pid` at nanosecond `time`; undefined: none is known. */
  mappingAt(pid: number, time: number, address: number): Mapping | undefined;
}

/** Where unwind tables come from. Tables are compiled elsewhere: asking never blocks and never throws. */
export interface UnwindTableSource {
  /** The table of a file. What is asked for again may be answered from a cache, or be made anew. */
  tableOf(file: UnwindFile): Promise<UnwindTableAnswer>;
  /** A table for code that was made at run time, by the first 32 bytes of its mapping, which then counts as a file; undefined: none is known. */
  tableOfRunTimeCode?(beginning: Uint8Array): UnwindTableAnswer | undefined;
  /** Paths of the files that a program will have mapped besides itself, as far as can be told before it runs. */
  librariesOf(path: string): Promise<string[]>;
}

/** A file whose code is to be unwound. */
export interface UnwindFile {
  /** As its process sees it; `[vdso]` for the code that the kernel maps into each process. */
  path: string;
  /** Open until the answer is there; undefined: the file is to be opened by its path. */
  fd: number | undefined;
  /** What stands for a file: code as it lies in memory, whose addresses count from its first byte. */
  code?: Uint8Array;
  /** Before others that wait. */
  urgent: boolean;
}

export type UnwindTableAnswer =
  | {
      kind: "table";
      segments: readonly UnwindSegment[];
      /** Packed for the kernel (`collector/unwind/memory-format.ts`), sorted by `base`: ELF addresses `base` ≤ a < `end`. */
      pieces: readonly { base: number; end: number; bytes: Uint8Array }[];
    }
  | { kind: "none"; reason: string };

/** A loaded, executable part of an ELF file: where it lies in the file, and at which ELF address. */
export interface UnwindSegment {
  fileOffset: number;
  address: number;
  bytes: number;
}

/** Ids are as this process's PID namespace shows them. Pids and tids may be mixed. */
export type TargetSpec =
  | { kind: "all" }
  | {
      kind: "tasks";
      pids: number[];
      tids: number[];
      /** The program that will run as one of `pids` once it is released: a command that was started for this. */
      launched?: string;
    }
  /** An absolute path below a cgroup v2 mount. */
  | { kind: "cgroup"; path: string };

/** Whether a collector can work here; if not, exactly why and what would mend it. */
export type Availability =
  | { available: true; notes: string[] }
  | { available: false; reason: string; remedy: string };

/** One distinct stack counted since the last drain. Reused between calls: copy what you keep. */
export interface RawStack {
  tgid: number;
  /** 0 when threads are not told apart. */
  tid: number;
  /** The thread's name at the time. */
  comm: string;
  slice: number;
  /** CLOCK_MONOTONIC nanoseconds of the first sample. */
  firstNanos: number;
  count: number;
  /** Leaf first; canonical addresses, sign-extended. Callers' entries are return addresses. */
  kernel: Float64Array;
  kernelLength: number;
  user: Float64Array;
  userLength: number;
  /** Why the walk of the user stack ended, see collector/unwind/stack-end.ts. */
  userEnd: number;
}

export type RawStackSink = (stack: RawStack) => void;

/** What happened to the processes being watched, for following their mappings. */
export interface ProcessEvents {
  mmap(
    pid: number,
    time: number,
    mapping: { start: number; length: number; fileOffset: number; inode: number; file: string },
  ): void;
  comm(pid: number, tid: number, time: number, comm: string, exec: boolean): void;
  fork(pid: number, parentPid: number, time: number): void;
  /** A process has one thread more. */
  newThread(pid: number): void;
  /** A thread has ended. */
  exit(pid: number, tid: number, time: number): void;
  /** Since nanosecond `since` some of the above may not have been told: a CPU was off, or its buffer full. */
  gap(since: number): void;
}

export interface SessionCounters {
  /** Samples counted, of the targets. */
  samples: number;
  /** Samples of the targets that are not in the drained stacks, by cause in words. */
  drops: { cause: string; count: number }[];
  /** Times the timers fired on a CPU that was not idle, whatever task it ran. */
  busyTicks: number;
  /** Those a second of CPU time that the kernel accounted as busy; NaN while there is too little of it to tell. */
  achievedHz: number;
  /** Mean nanoseconds that a sample took in the kernel, where it is measured. */
  sampleNanos?: number | undefined;
  /** Bytes of kernel memory held for this session. */
  kernelMemoryBytes: number;
  /** Bytes of results read from the kernel so far. */
  bytesRead: number;
  /** Records of processes and mappings that the kernel could not hand over. */
  lostProcessRecords: number;
  /** Forks of targets that were not followed because too many processes are followed at once. */
  unfollowedChildren: number;
  /** Of user stacks walked by unwind tables. */
  unwindTables?: UnwindTableCounters | undefined;
}

export interface UnwindTableCounters {
  /** Files whose tables the kernel has, and the bytes of these. */
  files: number;
  bytes: number;
  /** Files of targets that have no table, and why. */
  missing: readonly { file: string; reason: string }[];
  /** Tables that had to make room for others, and such that found none. */
  evicted: number;
  withoutRoom: number;
}

/** A running recording. Methods are not to be called at the same time. */
export interface Session {
  /** When sampling began, by performance.now(). */
  readonly startedAt: number;
  /** Where stacks are cut. */
  readonly depths: StackDepths;
  /** How full the fullest buffer of process records was when they were last read, 0 to 1. */
  readonly recordsFill: number;
  /**
   * Waits until process records should be read, `milliseconds` at most. Where there is no such method, or it gives
   * nothing, there is no hurry.
   */
  recordsCome?(milliseconds: number): Promise<void> | undefined;
  /** What is worth saying about how it samples. */
  readonly notes?: readonly string[];
  /** Hands over what happened to processes since last time; cheap, call it often. */
  drainProcesses(events: ProcessEvents): void;
  /** Hands over the stacks counted since last time and forgets them in the kernel. Drains processes first. */
  drain(events: ProcessEvents, sink: RawStackSink): Promise<void>;
  counters(): SessionCounters;
  /** Stops sampling. What was counted can still be drained. */
  stop(): void;
  /** Frees everything in the kernel. */
  close(): void;
}

/** Told while a collector gets ready, which may take its time: a module is compiled, say. */
export interface StartListener {
  /** What is being done now, for a line that is replaced by the next. */
  progress(text: string): void;
  /** What is worth knowing for those who asked for more. */
  detail(text: string): void;
}

export interface Collector {
  readonly name: CollectorName;
  /** One line for people. */
  readonly description: string;
  /** Samples a second where the user names none. */
  readonly defaultFrequencyHz: number;
  /** `module`: a kernel module built beforehand, with which less is needed here. */
  available(module?: string): Promise<Availability>;
  /** Throws CollectorError. */
  start(spec: RecordSpec, listener: StartListener): Promise<Session>;
  /** What `start` would bring into the kernel, as text for people. Runs nothing. Throws CollectorError. */
  script(spec: RecordSpec): Promise<string>;
}

/** A recording that cannot be: a sentence of what happened, one of what to do. */
export class CollectorError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CollectorError";
    this.remedy = remedy;
  }
}
