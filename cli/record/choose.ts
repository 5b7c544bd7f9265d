import { type Choice, chooseCollector } from "../../collector/choose.ts";
import { CollectorError, type CollectorName } from "../../collector/contract.ts";
import { readModuleInfo } from "../../collector/modules/module-info.ts";
import type { RecordOptions } from "../commands/record-options.ts";
import { ExitCode, Failure, usageFailure } from "../failure.ts";

/** The collector for a recording. Throws Failure: when there is none that works here with the exit code for that. */
export async function choose(options: Pick<RecordOptions, "collector" | "module">): Promise<Choice> {
  const wanted = wantedCollector(options);
  try {
    return await chooseCollector(wanted, options.module);
  } catch (error) {
    if (error instanceof CollectorError) throw new Failure(error.message, error.remedy, ExitCode.unavailable);
    throw error;
  }
}

/** What was asked for: a module given names the collector that made it. Throws Failure, CollectorError. */
export function wantedCollector({
  collector,
  module,
}: Pick<RecordOptions, "collector" | "module">): CollectorName | "auto" {
  if (module === undefined) return collector;
  if (collector === "bpf" || collector === "perf") {
    throw usageFailure(
      `--module goes with a collector that loads one, and ${collector} loads none`,
      `Leave out one of --module and --collector ${collector}.`,
    );
  }
  const info = readModuleInfo(module);
  if (info.collector === undefined) {
    throw new Failure(
      `${module} is a kernel module (${info.name}), but none that stapflame built`,
      "Build one with `stapflame build`.",
    );
  }
  if (collector !== "auto" && collector !== info.collector) {
    throw usageFailure(
      `${module} was built for the ${info.collector} collector, but --collector ${collector} was given`,
      `Leave --collector out, or build one with \`stapflame build --collector ${collector}\`.`,
    );
  }
  return info.collector;
}
