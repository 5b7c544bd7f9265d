/** What `stapflame record --json` prints. */
export interface JsonSummary {
  collector: string;
  samples: number;
  distinctStacks: number;
  frequencyAchieved: number | null;
  ended: string;
  durationMs: number;
  dropped: { cause: string; count: number }[];
  warnings: string[];
  top: { name: string; module: string; kind: string; self: number; total: number }[];
  command?: { exitCode: number; signal: string | null; endedByStapflame: boolean };
  kernelMemoryBytes: number;
  bytesReadFromKernel: number;
  /** Mean nanoseconds of a sample in the kernel, where the collector measures it. */
  sampleNanos?: number;
  /** User stacks, in samples: those that reach their root, those that do not, and those of which that is not known; where the collector can tell. */
  userStacks?: { whole: number; cut: { cause: string; count: number }[]; untold: number };
  afterSamplingMs: number;
  profile: { path: string; bytes: number };
  html: { path: string; bytes: number } | null;
}
