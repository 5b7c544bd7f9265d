import { CollectorError, type RecordSpec, type TargetSpec } from "../contract.ts";
import { onlineCpus, presentCpus } from "../sys/cpus.ts";
import { SyscallError } from "../sys/errno.ts";
import { type PerfAccess, perfAccess, setting } from "./access.ts";
import { ringSizes } from "./ring-size.ts";
import { type SamplePlan, samplePlan } from "./sample-plan.ts";

/** The events that a recording would open, in words. Opens none but such of ourselves that ask what is allowed. */
export function listEvents(spec: RecordSpec): string {
  const { plan, refusal } = planOrRefusal(spec);
  const { wanted, least } = ringSizes(spec, plan, presentCpus().length);
  const { targets } = spec;
  const lines: [string, string][] = [
    ["event", "PERF_COUNT_SW_CPU_CLOCK (PERF_TYPE_SOFTWARE)"],
    ["opened for", targetsInWords(targets)],
    ["period", periodInWords(spec, plan)],
    ["samples of", codeInWords(plan)],
    ["each sample", sampleInWords(plan)],
    ["user stacks", stacksInWords(plan)],
    ["records", "MMAP2, COMM (with exec), FORK, EXIT, LOST, THROTTLE; sample_id_all"],
    ["clock", "CLOCK_MONOTONIC"],
    [
      "inherited",
      plan.attributes.inherit ? "by all that is forked and cloned" : "no: the event is of all tasks",
    ],
    [
      "ring buffers",
      `${wanted / 1024} KiB a CPU; less, down to ${least / 1024} KiB, where no more may be locked`,
    ],
    ["allowed here", refusal === undefined ? "yes" : `no: ${refusal}`],
    ["settings", SETTINGS.map((name) => `kernel.${name} ${setting(name)}`).join(", ")],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join("");
}

const SETTINGS = ["perf_event_paranoid", "perf_event_mlock_kb", "perf_event_max_stack"];
const ALL_ALLOWED: PerfAccess = { kernel: true, systemWide: true };

/** What cannot be recorded here is shown all the same: as it would be for a user who may record all. */
function planOrRefusal(spec: RecordSpec): { plan: SamplePlan; refusal: string | undefined } {
  try {
    return { plan: samplePlan(spec, perfAccess(), presentCpus().length), refusal: undefined };
  } catch (error) {
    if (!(error instanceof CollectorError) && !(error instanceof SyscallError)) throw error;
    return { plan: samplePlan(spec, ALL_ALLOWED, presentCpus().length), refusal: error.message };
  }
}

function targetsInWords(targets: TargetSpec): string {
  switch (targets.kind) {
    case "all":
      return `all tasks, on each of ${onlineCpus().length} CPUs`;
    case "cgroup":
      return `the tasks of cgroup ${targets.path}, on each of ${onlineCpus().length} CPUs`;
    case "tasks": {
      const named = [
        ...targets.pids.map((pid) => `each thread of process ${pid}`),
        ...targets.tids.map((tid) => `thread ${tid}`),
      ];
      const tasks = named.length > 0 ? named.join(", ") : "the command's process";
      return `${tasks}, on each of ${presentCpus().length} CPUs; those on one CPU share its ring buffer`;
    }
  }
}

function periodInWords({ frequencyHz }: RecordSpec, { attributes, ticks }: SamplePlan): string {
  const tick = `${Math.round(attributes.periodNanos)} ns of time on a CPU`;
  if (ticks === 1) return `${tick}, ${frequencyHz} Hz`;
  return `${tick}; of ${ticks} samples on a CPU one is counted, ${frequencyHz} Hz`;
}

function codeInWords({ attributes: { kernel, user, idle } }: SamplePlan): string {
  const code =
    kernel && user
      ? "kernel and user code"
      : kernel
        ? "kernel code (exclude_user)"
        : "user code (exclude_kernel)";
  return idle ? code : `${code}, not of the idle task (exclude_idle)`;
}

function sampleInWords({ attributes: { callchain, copy, maxStack }, sampleBytes }: SamplePlan): string {
  const chain = {
    none: [],
    kernel: ["the kernel's call chain"],
    user: ["the user's call chain"],
    both: ["the kernel's and the user's call chain"],
  };
  const parts = [
    "ip",
    "pid, tid",
    "time",
    ...chain[callchain].map((text) => `${text} (${maxStack} frames)`),
    ...(copy
      ? [`user registers 0x${copy.registers.toString(16)}`, `${copy.stackBytes} bytes of user stack`]
      : []),
  ];
  return `${parts.join("; ")}: ${sampleBytes} bytes at most`;
}

function stacksInWords({ registers, attributes: { user } }: SamplePlan): string {
  if (!user) return "none";
  return registers
    ? "walked by unwind tables in the copy, outside the kernel"
    : "walked by the kernel along frame pointers";
}
