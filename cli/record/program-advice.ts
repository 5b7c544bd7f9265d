import { isPerfMapPath } from "../../profile/frame-kind.ts";
import { baseName, isCutFrameName } from "../../profile/frame-name.ts";
import type { Profile } from "../../profile/profile.ts";
import { locationsIn, samplesThrough } from "../../profile/samples-through.ts";
import { hasJava, PYTHON_FILE } from "../../symbolizer/run-time-compilers.ts";
import { percent } from "../words.ts";

/** Of all samples: fewer are passed over, for some always end in a function's first instructions. */
const SHARE_WORTH_SAYING = 0.05;
/** Of fewer samples nothing is said by shares. */
const SAMPLES_THAT_TELL = 20;

/** How the programs in a named profile would show more, had they been built or started otherwise; in sentences. */
export function programAdvice(profile: Profile): string[] {
  const all = profile.samples.values[0].reduce((sum, value) => sum + value, 0);
  const isWorthSaying = (samples: number) => all >= SAMPLES_THAT_TELL && samples >= all * SHARE_WORTH_SAYING;
  const isInRunTimeCode = locationsIn(profile, isPerfMapPath);
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
      isInRunTimeCode,
      (location) => isCut(profile, location) || isNowhere(profile, location),
    );
    if (isWorthSaying(java)) {
      warnings.push(
        `${percent(java, all)} of the samples have lost their callers in code that Java compiled: started with -XX:+PreserveFramePointer it keeps them`,
      );
    }
  }

  const isInPython = locationsIn(profile, (file) => PYTHON_FILE.test(baseName(file)));
  const python = samplesThrough(profile, isInPython);
  const untold = python - samplesThrough(profile, isInPython, isInRunTimeCode);
  if (isWorthSaying(untold)) {
    warnings.push(
      `${percent(untold, all)} of the samples are in Python without its functions: started with -X perf it tells them`,
    );
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
