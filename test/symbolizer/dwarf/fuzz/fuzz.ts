import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { random } from "../../judges.ts";
import { type FuzzInput, fromJson, toJson } from "./input.ts";
import { mutate } from "./mutate.ts";
import { resolveInput } from "./resolve-input.ts";
import type { WorkerMessage, WorkerTask } from "./worker.ts";

export interface FuzzOptions {
  seeds: FuzzInput[];
  inputs: number;
  seed: number;
  workers: number;
  /** The bundled worker. */
  worker: URL;
  /** Where failing inputs are kept. */
  failureFolder: string;
}

export interface FuzzResult {
  inputs: number;
  seconds: number;
  slowestMs: number;
  /** Of V8's block coverage, in the worker that reached most. */
  blocks: number;
  /** Inputs that reached new code. */
  kept: number;
  peakMegabytes: number;
  /** One sentence a failure, with the file that holds the input. */
  failures: string[];
}

/**
 * A worker is hung whose input runs while each worker, on average, uses so much CPU time: its own clock allows a second,
 * three times. By the clock, a thread that waits for a busy machine would look the same.
 */
const HUNG_CPU_MS = 20_000;
/** Of a worker's heap; the resolver's tables of a seed take a few hundred kilobytes. */
const HEAP_MEGABYTES = 256;
/** By so much for each worker may the process grow. */
const WORKER_MEGABYTES = 512;
const MAX_FAILURES = 20;

/** Runs changed inputs through the resolver in threads, and watches them from outside. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const before = performance.now();
  const limit = residentMegabytes() + options.workers * WORKER_MEGABYTES;
  const result: FuzzResult = {
    inputs: 0,
    seconds: 0,
    slowestMs: 0,
    blocks: 0,
    kept: 0,
    peakMegabytes: 0,
    failures: [],
  };
  const each = Math.ceil(options.inputs / options.workers);
  await Promise.all(
    Array.from({ length: options.workers }, (_, i) =>
      watched({
        seeds: options.seeds,
        seed: options.seed + i,
        inputs: each,
        progress: new SharedArrayBuffer(12),
      }),
    ),
  );
  if (result.peakMegabytes > limit) {
    const [peak, most] = [result.peakMegabytes, limit].map((megabytes) => megabytes.toFixed(0));
    result.failures.push(`the process grew to ${peak} MiB, beyond ${most}`);
  }
  result.seconds = (performance.now() - before) / 1000;
  return result;

  function failed(input: FuzzInput, reason: string): void {
    mkdirSync(options.failureFolder, { recursive: true });
    const path = join(options.failureFolder, `failure-${options.seed}-${result.failures.length}.json`);
    if (result.failures.length < MAX_FAILURES) writeFileSync(path, toJson(input));
    result.failures.push(`${input.name}: ${reason.split("\n").slice(0, 3).join(" ")} (${path})`);
  }

  function watched(task: WorkerTask): Promise<void> {
    const bases = [...task.seeds];
    const told = new Int32Array(task.progress);
    const worker = new Worker(options.worker, {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    const running = () => mutate(bases[told[1]], task.seeds, random(told[2]));
    return new Promise((resolve) => {
      let [lastCount, usedAtChange, over] = [-1, cpuMs(), false];
      const watch = setInterval(() => {
        result.peakMegabytes = Math.max(result.peakMegabytes, residentMegabytes());
        const count = Atomics.load(told, 0);
        if (count !== lastCount) [lastCount, usedAtChange] = [count, cpuMs()];
        else if (cpuMs() - usedAtChange > HUNG_CPU_MS * options.workers) end("hangs");
      }, 50);
      const end = (reason: string | undefined) => {
        if (over) return;
        over = true;
        clearInterval(watch);
        result.inputs += Atomics.load(told, 0);
        if (reason !== undefined) failed(running(), reason);
        worker.terminate().then(
          () => resolve(),
          () => resolve(),
        );
      };
      worker.on("message", (message: WorkerMessage) => {
        if (message.kind === "kept") {
          bases.push(message.input);
          result.kept++;
        } else if (message.kind === "failed") {
          failed(message.input, message.reason);
          if (result.failures.length >= MAX_FAILURES) end(undefined);
        } else {
          result.slowestMs = Math.max(result.slowestMs, message.slowestMs);
          result.blocks = Math.max(result.blocks, message.blocks);
          end(undefined);
        }
      });
      worker.on("error", (error) => end(`ends its thread: ${error.message}`));
      worker.on("exit", () => end("ends its thread"));
    });
  }
}

/** Runs one kept input again, in this thread: `--replay FILE`. */
export function replay(path: string): void {
  const before = performance.now();
  resolveInput(fromJson(readFileSync(path, "utf8")));
  console.log(`resolved in ${(performance.now() - before).toFixed(1)} ms`);
}

/** CPU time of all threads, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Of the whole process. */
function residentMegabytes(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}
