import { readFileSync } from "node:fs";
import { CollectorError, type RecordSpec, type StackDepths } from "./contract.ts";

/** Where the user names no rate: a little less than 100, so as not to run in step with what happens 100 times a second. */
export const DEFAULT_FREQUENCY_HZ = 99;

/** What the kernel's settings allow. */
export interface KernelLimits {
  /** kernel.perf_event_max_sample_rate, a second and CPU. */
  maxFrequencyHz: number;
  /** kernel.perf_event_max_stack: frames of a stack that the kernel walks itself. */
  maxDepth: number;
}

const DEFAULT_MAX_STACK = 127; // PERF_MAX_STACK_DEPTH

/** The deepest user stack that can be asked for: walking it takes about a millisecond. */
export const DEEPEST_USER_STACK = 8192;
/** The deepest that BPF programs walk on kernels without `bpf_loop` (before Linux 5.17). */
export const DEEPEST_WITHOUT_LOOP = 1024;
/** No kernel stack is deeper, with its 16 KiB, or 32 with debugging aids; and user stacks by the kernel's own walk may not be. */
const DEEPEST_KERNEL_WALK = 1024;

export function readKernelLimits(): KernelLimits {
  return {
    maxFrequencyHz: readNumber("/proc/sys/kernel/perf_event_max_sample_rate") ?? 100_000,
    maxDepth: readNumber("/proc/sys/kernel/perf_event_max_stack") ?? DEFAULT_MAX_STACK,
  };
}

/** Throws CollectorError when the plan is beyond what the kernel's settings allow. */
export function checkLimits(spec: RecordSpec, limits: KernelLimits): void {
  if (spec.frequencyHz > limits.maxFrequencyHz) {
    throw new CollectorError(
      `${spec.frequencyHz} Hz is more than this kernel allows, ${limits.maxFrequencyHz} Hz`,
      `Use -F ${limits.maxFrequencyHz} or less, or raise it: \`sysctl kernel.perf_event_max_sample_rate=${Math.ceil(spec.frequencyHz)}\`.`,
    );
  }
  if (!spec.unwind) kernelWalkDepths(spec, limits);
}

/**
 * What is kept of stacks where the kernel walks user stacks itself, along frame pointers. Throws CollectorError when that is
 * less than was asked for.
 */
export function kernelWalkDepths(
  { depths: { kernel, user }, depthsRequired }: Pick<RecordSpec, "depths" | "depthsRequired">,
  limits: KernelLimits,
): StackDepths {
  const deepest = Math.min(limits.maxDepth, DEEPEST_KERNEL_WALK);
  if (user <= deepest || !depthsRequired) return { kernel, user: Math.min(user, deepest) };
  const raise =
    user > DEEPEST_KERNEL_WALK
      ? "take unwind tables (--unwind tables)"
      : `raise it: \`sysctl kernel.perf_event_max_stack=${user}\``;
  throw new CollectorError(
    `stacks of ${user} frames are deeper than this kernel walks along frame pointers, ${deepest}`,
    `Use --max-depth ${deepest} or less, or ${raise}.`,
  );
}

/**
 * Frames of user stacks that are kept where nobody says how many: by unwind tables, and else. Few programs go deeper than the
 * first, and BPF's verifier has no more to look at than for half as many.
 */
const DEFAULT_DEPTHS = { byTables: 255, else: DEFAULT_MAX_STACK } as const;

/** What is kept of stacks where `asked` frames were asked for; `tables`: whether user stacks are walked by tables if possible. */
export function stackDepths(asked: number | undefined, limits: KernelLimits, tables: boolean): StackDepths {
  const deepest = asked ?? (tables ? DEFAULT_DEPTHS.byTables : DEFAULT_DEPTHS.else);
  // Kernel stacks are the kernel's to walk.
  return { kernel: Math.min(deepest, limits.maxDepth, DEEPEST_KERNEL_WALK), user: deepest };
}

function readNumber(path: string): number | undefined {
  try {
    const value = Number(readFileSync(path, "latin1"));
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
