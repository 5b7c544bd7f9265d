import { ProfileFormatError } from "./format-error.ts";
import type { Profile, ValueType } from "./profile.ts";
import { ProfileTables } from "./profile-tables.ts";
import { isCountComment } from "./recording-info.ts";
import { SampleMerger } from "./sample-merger.ts";
import { StackBuilder } from "./stack-builder.ts";

/**
 * One profile with the samples of all: what is equal by content is one row, and samples with equal stack and labels
 * are summed. As pprof does it, `durationNanos` is the sum, `timeNanos` the earliest, `period` the greatest (0 when
 * the period types differ). Comments that repeat are kept once, but drops all, as they add up.
 *
 * Throws `ProfileFormatError` when there is no profile or their sample types are not the same in the same order.
 */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  const [first] = profiles;
  if (first === undefined) throw new ProfileFormatError("There is no profile to merge.");
  for (const [index, profile] of profiles.entries()) {
    if (typesText(profile.sampleTypes) !== typesText(first.sampleTypes)) {
      throw new ProfileFormatError(
        `Profiles of different kinds cannot be merged: the first has ${typesText(first.sampleTypes)}, number ${index + 1} has ${typesText(profile.sampleTypes)}.`,
      );
    }
  }

  const tables = new ProfileTables();
  const stacks = new StackBuilder();
  const samples = new SampleMerger(first.sampleTypes.length);
  for (const profile of profiles) {
    const rows = tables.import(profile);
    rows.all();
    const { parent, location, length } = profile.stacks;
    const stackOf = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      const above = parent[row] < 0 ? -1 : stackOf[parent[row]];
      stackOf[row] = stacks.child(above, rows.location(location[row]));
    }
    samples.add({
      samples: profile.samples,
      order: profile.samples.stack.keys(),
      stackOf: (row) => stackOf[row],
      stringOf: (index) => rows.string(index),
      intern: (text) => tables.strings.intern(text),
    });
  }

  const finished = tables.finish();
  const samePeriod = profiles.every(
    ({ periodType }) => typesText([periodType]) === typesText([first.periodType]),
  );
  const times = profiles.map((profile) => profile.timeNanos).filter((time) => time !== 0);
  return {
    ...finished,
    sampleTypes: first.sampleTypes.map((valueType) => ({ ...valueType })),
    samples: samples.finish(finished.strings),
    stacks: stacks.finish(),
    periodType: samePeriod ? { ...first.periodType } : { type: "", unit: "" },
    period: samePeriod ? profiles.reduce((period, profile) => Math.max(period, profile.period), 0) : 0,
    timeNanos: times.reduce((earliest, time) => Math.min(earliest, time), times[0] ?? 0),
    durationNanos: profiles.reduce((sum, profile) => sum + profile.durationNanos, 0),
    comments: mergeComments(profiles),
  };
}

function mergeComments(profiles: readonly Profile[]): string[] {
  const seen = new Set<string>();
  const merged: string[] = [];
  for (const { comments } of profiles) {
    for (const comment of comments) {
      if (seen.has(comment) && !isCountComment(comment)) continue;
      seen.add(comment);
      merged.push(comment);
    }
  }
  return merged;
}

/** `samples/count, cpu/nanoseconds`. */
function typesText(types: readonly ValueType[]): string {
  return types.map(({ type, unit }) => `${type}/${unit}`).join(", ") || "no sample type";
}
