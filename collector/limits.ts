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
  if (!spec.unwind) checkKernelWalk(spec.depths, limits);
}

/** Throws CollectorError when user stacks are deeper than the kernel walks them, along frame pointers. */
export function checkKernelWalk({ user }: StackDepths, limits: KernelLimits): void {
  const deepest = Math.min(limits.maxDepth, DEEPEST_KERNEL_WALK);
  if (user <= deepest) return;
  const raise =
    user > DEEPEST_KERNEL_WALK
      ? "take unwind tables (--unwind tables)"
      : `raise it: \`sysctl kernel.perf_event_max_stack=${user}\``;
  throw new CollectorError(
    `stacks of ${user} frames are deeper than this kernel walks along frame pointers, ${deepest}`,
    `Use --max-depth ${deepest} or less, or ${raise}.`,
  );
}

/** What is kept of stacks where `deepest` frames were asked for: kernel stacks are the kernel's to walk. */
export function stackDepths(deepest: number, limits: KernelLimits): StackDepths {
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
