import { KERNEL_MAPPING } from "./frame-kind.ts";
import type { Profile } from "./profile.ts";

/** The name of what has none. */
export const UNKNOWN_NAME = "[unknown]";

const CUT_PREFIX = "[stack cut: ";

/** The name of the frame in the stead of a user stack's root that is missing, by the cause. */
export function cutFrameName(cause: string): string {
  return `${CUT_PREFIX}${cause}]`;
}

export function isCutFrameName(name: string): boolean {
  return name.startsWith(CUT_PREFIX);
}

/**
 * The name for people of a location without lines:
 * `libc.so.6+0x1234` (offset in the file), `[kernel]+0xffffffff81000000` (the address itself, as /proc/kallsyms
 * shows it), `[unknown]` where no mapping is known.
 */
export function unsymbolizedName(profile: Profile, location: number): string {
  const { mappings, locations } = profile;
  const mapping = locations.mapping[location];
  const file = mapping < 0 ? "" : profile.strings[mappings.file[mapping]];
  if (file === "") return UNKNOWN_NAME;
  const address = locations.address[location];
  const offset = address - mappings.start[mapping] + mappings.fileOffset[mapping];
  // A negative offset means that the mapping is not where the address was taken; the address is the better clue.
  const shown = file === KERNEL_MAPPING || offset < 0 ? address : offset;
  return placeName(file, shown);
}

/** The name of code, or of a function that has none, by where it is in its file: `libc.so.6+0x1234`. */
export function placeName(file: string, offset: number): string {
  return `${baseName(file)}+0x${unsignedHex(offset)}`;
}

/** Whether a frame's name is such a one: it means something in this build of the file only. */
export function isPlaceName(name: string, file: string): boolean {
  const start = `${baseName(file)}+0x`;
  return name.startsWith(start) && /^[0-9a-f]+$/.test(name.slice(start.length));
}

/** Name of the innermost function at a location; undefined where it has none. */
export function innermostName(
  { locations, lines, functions, strings }: Profile,
  location: number,
): string | undefined {
  const line = locations.lineStart[location];
  return line === locations.lineStart[location + 1]
    ? undefined
    : strings[functions.name[lines.function[line]]];
}

/** The name for people of a function: its name, else its linkage name, else `[unknown]`; a string index, or -1 for the last. */
export function functionNameIndex(profile: Profile, row: number): number {
  const { functions, strings } = profile;
  if (strings[functions.name[row]] !== "") return functions.name[row];
  if (strings[functions.linkageName[row]] !== "") return functions.linkageName[row];
  return -1;
}

/** The part behind the last `/`; the whole where that would be empty. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}

/** Lower-case hex of a sign-extended 64-bit number, read as unsigned: -1 is `ffffffffffffffff`. */
export function unsignedHex(value: number): string {
  const low = value >>> 0;
  const high = Math.floor(value / 2 ** 32) >>> 0;
  return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, "0");
}
