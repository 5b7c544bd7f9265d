import { mkdtempSync, rmdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layOutFor } from "../../collector/arena/budget.ts";
import { disassemble } from "../../collector/bpf/disassembler.ts";
import { helperName } from "../../collector/bpf/helpers.ts";
import { readKernelLayout } from "../../collector/bpf/kernel-layout.ts";
import { type MapSpecs, mapSpecs } from "../../collector/bpf/maps.ts";
import { type GeneratedProgram, generatePrograms } from "../../collector/bpf/programs/generate.ts";
import { type ProgramMaps, planPrograms, type UnwindMaps } from "../../collector/bpf/programs/plan.ts";
import { createMap, loadLogged, logText, type MapSpec } from "../../collector/bpf/syscall.ts";
import { SHARD_MAP, unwindMapSpecs } from "../../collector/bpf/unwind-maps.ts";
import type { RecordSpec } from "../../collector/contract.ts";
import { DEEPEST_USER_STACK } from "../../collector/limits.ts";
import { presentCpuCount } from "../../collector/sys/cpus.ts";
import { closeFd, liftLockedMemoryLimit } from "../../collector/sys/syscall.ts";
import { cgroup2Mounts } from "../../collector/targets.ts";
import { RECORD_SPEC } from "../setup/record-spec.ts";

/**
 * The listing against an independent judge: the kernel's verifier, asked to log each instruction that it looks at, has
 * a disassembler of its own.
 */
const LOG_EACH_INSTRUCTION = 2; // BPF_LOG_LEVEL2
const LOG_STATS = 4; // BPF_LOG_STATS
const LOG_BYTES = 64 * 1024 * 1024;

/** What the verifier writes while it judges a program that it accepts. */
function verifierLog(program: GeneratedProgram, level = LOG_EACH_INSTRUCTION): string {
  const log = { level, bytes: new Uint8Array(LOG_BYTES) };
  try {
    closeFd(loadLogged(program, log));
  } catch (error) {
    throw new Error(logText(log).slice(-4000), { cause: error });
  }
  return logText(log);
}

/** Text of each instruction by its index; `12: (79) r7 = *(u64 *)(r9 +0)   ; R7=scalar() …` without what follows. */
function instructionsIn(log: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const line of log.split("\n")) {
    const match = /^(\d+): (\([0-9a-f]{2}\) .*?)\s*(?:;.*)?$/.exec(line);
    if (match) found.set(Number(match[1]), match[2]);
  }
  return found;
}

/** The verifier has put the map's address in by then. */
const ADDRESS = /^(\(18\) r\d+ = )0x[0-9a-f]+$/;

let cgroup: string;
beforeAll(() => {
  liftLockedMemoryLimit();
  cgroup = mkdtempSync(`${cgroup2Mounts()[0]}/stapflame-listing-`);
});
afterAll(() => rmdirSync(cgroup));

const fds: number[] = [];
afterAll(() => fds.forEach(closeFd));

function createAll(specs: MapSpecs): ProgramMaps {
  const create = (map: MapSpec | undefined) => {
    if (map === undefined) return -1;
    const fd = createMap(map);
    fds.push(fd);
    return fd;
  };
  return {
    control: create(specs.control),
    counters: create(specs.counters),
    arenas: create(specs.arenas),
    targets: create(specs.targets),
    seeds: create(specs.seeds),
    cgroup: create(specs.cgroup),
  };
}

function createUnwindMaps(cpus: number): UnwindMaps {
  const create = (map: MapSpec) => {
    const fd = createMap(map);
    fds.push(fd);
    return fd;
  };
  const specs = unwindMapSpecs(cpus, create(SHARD_MAP));
  return {
    shards: create(specs.shards),
    walks: create(specs.walks),
    steps: create(specs.steps),
  };
}

/** Inode number of a PID namespace; any will do, for nothing is run. */
const NAMESPACE = 0xf0000001;

/** Nothing is asked of it: only the programs are looked at. */
const TABLES: NonNullable<RecordSpec["unwind"]> = {
  source: { tableOf: async () => ({ kind: "none", reason: "" }), librariesOf: async () => [] },
  required: true,
  history: { mappingAt: () => undefined },
};

const CASES: [string, () => Partial<RecordSpec> & { namespace?: number }][] = [
  ["all tasks and idle CPUs", () => ({ idle: true })],
  ["processes", () => ({ targets: { kind: "tasks", pids: [1], tids: [] } })],
  ["threads, told apart", () => ({ targets: { kind: "tasks", pids: [1], tids: [2] }, perThread: true })],
  ["a cgroup, kernel only", () => ({ targets: { kind: "cgroup", path: cgroup }, mode: "kernel" })],
  [
    "threads by the ids of a PID namespace",
    () => ({ targets: { kind: "tasks", pids: [], tids: [2] }, perThread: true, namespace: NAMESPACE }),
  ],
  ["user stacks by unwind tables", () => ({ unwind: TABLES })],
  [
    "by unwind tables, by the ids of a PID namespace",
    () => ({ targets: { kind: "tasks", pids: [2], tids: [] }, unwind: TABLES, namespace: NAMESPACE }),
  ],
  ["the deepest user stacks", () => ({ unwind: TABLES, depths: { kernel: 127, user: DEEPEST_USER_STACK } })],
  ["user only, shallow", () => ({ mode: "user", depths: { kernel: 3, user: 3 } })],
];

describe("our disassembly is the kernel's", () => {
  it.each(CASES)("%s", (what, change) => {
    const { namespace, ...spec } = { ...RECORD_SPEC, namespace: undefined, ...change() };
    const cpus = presentCpuCount();
    const arena = layOutFor(spec, cpus, spec.unwind !== undefined);
    const maps = createAll(mapSpecs(spec.targets, arena, cpus, namespace !== undefined));
    const plan = planPrograms(spec, arena, maps, undefined, spec.unwind && createUnwindMaps(cpus));
    const programs = generatePrograms({ ...plan, pidNamespace: namespace, layout: readKernelLayout() });
    expect(programs.map(({ name }) => name)).toEqual([
      ...(spec.targets.kind === "tasks" ? ["sf_fork", "sf_free"] : []),
      ...(spec.unwind ? ["sf_walk", "sf_count"] : []),
      "sf_sample",
    ]);
    for (const program of programs) {
      const { name, code } = program;
      const log = verifierLog(program);
      const verified = /^processed (\d+) insns/m.exec(log)?.[1];
      console.log(`${what}: ${name} has ${code.length / 8} instructions, the verifier looked at ${verified}`);
      const theirs = instructionsIn(log);
      const ours = disassemble(code, { map: (fd) => `${fd}`, helper: helperName });
      // The verifier looks at every instruction that can be reached; all of ours can.
      expect([...theirs.keys()].sort((a, b) => a - b)).toEqual(ours.map(({ index }) => index));
      for (const { index, opcode, text } of ours) {
        // The place of a function is a number there.
        const shownText = text.replace(
          /subprog\[\+(\d+)\]/,
          (_, distance) => `0x${Number(distance).toString(16)}`,
        );
        const line = `(${opcode.toString(16).padStart(2, "0")}) ${shownText}`;
        const named = line.includes("= map[");
        const kernel = theirs.get(index) ?? "";
        const shown = named ? kernel.replace(ADDRESS, "$1map") : kernel;
        expect(named ? line.replace(/map\[.*/, "map") : line).toBe(shown);
      }
    }
  });
});

describe("the verifier", () => {
  it.each([1024, DEEPEST_USER_STACK])("accepts the walk by unwind tables of stacks of %i frames", (user) => {
    const spec: RecordSpec = { ...RECORD_SPEC, depths: { kernel: 1024, user }, unwind: TABLES };
    const cpus = presentCpuCount();
    const arena = layOutFor(spec, cpus, spec.unwind !== undefined);
    const maps = createAll(mapSpecs(spec.targets, arena, cpus, false));
    const plan = planPrograms(spec, arena, maps, undefined, createUnwindMaps(cpus));
    for (const program of generatePrograms(plan)) {
      const log = verifierLog(program, LOG_STATS);
      const looked = /^processed (\d+) insns \(limit (\d+)\)/m.exec(log);
      console.log(
        `${program.name}, ${user} frames: the verifier looked at ${looked?.[1]} instructions of ${looked?.[2]} allowed`,
      );
      expect(Number(looked?.[1])).toBeLessThan(Number(looked?.[2]) / 2);
    }
  });
});
