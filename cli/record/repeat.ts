import type { RecordOptions } from "../commands/record-options.ts";
import { usageFailure } from "../failure.ts";

/** The options of each of the recordings that `--repeat` and `--label` ask for. Throws Failure (usage). */
export function repetitions(options: RecordOptions, isCommand: boolean): RecordOptions[] {
  const { repeat = 1, label } = options;
  if (label !== undefined && options.output !== undefined) {
    throw usageFailure("--label and -o both name the profile", "Leave one of them out.");
  }
  if (repeat === 1) return [label === undefined ? options : { ...options, output: `${label}.pb.gz` }];
  if (options.output !== undefined || typeof options.html === "string") {
    throw usageFailure("several recordings do not go into one file", "Name them with --label instead.");
  }
  if (options.duration === undefined && !isCommand) {
    throw usageFailure("--repeat does not know when a recording is over", "Say how long each is with -d.");
  }
  const stem = label ?? "run";
  const digits = String(repeat).length;
  return Array.from({ length: repeat }, (_, index) => ({
    ...options,
    output: `${stem}-${String(index + 1).padStart(digits, "0")}.pb.gz`,
    html: false as const,
  }));
}
