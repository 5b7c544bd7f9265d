import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { beforeAll, test } from "vitest";
import { CLI, compile, type JsonSummary, Scratch } from "../integration/harness.ts";
import { ensureCommands } from "../setup/debian.ts";
import { processCost } from "./process-cost.ts";

/**
 * What recording costs, against `perf record -g` and `perf script`, in one run on the same workload: a fixed amount of
 * work in two threads with many different stacks. Each figure is the median of the repeats. perf is asked for its text
 * (`perf script`), which is what the usual tools draw a flame graph from; drawing it is not counted.
 */
const REPEATS = 3;
const ROUNDS = 600_000;

beforeAll(() => ensureCommands({ perf: "linux-perf", time: "time" }));

interface Cost {
  /** User plus system seconds of the profiler itself, all its steps. */
  cpu: number;
  /** Wall seconds of the workload. */
  workload: number;
  bytes: number;
  /** Seconds from the end of the workload until the result could be read. */
  after: number;
  samples: number;
}

/** Starts the workload and, as soon as it runs, `profiler` on it; gives the wall seconds that it printed. */
async function withWorkload(program: string, profiler: (pid: number) => Promise<void>): Promise<number> {
  const child = spawn(program, [String(ROUNDS)], { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  await Promise.all([profiler(Number(child.pid)), once(child, "close")]);
  return Number(output);
}

/** Runs a shell line; gives what it printed, the CPU seconds of all its processes, and when it ended. */
async function timed(line: string): Promise<{ cpu: number; stdout: string; ended: number }> {
  let stdout = "";
  const cost = await processCost(["bash", "-c", line], {
    onText: (text) => {
      stdout += text;
    },
  });
  return { cpu: cost?.cpuSeconds ?? Number.NaN, stdout, ended: performance.now() };
}

async function alone(program: string): Promise<number> {
  return withWorkload(program, async () => {});
}

async function byStapflame(program: string, hz: number, scratch: Scratch): Promise<Cost> {
  let result: Awaited<ReturnType<typeof timed>> | undefined;
  let summary: JsonSummary | undefined;
  const output = scratch.file("bench.pb.gz");
  const workload = await withWorkload(program, async (pid) => {
    result = await timed(
      `${process.execPath} ${CLI} record -q --json --no-open -F ${hz} -p ${pid} -o ${output}`,
    );
    summary = JSON.parse(result.stdout) as JsonSummary;
  });
  if (!result || !summary) throw new Error("stapflame gave nothing");
  return {
    cpu: result.cpu,
    workload,
    bytes: summary.bytesReadFromKernel,
    after: summary.afterSamplingMs / 1000,
    samples: summary.samples,
  };
}

async function byPerf(program: string, hz: number, scratch: Scratch): Promise<Cost> {
  const data = scratch.file("perf.data");
  const text = scratch.file("perf.txt");
  let recording: Awaited<ReturnType<typeof timed>> | undefined;
  let workloadEnded = 0;
  const workload = await withWorkload(program, async (pid) => {
    const watch = setInterval(() => {
      try {
        process.kill(pid, 0);
      } catch {
        workloadEnded ||= performance.now();
      }
    }, 5);
    recording = await timed(`perf record -q -e cpu-clock -g -F ${hz} -p ${pid} -o ${data}`);
    clearInterval(watch);
  });
  const script = await timed(`perf script -i ${data} > ${text}`);
  if (!recording) throw new Error("perf gave nothing");
  const samples = execFileSync("grep", ["-c", "cpu-clock", text], { encoding: "utf8" });
  return {
    cpu: recording.cpu + script.cpu,
    workload,
    bytes: statSync(data).size,
    after: (script.ended - (workloadEnded || recording.ended)) / 1000,
    samples: Number(samples),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function medians(costs: readonly Cost[]): Cost {
  const of = (key: keyof Cost) => median(costs.map((cost) => cost[key]));
  return {
    cpu: of("cpu"),
    workload: of("workload"),
    bytes: of("bytes"),
    after: of("after"),
    samples: of("samples"),
  };
}

test.each([99, 999])("recording at %i Hz", async (hz) => {
  using scratch = new Scratch();
  const program = compile("steady");
  const plain: number[] = [];
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    // Taking turns, so that what else the machine does falls on all.
    plain.push(await alone(program));
    ours.push(await byStapflame(program, hz, scratch));
    theirs.push(await byPerf(program, hz, scratch));
  }
  const base = median(plain);
  const [a, b] = [medians(ours), medians(theirs)];
  const row = (what: string, ourValue: number, theirValue: number, unit: string, digits = 3) =>
    `${what.padEnd(44)} ${ourValue.toFixed(digits).padStart(12)} ${theirValue.toFixed(digits).padStart(12)} ${unit.padEnd(3)} ${(ourValue / theirValue).toFixed(2).padStart(7)}`;
  console.log(
    [
      `${hz} Hz, workload alone ${base.toFixed(2)} s, medians of ${REPEATS}`.padEnd(44) +
        "    stapflame         perf       ratio",
      row("samples", a.samples, b.samples, "", 0),
      row("CPU seconds of the profiler", a.cpu, b.cpu, "s"),
      row("workload, wall seconds", a.workload, b.workload, "s"),
      row("slow-down of the workload", 100 * (a.workload / base - 1), 100 * (b.workload / base - 1), "%", 2),
      row("bytes out of the kernel", a.bytes, b.bytes, "B", 0),
      row("end of sampling to a readable graph / text", a.after, b.after, "s"),
    ].join("\n"),
  );
});
