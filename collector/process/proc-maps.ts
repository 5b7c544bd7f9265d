import type { Mapping } from "./address-space.ts";
import { asMapped } from "./moved-code.ts";

const LINE = /^([0-9a-f]+)-([0-9a-f]+) (....) ([0-9a-f]+) [0-9a-f]+:[0-9a-f]+ (\d+) *(.*)$/;

/** The executable mappings in the text of a /proc/PID/maps file, see proc_pid_maps(5). Lines it cannot read are skipped. */
export function parseProcMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match?.[3][2] !== "x") continue;
    mappings.push({
      start: Number.parseInt(match[1], 16),
      end: Number.parseInt(match[2], 16),
      fileOffset: Number.parseInt(match[4], 16),
      inode: Number(match[5]),
      file: unescapePath(match[6]),
    });
  }
  return mappings.map((mapping, index) => asMapped(mapping, mappings[index - 1], mappings[index + 1]));
}

/**
 * Whether by the text of a /proc/PID/maps file one mapping covers all from `start` to `end` that is private and can be executed and read, but not
 * written to.
 */
export function isConstantCode(text: string, start: number, end: number): boolean {
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match === null || Number.parseInt(match[2], 16) <= start) continue;
    return (
      match[3] === "r-xp" && Number.parseInt(match[1], 16) <= start && Number.parseInt(match[2], 16) >= end
    );
  }
  return false;
}

/** seq_file writes a line break within a path as `\012`. */
function unescapePath(path: string): string {
  return path.replaceAll("\\012", "\n");
}
