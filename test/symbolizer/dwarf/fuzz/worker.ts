import { parentPort, workerData } from "node:worker_threads";
import { random } from "../../judges.ts";
import { Coverage } from "./coverage.ts";
import type { FuzzInput } from "./input.ts";
import { mutate } from "./mutate.ts";
import { resolveInput } from "./resolve-input.ts";

export interface WorkerTask {
  seeds: FuzzInput[];
  seed: number;
  inputs: number;
  /** [inputs begun, base of the input that runs, its seed]: what tells the input when the worker can't any more. */
  progress: SharedArrayBuffer;
}

export type WorkerMessage =
  | { kind: "kept"; input: FuzzInput }
  | { kind: "failed"; input: FuzzInput; reason: string }
  | { kind: "done"; slowestMs: number; blocks: number };

/** After so many inputs coverage is asked for; asking takes about a millisecond. */
const BATCH = 200;
/**
 * Share of the inputs that are run under coverage, first of all: it makes everything ten times slower. What they found
 * is what the others are made from.
 */
const GUIDED = 0.1;
/** An input that the machine only kept waiting is faster the next time. */
const ATTEMPTS = 3;
const LIMIT_MS = 1000;

/** Changes inputs, resolves them and keeps those that reach new code, to be changed further. */
function work({ seeds, seed, inputs, progress }: WorkerTask, send: (message: WorkerMessage) => void): void {
  const bases = [...seeds];
  const coverage = new Coverage(import.meta.url);
  const next = random(seed);
  const told = new Int32Array(progress);
  let slowestMs = 0;
  for (const base of seeds) slowestMs = Math.max(slowestMs, attempt(base, send));
  coverage.takeNew();
  for (let begun = 0; begun < inputs; ) {
    const batch: FuzzInput[] = [];
    for (; batch.length < BATCH && begun < inputs; begun++) {
      const base = Math.floor(next() * bases.length);
      const inputSeed = Math.floor(next() * 0x7fffffff);
      Atomics.store(told, 1, base);
      Atomics.store(told, 2, inputSeed);
      Atomics.add(told, 0, 1);
      const input = mutate(bases[base], seeds, random(inputSeed));
      batch.push(input);
      slowestMs = Math.max(slowestMs, attempt(input, send));
    }
    if (!coverage.watching) continue;
    for (const input of reaching(coverage.takeNew(), batch, coverage)) {
      bases.push(input);
      send({ kind: "kept", input });
    }
    if (begun >= inputs * GUIDED) coverage.stop();
  }
  send({ kind: "done", slowestMs, blocks: coverage.blocks });
}

/** Milliseconds that an input took; what it did wrong is sent. */
function attempt(input: FuzzInput, send: (message: WorkerMessage) => void): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ATTEMPTS && fastest > LIMIT_MS; i++) {
    const before = performance.now();
    try {
      resolveInput(input);
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send({ kind: "failed", input, reason });
      return performance.now() - before;
    }
    fastest = Math.min(fastest, performance.now() - before);
  }
  if (fastest > LIMIT_MS) send({ kind: "failed", input, reason: `took ${fastest.toFixed(0)} ms` });
  return fastest;
}

/** The inputs of a batch, run once more each, that were the first to reach `blocks`. */
function* reaching(
  blocks: Set<string>,
  batch: readonly FuzzInput[],
  coverage: Coverage,
): Generator<FuzzInput> {
  for (const input of batch) {
    if (blocks.size === 0) return;
    try {
      resolveInput(input);
    } catch {
      // It has been told of.
    }
    if (coverage.takeFrom(blocks)) yield input;
  }
}

if (parentPort !== null) {
  const port = parentPort;
  work(workerData as WorkerTask, (message) => port.postMessage(message));
}
