import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

/** What a whole process took. */
export interface ProcessCost {
  /** By the clock, which other work on the machine lengthens. */
  seconds: number;
  /** User and system time of all its threads, and of those processes that it waited for. */
  cpuSeconds: number;
  /** Largest resident set, of the process and those that it started. */
  peakBytes: number;
}

export interface ProcessOptions {
  /** File that it has as its standard input; without one, none. */
  input?: string;
  /** Beside the environment of the benchmark. */
  env?: Record<string, string> | undefined;
  /** What it prints, piece by piece. */
  onText?: ((text: string) => void) | undefined;
  /** After so long it is ended as by Ctrl-C. */
  limitSeconds?: number;
}

/** Of what a process says of its errors, so much is kept: for the sentence when it fails. In characters. */
const KEPT_ERRORS = 2000;
/** Exit code of `timeout` when it had to end what it started. */
const TIMED_OUT = 124;

/**
 * Runs one whole process under GNU time. undefined: it took longer than its limit. Throws Error when it fails, with the last
 * that it said.
 */
export async function processCost(
  command: readonly string[],
  { input, env: more, onText = () => {}, limitSeconds }: ProcessOptions = {},
): Promise<ProcessCost | undefined> {
  const limited = limitSeconds === undefined ? [] : ["timeout", "-s", "INT", String(limitSeconds)];
  // It has Node read a hundred certificates at every start, which takes longer than the rest of its start.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = { ...process.env, ...more };
  const stdin = input === undefined ? "ignore" : openSync(input, "r");
  const before = performance.now();
  const child = spawn("/usr/bin/time", ["-q", "-f", "%U %S %M", ...limited, ...command], {
    stdio: [stdin, "pipe", "pipe"],
    env,
  });
  if (typeof stdin === "number") closeSync(stdin);
  let told = "";
  child.stdout?.setEncoding("utf8").on("data", onText);
  child.stderr?.on("data", (piece: Buffer) => {
    told = (told + piece.toString()).slice(-KEPT_ERRORS);
  });
  const [code] = await once(child, "close");
  const seconds = (performance.now() - before) / 1000;
  if (code === TIMED_OUT) return undefined;
  const lines = told.trimEnd().split("\n");
  const [user, system, kilobytes] = (lines.pop() ?? "").split(" ").map(Number);
  if (code !== 0 || !Number.isFinite(kilobytes)) {
    throw new Error(`${command[0]} failed (exit code ${code}): ${lines.join("\n") || told}`);
  }
  return { seconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024 };
}
