import { readFileSync } from "node:fs";
import { onlineCpus } from "../sys/cpus.ts";
import { SyscallError } from "../sys/errno.ts";
import { type SampleAttributes, sampleAttributes } from "../sys/perf-event.ts";
import { closeFd, perfEventOpen } from "../sys/syscall.ts";

/** What the kernel lets this process sample by perf events. */
export interface PerfAccess {
  /** Time in the kernel, and the kernel's stacks. */
  kernel: boolean;
  /** All processes, and cgroups. */
  systemWide: boolean;
}

const OURSELVES = 0;
const ALL_TASKS = -1;
const ANY_CPU = -1;

const PROBE: SampleAttributes = {
  periodNanos: 1e9,
  kernel: false,
  user: true,
  callchain: "user",
  maxStack: 0,
  copy: undefined,
  idle: false,
  inherit: false,
  countLost: false,
};

/** Asks the kernel itself, not its settings. Throws SyscallError when it allows nothing at all. */
export function perfAccess(): PerfAccess {
  closeFd(perfEventOpen(sampleAttributes(PROBE), OURSELVES, ANY_CPU));
  const kernel = isAllowed({ ...PROBE, kernel: true, callchain: "both" }, OURSELVES, ANY_CPU);
  const systemWide = isAllowed({ ...PROBE, kernel }, ALL_TASKS, onlineCpus()[0]);
  return { kernel, systemWide };
}

function isAllowed(attributes: SampleAttributes, pid: number, cpu: number): boolean {
  try {
    closeFd(perfEventOpen(sampleAttributes(attributes), pid, cpu));
    return true;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

/** What cannot be recorded, in words; empty where all can. */
export function accessLimits({ kernel, systemWide }: PerfAccess): string[] {
  const limits: string[] = [];
  if (!systemWide) limits.push("only processes of your own can be recorded");
  if (!kernel) limits.push("time in the kernel is not sampled, and there are no kernel stacks");
  else if (areKernelNamesHidden()) {
    limits.push(`kernel functions have no names (kernel.kptr_restrict is ${setting("kptr_restrict")})`);
  }
  return limits;
}

/** Whether /proc/kallsyms, from which kernel functions are named, shows no addresses to this user. */
function areKernelNamesHidden(): boolean {
  try {
    return /^0+ /.test(readFileSync("/proc/kallsyms", "latin1").slice(0, 64));
  } catch {
    return true;
  }
}

/** kernel.perf_event_paranoid and its like, as text. */
export function setting(name: string): string {
  try {
    return readFileSync(`/proc/sys/kernel/${name}`, "latin1").trim();
  } catch {
    return "unknown";
  }
}
