import { readFileSync } from "node:fs";
import { CollectorError, type RecordSpec } from "./contract.ts";

/** Where the user names no rate: a little less than 100, so as not to run in step with what happens 100 times a second. */
export const DEFAULT_FREQUENCY_HZ = 99;

/** What the kernel's settings allow. */
export interface KernelLimits {
  /** kernel.perf_event_max_sample_rate, a second and CPU. */
  maxFrequencyHz: number;
  /** kernel.perf_event_max_stack, frames of one kernel or user stack. */
  maxDepth: number;
}

const DEFAULT_MAX_STACK = 127; // PERF_MAX_STACK_DEPTH

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
  if (spec.maxDepth > limits.maxDepth) {
    throw new CollectorError(
      `stacks of ${spec.maxDepth} frames are deeper than this kernel walks, ${limits.maxDepth}`,
      `Use --max-depth ${limits.maxDepth} or less, or raise it: \`sysctl kernel.perf_event_max_stack=${spec.maxDepth}\`.`,
    );
  }
}

function readNumber(path: string): number | undefined {
  try {
    const value = Number(readFileSync(path, "latin1"));
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
