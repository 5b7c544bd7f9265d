import { isPerfMapPath } from "../../profile/frame-kind.ts";
import { isCutFrameName } from "../../profile/frame-name.ts";
import type { Profile } from "../../profile/profile.ts";
import { samplesThrough } from "../../profile/samples-through.ts";
import { hasJava } from "../../symbolizer/run-time-compilers.ts";
import { percent } from "../words.ts";

/** Of all samples: fewer are passed over, for some always end in a function's first instructions. */
const SHARE_WORTH_SAYING = 0.05;
/** Of fewer samples nothing is said by shares. */
const SAMPLES_THAT_TELL = 20;

/** What would have kept callers that are missing in a named profile, in sentences. */
export function stackWarnings(profile: Profile): string[] {
  const all = profile.samples.values[0].reduce((sum, value) => sum + value, 0);
  const isWorthSaying = (samples: number) => all >= SAMPLES_THAT_TELL && samples >= all * SHARE_WORTH_SAYING;
  const warnings: string[] = [];

  // A walk by frame pointers through code that has none ends up where no code is.
  const stray = samplesThrough(profile, (location) => isNowhere(profile, location));
  if (isWorthSaying(stray)) {
    warnings.push(
      `${percent(stray, all)} of the samples have callers shown as [unknown]: their programs were built without frame ` +
        "pointers (-fno-omit-frame-pointer keeps them)",
    );
  }

  // There are no unwind tables for what Java compiles, and unasked it keeps no frame pointers there.
  if (hasJava(profile)) {
    const java = samplesThrough(
      profile,
      (location) => isPerfMapPath(mappingFile(profile, location)),
      (location) => isCut(profile, location) || isNowhere(profile, location),
    );
    if (isWorthSaying(java)) {
      warnings.push(
        `${percent(java, all)} of the samples have lost their callers in code that Java compiled: started with -XX:+PreserveFramePointer it keeps them`,
      );
    }
  }
  return warnings;
}

/** Whether it lies in no mapping and nobody named it. */
function isNowhere({ locations }: Profile, location: number): boolean {
  return (
    locations.mapping[location] < 0 && locations.lineStart[location] === locations.lineStart[location + 1]
  );
}

/** Whether it stands for a root that is missing. */
function isCut({ locations, lines, functions, strings }: Profile, location: number): boolean {
  const line = locations.lineStart[location];
  if (line === locations.lineStart[location + 1]) return false;
  return isCutFrameName(strings[functions.name[lines.function[line]]]);
}

function mappingFile({ locations, mappings, strings }: Profile, location: number): string {
  const mapping = locations.mapping[location];
  return mapping < 0 ? "" : strings[mappings.file[mapping]];
}
