import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { buildCorpus } from "../corpus/corpus.ts";
import { bundle } from "./bundle.ts";
import { type FuzzResult, fuzz, replay } from "./fuzz.ts";
import { fuzzSeeds } from "./seeds.ts";

const OUT = fileURLToPath(new URL("../out/fuzz", import.meta.url));

export interface RunOptions {
  inputs: number;
  seed: number;
  workers: number;
}

/** Builds the seeds and the worker, and fuzzes. */
export async function runFuzzer({ inputs, seed, workers }: RunOptions): Promise<FuzzResult> {
  await buildCorpus("fuzz");
  const worker = await bundle(join(OUT, `worker-${process.pid}`));
  try {
    return await fuzz({
      seeds: fuzzSeeds(),
      inputs,
      seed,
      workers,
      worker: pathToFileURL(worker.path),
      failureFolder: OUT,
    });
  } finally {
    worker.remove();
  }
}

export function figures({
  inputs,
  seconds,
  slowestMs,
  blocks,
  kept,
  peakMegabytes,
  failures,
}: FuzzResult): string {
  return [
    `${inputs} inputs in ${seconds.toFixed(1)} s, ${(inputs / seconds).toFixed(0)} a second;`,
    `slowest ${slowestMs.toFixed(0)} ms, process at most ${peakMegabytes.toFixed(0)} MiB;`,
    `${blocks} blocks of code reached, ${kept} inputs kept for new ones; ${failures.length} failed`,
  ].join(" ");
}

/** `npm run fuzz:dwarf -- --inputs 1000000 --seed 1 --workers 2`, or `--replay FILE`. */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      inputs: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      workers: { type: "string", default: String(availableParallelism()) },
      replay: { type: "string" },
    },
  });
  if (values.replay !== undefined) {
    replay(values.replay);
    return;
  }
  const [inputs, seed, workers] = [Number(values.inputs), Number(values.seed), Number(values.workers)];
  console.log(`seed ${seed}, ${workers} workers`);
  const result = await runFuzzer({ inputs, seed, workers });
  console.log(figures(result));
  for (const failure of result.failures) console.log(failure);
  if (result.failures.length > 0) process.exitCode = 1;
}
