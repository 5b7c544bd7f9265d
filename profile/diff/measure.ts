import { ProfileFormatError } from "../format-error.ts";
import type { Profile, ValueType } from "../profile.ts";
import { fromComments } from "../recording-info.ts";

/** Which column of values is compared, in each profile. */
export interface Measure {
  valueType: ValueType;
  /** Column of the values, one a profile, in the order of the profiles. */
  valueIndex: number[];
  /** Column of the number of samples, where there is one; -1 where it must be guessed from the values. */
  countIndex: number[];
}

/** A profile and what people call it: its file. */
export interface NamedProfile {
  name: string;
  profile: Profile;
}

/**
 * The sample type to compare: the one named, else the last that all profiles have (as pprof takes it: stapflame's CPU
 * time). Throws `ProfileFormatError` when they measured different events, have no type in common or the same type in
 * different units, or when one has no samples.
 */
export function chooseMeasure(profiles: readonly NamedProfile[], wanted?: string): Measure {
  const [first] = profiles;
  if (first === undefined) throw new ProfileFormatError("There is no profile to compare.");
  refuseDifferentEvents(profiles);
  const common = first.profile.sampleTypes.filter((type) =>
    profiles.every(({ profile }) => indexOfType(profile, type) >= 0),
  );
  const valueType =
    wanted === undefined
      ? common.at(-1)
      : common.find((type) => type.type === wanted || typeText(type) === wanted);
  if (valueType === undefined) throw new ProfileFormatError(noCommonType(profiles, wanted, common));
  const valueIndex = profiles.map(({ profile }) => indexOfType(profile, valueType));
  for (const [index, { name, profile }] of profiles.entries()) {
    const values = profile.samples.values[valueIndex[index]];
    const sum = values.reduce((total, value) => total + value, 0);
    if (!(sum > 0) || values.some((value) => value < 0 || !Number.isFinite(value))) {
      throw new ProfileFormatError(
        sum > 0
          ? `${name} has values that are negative or no numbers: it may be a difference already.`
          : `${name} holds no samples of ${typeText(valueType)}.`,
      );
    }
  }
  return {
    valueType,
    valueIndex,
    countIndex: profiles.map(({ profile }, index) => countColumn(profile, valueIndex[index])),
  };
}

/** CPU samples and page faults cannot be subtracted, even where both are called samples. */
function refuseDifferentEvents(profiles: readonly NamedProfile[]): void {
  const events = profiles.map(({ profile }) => fromComments(profile.comments)?.event ?? "");
  const known = events.findIndex((event) => event !== "");
  if (known < 0) return;
  const other = events.findIndex((event) => event !== "" && event !== events[known]);
  if (other < 0) return;
  throw new ProfileFormatError(
    `Different events cannot be compared: ${profiles[known].name} was sampled at ${events[known]}, ${profiles[other].name} at ${events[other]}.`,
  );
}

function noCommonType(
  profiles: readonly NamedProfile[],
  wanted: string | undefined,
  common: readonly ValueType[],
): string {
  const [{ name, profile }] = profiles;
  if (wanted !== undefined && common.length > 0) {
    return `Not all profiles have ${wanted}: all have ${common.map(typeText).join(", ")}.`;
  }
  const other = profiles.find((candidate) =>
    profile.sampleTypes.every((type) => indexOfType(candidate.profile, type) < 0),
  );
  const mine = profile.sampleTypes.map(typeText).join(", ") || "nothing";
  if (other === undefined) return `There is no sample type that all profiles have; ${name} has ${mine}.`;
  const theirs = other.profile.sampleTypes.map(typeText).join(", ") || "nothing";
  const sameName = profile.sampleTypes.some((type) =>
    other.profile.sampleTypes.some((their) => their.type === type.type),
  );
  return sameName
    ? `Different units cannot be compared: ${name} has ${mine}, ${other.name} has ${theirs}.`
    : `Different kinds of profile cannot be compared: ${name} has ${mine}, ${other.name} has ${theirs}.`;
}

function indexOfType(profile: Profile, wanted: ValueType): number {
  return profile.sampleTypes.findIndex(({ type, unit }) => type === wanted.type && unit === wanted.unit);
}

/** The column that counts samples: the measured one itself, or a `…/count` whose name goes with it. */
function countColumn(profile: Profile, valueIndex: number): number {
  const { type, unit } = profile.sampleTypes[valueIndex];
  if (unit === "count") return valueIndex;
  const prefix = /^(alloc|inuse)_/.exec(type)?.[0] ?? "";
  return profile.sampleTypes.findIndex((other) => other.unit === "count" && other.type.startsWith(prefix));
}

/** `cpu/nanoseconds`. */
export function typeText({ type, unit }: ValueType): string {
  return `${type}/${unit}`;
}
