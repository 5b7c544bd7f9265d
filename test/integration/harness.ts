import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { unsymbolizedName } from "../../profile/frame-name.ts";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import type { Profile } from "../../profile/profile.ts";
import { ROOT } from "../setup/build.ts";

export const CLI = join(ROOT, "dist/stapflame.js");
const BINARIES = join(tmpdir(), "stapflame-workloads");

/**
 * Compiles a C workload of test/workloads; returns the program's path. Without optimization, because gcc leaves the frame
 * pointer out of small leaf functions otherwise, and a walk by frame pointers then skips their callers.
 */
export function compile(name: string, ...flags: string[]): string {
  mkdirSync(BINARIES, { recursive: true });
  const program = join(BINARIES, name);
  const source = join(ROOT, "test/workloads", `${name}.c`);
  const options = ["-O0", "-g", "-fno-omit-frame-pointer", "-pthread", ...flags];
  execFileSync("gcc", [...options, "-o", program, source]);
  return program;
}

/** A folder of one test's own, removed when the test is over. */
export class Scratch implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "stapflame-test-"));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A program running beside the test, ended when the test is over. */
export class Background implements Disposable {
  readonly child: ChildProcess;

  constructor(command: string, args: readonly string[] = []) {
    this.child = spawn(command, args, { stdio: "ignore" });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("the program did not start");
    return this.child.pid;
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL");
  }
}

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Called with the running CLI, to send it signals. */
  whileRunning?: (cli: ChildProcess) => Promise<void>;
  /** A command that runs the CLI, such as `setpriv …`. */
  through?: string[];
}

/** Runs the built CLI. */
export async function stapflame(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  const [command, ...rest] = [...(options.through ?? []), process.execPath, CLI, ...args];
  const cli = spawn(command, rest, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  cli.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  cli.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    cli.once("error", reject);
    cli.once("close", (code, signal) => resolve([code, signal]));
  });
  await options.whileRunning?.(cli);
  const [code, signal] = await ended;
  return { code, signal, stdout, stderr };
}

export interface Recording {
  profile: Profile;
  /** The `--json` summary. */
  summary: JsonSummary;
  stdout: string;
  stderr: string;
  html: string;
}

export interface JsonSummary {
  collector: string;
  samples: number;
  distinctStacks: number;
  frequencyAchieved: number | null;
  ended: string;
  durationMs: number;
  dropped: { cause: string; count: number }[];
  warnings: string[];
  top: { name: string; module: string; kind: string; self: number; total: number }[];
  command?: { exitCode: number; signal: string | null; endedByStapflame: boolean };
  kernelMemoryBytes: number;
  bytesReadFromKernel: number;
  afterSamplingMs: number;
  profile: { path: string; bytes: number };
  html: { path: string; bytes: number } | null;
}

/** Records into `scratch` and reads back what was written. Throws when the CLI fails. */
export async function record(
  scratch: Scratch,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Recording> {
  const output = scratch.file("out.pb.gz");
  const all = ["record", "--json", "-v", "-o", output, ...args];
  const result = await stapflame(all, { cwd: scratch.path, ...options });
  if (result.code !== 0) throw new Error(`stapflame ${all.join(" ")} gave ${result.code}:\n${result.stderr}`);
  const json = result.stdout.trimEnd().split("\n").at(-1) ?? "";
  const summary = JSON.parse(json) as JsonSummary;
  return {
    profile: await readPprofFile(output),
    summary,
    stdout: result.stdout,
    stderr: result.stderr,
    html: scratch.file("out.html"),
  };
}

/** One sample with its stack as names, leaf first, and its labels: read from the columns one by one. */
export interface PlainSample {
  names: string[];
  modules: string[];
  count: number;
  labels: Record<string, string | number>;
}

/** All samples of a profile, in the plainest form: the independent view that tests count on. */
export function plainSamples(profile: Profile): PlainSample[] {
  const { samples, stacks, locations, lines, functions, mappings, strings } = profile;
  return Array.from({ length: samples.length }, (_, row) => {
    const names: string[] = [];
    const modules: string[] = [];
    for (let stack = samples.stack[row]; stack >= 0; stack = stacks.parent[stack]) {
      const location = stacks.location[stack];
      const mapping = locations.mapping[location];
      const module = mapping < 0 ? "" : strings[mappings.file[mapping]];
      const [from, to] = [locations.lineStart[location], locations.lineStart[location + 1]];
      if (from === to) {
        names.push(unsymbolizedName(profile, location));
        modules.push(module);
      }
      for (let line = from; line < to; line++) {
        names.push(strings[functions.name[lines.function[line]]]);
        modules.push(module);
      }
    }
    const labels: Record<string, string | number> = {};
    for (const column of samples.labels) {
      labels[column.key] = column.kind === "text" ? strings[column.values[row]] : column.values[row];
    }
    return { names, modules, count: samples.values[0][row], labels };
  });
}

/** Samples with `name` anywhere in their stack. */
export function samplesUnder(samples: readonly PlainSample[], name: string): number {
  return samples.reduce((sum, sample) => sum + (sample.names.includes(name) ? sample.count : 0), 0);
}

export function totalSamples(samples: readonly PlainSample[]): number {
  return samples.reduce((sum, sample) => sum + sample.count, 0);
}

/** Half the width of the interval that holds 99.9% of binomial draws (normal approximation, n is in the hundreds). */
export function binomialHalfWidth(share: number, n: number): number {
  const Z_999 = 3.2905;
  return Z_999 * Math.sqrt((share * (1 - share)) / n);
}

/** Waits until `condition` holds; throws after `milliseconds`. */
export async function until(condition: () => boolean, milliseconds: number, what: string): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms in vain: ${what}`);
    await sleep(20);
  }
}

/** User plus system seconds from what bash's `time` wrote with TIMEFORMAT="%U %S". */
export function cpuSeconds(stderr: string): number {
  const match = /^([\d.]+) ([\d.]+)$/m.exec(stderr);
  if (!match) throw new Error(`no times in ${stderr}`);
  return Number(match[1]) + Number(match[2]);
}
