import { CollectorError, type RecordSpec, type StackDepths } from "../contract.ts";
import { kernelWalkDepths, readKernelLimits } from "../limits.ts";
import type { SampleAttributes } from "../sys/perf-event.ts";
import { type PerfAccess, setting } from "./access.ts";
import { type CopiedRegisters, copiedRegisters } from "./registers.ts";
import { ringShare } from "./ring-size.ts";
import type { SampleLayout } from "./sample-record.ts";

/** How a recording samples by perf events. */
export interface SamplePlan {
  attributes: SampleAttributes;
  layout: SampleLayout;
  /** With which registers user stacks are walked in their copies; undefined: the kernel walks them by frame pointers. */
  registers: CopiedRegisters | undefined;
  /** Where stacks are cut. */
  depths: StackDepths;
  /** Bytes of a sample, at most. */
  sampleBytes: number;
  /** Samples that the kernel writes for each that is counted, see `ticksOf`. */
  ticks: number;
}

const NANOS_PER_SECOND = 1e9;
/** Nearly all stacks fit, those of Node.js with modules too; half as much where the memory for it is parted among so many CPUs. */
const DEFAULT_STACK_BYTES = 32 * 1024;
const LEAST_DEFAULT_STACK_BYTES = 16 * 1024;
/** Samples with the larger copies that a buffer should have room for. */
const ROOM_FOR_SAMPLES = 16;
/** Header, ip, ids, time, and the lengths of the parts behind. */
const FIXED_BYTES = 32 + 8 + 8 + 8 + 8;

/** `cpus`: how many buffers there will be. Throws CollectorError when what is asked for is not allowed here, or cannot be. */
export function samplePlan(spec: RecordSpec, access: PerfAccess, cpus: number): SamplePlan {
  refuse(spec, access);
  const kernel = spec.mode !== "user" && access.kernel;
  const user = spec.mode !== "kernel";
  const registers = spec.unwind && user ? copiedRegisters() : undefined;
  if (spec.unwind?.required && user && !registers) {
    throw new CollectorError(
      `user stacks cannot be unwound by tables here: ${process.arch} has none`,
      "Leave --unwind out, which takes frame pointers then.",
    );
  }
  const userByKernel = user && !registers;
  const callchain = kernel ? (userByKernel ? "both" : "kernel") : userByKernel ? "user" : "none";
  const depths = userByKernel ? kernelWalkDepths(spec, readKernelLimits()) : spec.depths;
  const maxStack = framesByKernel(callchain, depths);
  const stackBytes = spec.stackBytes ?? defaultStackBytes(spec, cpus);
  const copiedBytes = registers ? registers.count * 8 + stackBytes : 0;
  // Each part of a call chain has its mark.
  const sampleBytes = FIXED_BYTES + (maxStack + 2) * 8 + copiedBytes;
  const ticks = spec.targets.kind === "tasks" ? ticksOf(spec.frequencyHz, sampleBytes) : 1;
  return {
    attributes: {
      periodNanos: NANOS_PER_SECOND / (spec.frequencyHz * ticks),
      kernel,
      user,
      callchain,
      maxStack,
      copy: registers && { registers: registers.mask, stackBytes },
      idle: spec.idle || spec.targets.kind !== "all",
      inherit: spec.targets.kind === "tasks",
      countLost: true,
    },
    layout: { callchain: callchain !== "none", maxStack, registers: registers?.count ?? 0 },
    registers,
    depths,
    sampleBytes,
    ticks,
  };
}

function defaultStackBytes(spec: RecordSpec, cpus: number): number {
  const hasRoom = ringShare(spec, cpus, true) >= ROOM_FOR_SAMPLES * DEFAULT_STACK_BYTES;
  return hasRoom ? DEFAULT_STACK_BYTES : LEAST_DEFAULT_STACK_BYTES;
}

/** Frames of a call chain, at most: of kernel and user together, where one walk gives both. */
function framesByKernel(callchain: SampleAttributes["callchain"], { kernel, user }: StackDepths): number {
  switch (callchain) {
    case "none":
      return 0;
    case "kernel":
      return kernel;
    case "user":
      return user;
    case "both":
      return Math.min(kernel + user, readKernelLimits().maxDepth);
  }
}

/** Ticks a second that are enough, and the bytes a second that a busy CPU may write for them. */
const FINE_TICKS_HZ = 1000;
const TICKS_BYTES_PER_SECOND = 16 * 1024 * 1024;

/**
 * A task's clock begins anew with each task on each CPU, and ticks first when a whole period has gone by: what lives for
 * less is never seen, and every task is seen too little. So the clock ticks faster than samples are asked for, and of
 * the ticks on a CPU, whichever tasks' they are, each n-th is counted. Returns n.
 */
function ticksOf(frequencyHz: number, sampleBytes: number): number {
  const most = Math.min(
    FINE_TICKS_HZ,
    TICKS_BYTES_PER_SECOND / sampleBytes,
    readKernelLimits().maxFrequencyHz,
  );
  return Math.max(1, Math.floor(most / frequencyHz));
}

function refuse({ targets, mode }: RecordSpec, access: PerfAccess): void {
  const paranoid = `kernel.perf_event_paranoid is ${setting("perf_event_paranoid")}`;
  if (targets.kind !== "tasks" && !access.systemWide) {
    const what = targets.kind === "all" ? "all processes" : "a cgroup";
    throw new CollectorError(
      `${what} can be recorded by privileged users only (${paranoid})`,
      "Run as root (sudo), or `sysctl kernel.perf_event_paranoid=0`; or name processes of your own with -p.",
    );
  }
  if (mode === "kernel" && !access.kernel) {
    throw new CollectorError(
      `time in the kernel is told to privileged users only (${paranoid})`,
      "Run as root (sudo), or `sysctl kernel.perf_event_paranoid=1`; or leave --kernel-only out.",
    );
  }
}
