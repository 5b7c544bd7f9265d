import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import type { Profile } from "../../profile/profile.ts";
import { ROOT } from "../setup/build.ts";
import type { JsonSummary } from "../setup/json-summary.ts";

export type { JsonSummary } from "../setup/json-summary.ts";
export {
  binomialHalfWidth,
  type Completeness,
  completenessOf,
  NOT_KNOWN_YET,
  ofUserCode,
  type PlainSample,
  plainSamples,
  samplesUnder,
  totalSamples,
} from "../setup/samples.ts";

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
  /** The Node.js that runs it; else that of the tests. */
  node?: string;
}

/** Runs the built CLI. */
export async function stapflame(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  const [command, ...rest] = [...(options.through ?? []), options.node ?? process.execPath, CLI, ...args];
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

/** Waits until a running `record` has begun to sample, and a while longer. */
export async function recordingFor(cli: ChildProcess, milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let text = "";
    cli.stderr?.on("data", (more: string) => {
      text += more;
      if (text.includes("Recording ")) resolve();
    });
    cli.once("close", () => resolve());
  });
  await sleep(milliseconds);
}

/** Waits until `condition` holds; throws after `milliseconds`. */
export async function until(condition: () => boolean, milliseconds: number, what: string): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms in vain: ${what}`);
    await sleep(20);
  }
}
