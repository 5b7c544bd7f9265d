import { isPerfMapPath } from "../../profile/frame-kind.ts";
import { baseName, innermostName, isCutFrameName, isPlaceName } from "../../profile/frame-name.ts";
import type { Profile } from "../../profile/profile.ts";
import { locationsIn, samplesThrough } from "../../profile/samples-through.ts";
import { hasJava, PYTHON_FILE } from "../../symbolizer/run-time-compilers.ts";
import { percent } from "../words.ts";

/** Of all samples: fewer are passed over, for some always end in a function's first instructions. */
const SHARE_WORTH_SAYING = 0.05;
/** Nearly every recording spends some time in functions that a library of the distribution does not name. */
const SHARE_WITHOUT_NAMES = 0.1;
/** Files that are listed. */
const LISTED = 2;
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

  const stripped = leavesWithoutNames(profile);
  const nameless = [...stripped.values()].reduce((sum, value) => sum + value, 0);
  if (isWorthSaying(nameless) && nameless >= all * SHARE_WITHOUT_NAMES) {
    const files = [...stripped].sort(([, a], [, b]) => b - a).map(([file]) => file);
    const rest = files.length > LISTED ? ` and ${files.length - LISTED} more` : "";
    warnings.push(
      `${percent(nameless, all)} of the samples are in functions that have no names in ${files.slice(0, LISTED).join(", ")}${rest}: ` +
        "debug information tells them, of a server in DEBUGINFOD_URLS or of a -dbg or -dbgsym package",
    );
  }
  return warnings;
}

/** Samples in functions that are only told by their place, by the file's base name. */
function leavesWithoutNames(profile: Profile): Map<string, number> {
  const { samples, stacks, locations, mappings, strings } = profile;
  const weights = new Map<string, number>();
  for (let row = 0; row < samples.length; row++) {
    if (samples.stack[row] < 0) continue;
    const location = stacks.location[samples.stack[row]];
    const mapping = locations.mapping[location];
    const name = innermostName(profile, location);
    if (mapping < 0 || name === undefined) continue;
    const file = strings[mappings.file[mapping]];
    if (!isPlaceName(name, file)) continue;
    weights.set(baseName(file), (weights.get(baseName(file)) ?? 0) + samples.values[0][row]);
  }
  return weights;
}

/** Whether it lies in no mapping and nobody named it. */
function isNowhere(profile: Profile, location: number): boolean {
  return profile.locations.mapping[location] < 0 && innermostName(profile, location) === undefined;
}

/** Whether it stands for a root that is missing. */
function isCut(profile: Profile, location: number): boolean {
  const name = innermostName(profile, location);
  return name !== undefined && isCutFrameName(name);
}
