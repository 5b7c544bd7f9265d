import { hostname, machine, release } from "node:os";
import type { RecordSpec, SessionCounters, StackDepths } from "../../collector/contract.ts";
import type { Recorder } from "../../collector/recorder.ts";
import type { RecordingInfo } from "../../profile/recording-info.ts";
import type { RecordOptions } from "../commands/record-options.ts";
import { VERSION } from "../version.ts";
import { counted, hertz, percent } from "../words.ts";

/** A rate below this part of what was asked for is said. */
const RATE_WORTH_SAYING = 0.9;

/** What a reader of the profile must know, as far as it is known when sampling is over. */
export function recordingInfo(recording: {
  options: RecordOptions;
  spec: RecordSpec;
  collector: string;
  target: string;
  counters: SessionCounters;
  /** Where the session cuts stacks. */
  depths: StackDepths;
  recorder: Recorder;
  /** What the session says about how it sampled. */
  notes: readonly string[];
}): RecordingInfo {
  const { options, spec, collector, target, counters, depths, recorder, notes } = recording;
  return {
    tool: `stapflame ${VERSION}`,
    collector,
    kernel: `${release()} ${machine()}`,
    host: hostname(),
    commandLine: ["stapflame", ...process.argv.slice(2)].join(" "),
    target,
    event: options.event,
    frequencyAsked: spec.frequencyHz,
    frequencyAchieved: counters.achievedHz,
    sliceNanos: spec.sliceNanos,
    drops: [...counters.drops, ...unaccounted(counters, recorder)],
    cutStacks: recorder.cutStacks,
    warnings: [...notes, ...countersWarnings(counters, recorder, spec, depths)],
  };
}

/** The kernel's count of samples against ours: nothing may be lost without a cause. */
function unaccounted(counters: SessionCounters, recorder: Recorder): SessionCounters["drops"] {
  const dropped = counters.drops.reduce((sum, drop) => sum + drop.count, 0);
  const count = counters.samples - dropped - recorder.samples;
  return count > 0 ? [{ cause: "lost between the kernel and stapflame (please report this)", count }] : [];
}

/** Where more user stacks than this are cut, it is a warning; each has a frame that tells it anyway. */
const CUT_SHARE_WORTH_SAYING = 0.005;

function cutWarning({ cutStacks, userEnds }: Recorder): string | undefined {
  const cut = cutStacks.reduce((sum, { count }) => sum + count, 0);
  const all = userEnds.reduce((sum, count) => sum + count, 0);
  if (cut <= all * CUT_SHARE_WORTH_SAYING) return undefined;
  const causes = cutStacks.map(({ cause, count }) => `${percent(count, all)} ${cause}`).join(", ");
  return `${percent(cut, all)} of the user stacks lack their roots: ${causes}`;
}

function countersWarnings(
  counters: SessionCounters,
  recorder: Recorder,
  spec: RecordSpec,
  depths: StackDepths,
): string[] {
  const warnings: string[] = [];
  const cut = cutWarning(recorder);
  if (cut !== undefined) warnings.push(cut);
  const { unwindTables } = counters;
  if (unwindTables && unwindTables.withoutRoom > 0) {
    warnings.push(
      `the unwind tables of ${counted(unwindTables.withoutRoom, "file")} had no room in kernel memory (raise --kernel-memory)`,
    );
  }
  if (recorder.truncated > 0) {
    warnings.push(
      `${counted(recorder.truncated, "sample")} had stacks deeper than ${depths.user} frames: their roots are cut off (--max-depth keeps more)`,
    );
  }
  if (counters.achievedHz < RATE_WORTH_SAYING * spec.frequencyHz) {
    warnings.push(
      `the kernel's timers gave ${hertz(Math.round(counters.achievedHz))} instead of ${hertz(spec.frequencyHz)}: weights in time are too small`,
    );
  }
  if (counters.lostProcessRecords > 0) {
    warnings.push(
      `${counted(counters.lostProcessRecords, "record")} of new processes and mappings were lost: some frames may lack names`,
    );
  }
  if (counters.unfollowedChildren > 0) {
    warnings.push(
      `${counted(counters.unfollowedChildren, "child process", "child processes")} could not be followed: too many at once`,
    );
  }
  return warnings;
}
