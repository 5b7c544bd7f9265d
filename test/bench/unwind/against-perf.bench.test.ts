import { readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { Background, CLI, type JsonSummary, Scratch } from "../../integration/harness.ts";
import { buildUnwound } from "../../integration/unwound.ts";
import { ensureCommands } from "../../setup/debian.ts";
import { processCost } from "../process-cost.ts";

/**
 * Whole user stacks without frame pointers, by us and by `perf record --call-graph dwarf`, of the same program for the same
 * time: bytes that leave the kernel, bytes of the file, CPU time of all that runs beside the program until the stacks have
 * names (ours: one command; perf's: record and script), and the samples that are in the result. They run one after
 * another, so that none takes the other's CPU.
 */
const SECONDS = 10;
/** perf unwinds all that it recorded when it is asked for it; longer than that it is not waited for. */
const SCRIPT_LIMIT_SECONDS = 240;
/** perf's default, and the most that it copies, which is what whole stacks take. */
const COPIED_BYTES = [8192, 65528];

beforeAll(() => ensureCommands({ perf: "linux-perf", time: "time" }));

interface Cost {
  /** Read from the kernel. */
  readBytes: number;
  fileBytes: number;
  recordCpu: number;
  /** Of naming as a command of its own; Infinity: it took too long. */
  nameCpu: number;
  samples: number;
  whole: number;
}

/** CPU seconds of a command; undefined: it was ended after `limitSeconds`. `onText`: what it prints, piece by piece. */
async function cpuOf(
  command: readonly string[],
  limitSeconds: number,
  onText?: (text: string) => void,
): Promise<number | undefined> {
  return (await processCost(command, { limitSeconds, onText }))?.cpuSeconds;
}

async function ours(scratch: Scratch, pid: number, hz: number, collector: string): Promise<Cost> {
  const file = scratch.file(`${collector}.pb.gz`);
  let said = "";
  const options = ["--collector", collector, "--unwind", "tables", "--no-html", "--json", "-q", "-o", file];
  const command = [
    process.execPath,
    CLI,
    "record",
    ...options,
    "-F",
    `${hz}`,
    "-d",
    `${SECONDS}s`,
    "-p",
    `${pid}`,
  ];
  const cpu = await cpuOf(command, 60, (text) => {
    said += text;
  });
  const summary: JsonSummary = JSON.parse(said);
  return {
    readBytes: summary.bytesReadFromKernel,
    fileBytes: summary.profile.bytes,
    recordCpu: cpu ?? Number.NaN,
    nameCpu: 0,
    samples: summary.samples,
    whole: summary.userStacks?.whole ?? Number.NaN,
  };
}

async function perfs(scratch: Scratch, pid: number, hz: number, copied: number): Promise<Cost> {
  const file = scratch.file("perf.data");
  const event = ["-q", "-e", "cpu-clock", "-F", `${hz}`, "--call-graph", `dwarf,${copied}`, "-o", file];
  const command = ["perf", "record", ...event, "-p", `${pid}`, "--", "sleep", `${SECONDS}`];
  const recordCpu = (await cpuOf(command, 60)) ?? Number.NaN;
  let [samples, whole, last, rest] = [0, 0, "", ""];
  const nameCpu = await cpuOf(
    ["perf", "script", "-i", file, "-F", "comm,tid,ip,sym"],
    SCRIPT_LIMIT_SECONDS,
    (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line !== "") last = line;
        else if (last !== "") {
          samples++;
          if (/ _start$/.test(last)) whole++;
          last = "";
        }
      }
    },
  );
  const bytes = statSync(file).size;
  return {
    readBytes: bytes,
    fileBytes: bytes,
    recordCpu,
    nameCpu: nameCpu ?? Number.POSITIVE_INFINITY,
    samples,
    whole,
  };
}

test.each([
  ["callbacks.c", 99],
  ["callbacks.c", 999],
] as const)("whole stacks of %s at %d Hz", async (source, hz) => {
  using scratch = new Scratch();
  using running = new Background(buildUnwound(source, ""));
  await sleep(500);
  const rows: [string, Cost][] = [];
  for (const collector of ["bpf", "perf"]) {
    rows.push([`stapflame, ${collector}`, await ours(scratch, running.pid, hz, collector)]);
  }
  for (const copied of COPIED_BYTES) {
    rows.push([`perf record, dwarf,${copied}`, await perfs(scratch, running.pid, hz, copied)]);
  }
  console.log(`${source}, ${hz} Hz, ${SECONDS} s (load ${readFileSync("/proc/loadavg", "latin1").trim()})`);
  const first = rows[0][1];
  for (const [name, cost] of rows) {
    const cpu = cost.recordCpu + cost.nameCpu;
    const times = (ours: number, theirs: number) => `${(theirs / ours).toFixed(1)}×`;
    console.log(
      `${name.padEnd(26)} read ${kib(cost.readBytes)} (${times(first.readBytes, cost.readBytes)}), file ${kib(cost.fileBytes)}, ` +
        `CPU ${cost.recordCpu.toFixed(2)} + ${cost.nameCpu.toFixed(2)} s (${times(first.recordCpu, cpu)}), ${cost.whole} of ${cost.samples} whole`,
    );
    expect(cost.readBytes).toBeGreaterThan(0);
  }
});

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
