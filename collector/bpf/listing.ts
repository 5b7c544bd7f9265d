import { release } from "node:os";
import { layOutFor } from "../arena/budget.ts";
import type { RecordSpec, StackDepths } from "../contract.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { innerPidNamespace } from "../sys/pid-namespace.ts";
import { disassemble, type ProgramNames } from "./disassembler.ts";
import { helperName } from "./helpers.ts";
import { BTF_PATH } from "./kernel-layout.ts";
import { mapSpecs } from "./maps.ts";
import { type GeneratedProgram, generatePrograms } from "./programs/generate.ts";
import { type ProgramMaps, type ProgramPlan, planPrograms, type UnwindMaps } from "./programs/plan.ts";
import { type MapSpec, MapType } from "./syscall.ts";
import { unwindMapSpecs } from "./unwind-maps.ts";

const NANOS_PER_SECOND = 1e9;

/** The maps in the order of their stand-ins: descriptors come only with a recording. */
const MAP_ORDER = [
  "control",
  "counters",
  "arenas",
  "targets",
  "seeds",
  "cgroup",
  "shards",
  "walks",
  "steps",
] as const;
type MapKey = keyof ProgramMaps | keyof UnwindMaps;
const NO_MAP = -1;

const MAP_PURPOSE: Record<MapKey, string> = {
  control: "which side of the arenas is written, when slice 0 begins",
  counters: "a row of counters for each CPU",
  arenas: "counted stacks: two sides for each CPU",
  targets: "processes and threads that are recorded",
  seeds: "the same by the ids of this PID namespace, until they are met",
  cgroup: "the cgroup that is recorded",
  shards: "unwind tables and mappings of processes, made as they are needed",
  walks: "a user stack's walk on each CPU",
  steps: "the programs that go over to each other",
};

/** The programs that a recording would load, as text. Asks the kernel for its types only. Throws CollectorError, BtfError. */
export function listPrograms(spec: RecordSpec): string {
  const cpus = presentCpuCount();
  const arena = layOutFor(spec, cpus, spec.unwind !== undefined);
  const maps = mapSpecs(spec.targets, arena, cpus, innerPidNamespace() !== undefined);
  const unwind = spec.unwind && spec.mode !== "kernel" ? unwindMapSpecs(cpus, NO_MAP) : undefined;
  const all: Partial<Record<MapKey, MapSpec | undefined>> = { ...maps, ...unwind };
  const standIn = (key: MapKey) => (all[key] === undefined ? NO_MAP : MAP_ORDER.indexOf(key));
  const plan = planPrograms(
    spec,
    arena,
    {
      control: standIn("control"),
      counters: standIn("counters"),
      arenas: standIn("arenas"),
      targets: standIn("targets"),
      seeds: standIn("seeds"),
      cgroup: standIn("cgroup"),
    },
    undefined,
    unwind && {
      shards: standIn("shards"),
      walks: standIn("walks"),
      steps: standIn("steps"),
    },
  );
  const names: ProgramNames = { map: (fd) => all[MAP_ORDER[fd]]?.name ?? "?", helper: helperName };
  const programs = generatePrograms(plan).map((program) => listProgram(program, spec, names));
  return `${[planLines(spec, plan), mapLines(all), ...programs].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** What the programs are generated from, as comments. */
function planLines(spec: RecordSpec, plan: ProgramPlan): string[] {
  const { layout, pidNamespace, arena } = plan;
  return [
    "BPF programs of stapflame, as a recording would load them",
    "",
    `kernel   ${release()}${layout ? `, offsets of its structures from ${BTF_PATH}` : ""}`,
    `targets  ${targetsInWords(spec.targets)}${spec.idle ? ", and idle CPUs" : ""}`,
    `clock    each CPU's perf cpu-clock event, every ${Math.round(NANOS_PER_SECOND / spec.frequencyHz)} ns (${spec.frequencyHz} Hz)`,
    `stacks   ${STACKS_IN_WORDS[spec.mode]}, ${depthsInWords(arena.depths)}${spec.perThread ? ", threads told apart" : ""}`,
    ...(spec.mode === "kernel"
      ? []
      : [`unwind   user stacks by ${plan.unwind ? "unwind tables" : "frame pointers"}`]),
    `slices   of ${spec.sliceNanos} ns, from the time at which sampling begins`,
    ...(pidNamespace === undefined ? [] : [`ids      as PID namespace ${pidNamespace} shows them`]),
  ].map(comment);
}

function depthsInWords({ kernel, user }: StackDepths): string {
  if (kernel === user) return `up to ${user} frames each`;
  return `up to ${kernel} of the kernel's frames and ${user} of the user's`;
}

const STACKS_IN_WORDS: Record<RecordSpec["mode"], string> = {
  all: "the kernel's and the user's",
  kernel: "the kernel's, of time in the kernel",
  user: "the user's, of time in user code",
};

function targetsInWords(targets: RecordSpec["targets"]): string {
  switch (targets.kind) {
    case "all":
      return "all tasks";
    case "cgroup":
      return `tasks in or below the cgroup ${targets.path}`;
    case "tasks": {
      const given = [
        ...targets.pids.map((pid) => `process ${pid}`),
        ...targets.tids.map((tid) => `thread ${tid}`),
      ];
      return `${given.join(", ") || `the command ${targets.launched ?? ""}`}, and what is forked by them`;
    }
  }
}

const MAP_TYPE_NAMES = new Map<number, string>([
  [MapType.array, "array"],
  [MapType.hash, "hash"],
  [MapType.cgroupArray, "cgroup array"],
  [MapType.arrayOfMaps, "array of maps"],
  [MapType.programArray, "program array"],
]);

function mapLines(maps: Partial<Record<MapKey, MapSpec | undefined>>): string[] {
  const lines = MAP_ORDER.flatMap((key) => {
    const map = maps[key];
    if (map === undefined) return [];
    const type = MAP_TYPE_NAMES.get(map.type) ?? String(map.type);
    const size = `${map.entries} x ${map.valueBytes} bytes`;
    return [`  ${map.name.padEnd(12)} ${type.padEnd(13)} ${size.padEnd(22)} ${MAP_PURPOSE[key]}`];
  });
  return ["maps", ...lines].map(comment);
}

/**
 * One program: labels on lines of their own, an instruction a line, in the syntax of the kernel's own disassembler.
 *
 *        3: (15) if r0 == 0x0 goto pc+2 <exit>
 *     exit:
 */
function listProgram(program: GeneratedProgram, spec: RecordSpec, names: ProgramNames): string[] {
  const labelsAt = new Map<number, string[]>();
  for (const [label, index] of program.labels) {
    labelsAt.set(index, [...(labelsAt.get(index) ?? []), label]);
  }
  const when =
    program.tracepoint !== undefined
      ? `run at the raw tracepoint ${program.tracepoint}`
      : program.step !== undefined
        ? `number ${program.step} of sf_steps, run in the stead of the one that calls it`
        : `run by each CPU's clock, ${spec.frequencyHz} times a second`;
  const lines = [comment(`${program.name}: ${program.code.length / 8} instructions, ${when}`)];
  const jumpedTo = new Set<number>();
  const instructions = disassemble(program.code, names);
  for (const { target } of instructions) if (target !== undefined) jumpedTo.add(target);
  for (const { index, opcode, text, target } of instructions) {
    if (jumpedTo.has(index)) for (const label of labelsAt.get(index) ?? []) lines.push(`${label}:`);
    const to = target === undefined ? undefined : labelsAt.get(target)?.[0];
    const code = opcode.toString(16).padStart(2, "0");
    lines.push(`${String(index).padStart(5)}: (${code}) ${text}${to === undefined ? "" : ` <${to}>`}`);
  }
  return lines;
}

function comment(text: string): string {
  return `; ${text}`.trimEnd();
}
