import { type Choice, COLLECTORS } from "../collector/choose.ts";
import { type Collector, CollectorError } from "../collector/contract.ts";
import { checkLimits, readKernelLimits } from "../collector/limits.ts";
import { ProcessTable } from "../collector/process/process-table.ts";
import type { RecordOptions } from "./commands/record-options.ts";
import { ExitCode, Failure } from "./failure.ts";
import { choose, wantedCollector } from "./record/choose.ts";
import { chooseTarget, recordSpec } from "./record/plan.ts";
import { resolveTargets } from "./record/resolve-targets.ts";
import { unwindChoice } from "./record/unwind-source.ts";
import { Terminal } from "./terminal.ts";

/** `stapflame script`: prints what a recording would bring into the kernel. Throws Failure. */
export async function runScript(commandLine: readonly string[], options: RecordOptions): Promise<void> {
  const verbosity = options.quiet ? "quiet" : options.verbose ? "verbose" : "normal";
  const terminal = new Terminal({ verbosity, results: process.stdout, live: false });
  try {
    const target = chooseTarget(commandLine, options);
    const collector = await scriptCollector(options, terminal);
    const unwind = unwindChoice(options, collector.name, new ProcessTable());
    const limits = readKernelLimits();
    const targets = resolveTargets(target);
    const spec = recordSpec(options, targets, collector.defaultFrequencyHz, limits, unwind.spec);
    checkLimits(spec, limits);
    process.stdout.write(await collector.script(spec));
  } catch (error) {
    throw error instanceof CollectorError ? new Failure(error.message, error.remedy) : error;
  }
}

/** One that is named need not work here, for nothing is run. */
async function scriptCollector(options: RecordOptions, terminal: Terminal): Promise<Collector> {
  const wanted = wantedCollector(options);
  const named = COLLECTORS.find(({ name }) => name === wanted);
  if (named) return named;
  const choice = await chooseOrFirst(options);
  terminal.note(`This is for the ${choice.collector.name} collector: ${choice.why}.`);
  return choice.collector;
}

/** What `auto` would take; where nothing works, what it asks first. */
async function chooseOrFirst(options: RecordOptions): Promise<Pick<Choice, "collector" | "why">> {
  try {
    return await choose(options);
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== ExitCode.unavailable) throw error;
    return { collector: COLLECTORS[0], why: `the first that auto asks, though ${error.message}` };
  }
}
