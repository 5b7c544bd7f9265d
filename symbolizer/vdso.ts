import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { VDSO_MAPPING } from "../profile/frame-kind.ts";
import { type ByteSource, memorySource } from "./byte-source.ts";
import { errnoText } from "./errno-text.ts";
import { type Found, found, missing } from "./found.ts";

/** The vdso is two pages on x86-64 and never more than a few; more than this is not a vdso. */
const MAX_VDSO_BYTES = 1 << 20;

/**
 * The vdso's ELF image. The kernel maps the same pages into every process of an ABI, so this process's own serves for
 * all 64-bit ones (vdso(7)); the recorder's addresses are offsets into it.
 */
export function vdsoSource(): Found<ByteSource> {
  let maps: string;
  try {
    maps = readFileSync("/proc/self/maps", "latin1");
  } catch (error) {
    return missing(errnoText(error));
  }
  const range = vdsoRange(maps);
  if (range === undefined) return missing("this process has no vdso");
  const bytes = new Uint8Array(range.limit - range.start);
  try {
    const memory = openSync("/proc/self/mem", "r");
    try {
      const count = readSync(memory, bytes, 0, bytes.length, range.start);
      return found(memorySource(bytes.subarray(0, count)));
    } finally {
      closeSync(memory);
    }
  } catch (error) {
    return missing(errnoText(error));
  }
}

/** The address range of `[vdso]` in the text of /proc/PID/maps; undefined where there is none of sensible size. */
export function vdsoRange(maps: string): { start: number; limit: number } | undefined {
  for (const line of maps.split("\n")) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) .* (\S+)$/.exec(line);
    if (match === null || match[3] !== VDSO_MAPPING) continue;
    const start = Number.parseInt(match[1], 16);
    const limit = Number.parseInt(match[2], 16);
    if (limit > start && limit - start <= MAX_VDSO_BYTES) return { start, limit };
  }
  return undefined;
}
