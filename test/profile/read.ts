import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ProfileReader } from "../../profile/formats/read-profile.ts";
import type { Profile } from "../../profile/profile.ts";

/** A file of `fixtures/`. */
export function fixture(name: string): Uint8Array {
  return readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What a reader makes of bytes that come in pieces of `size`. */
export function readIn(reader: ProfileReader, bytes: Uint8Array, size = bytes.length || 1): Profile {
  for (let start = 0; start < bytes.length; start += size) reader.push(bytes.slice(start, start + size));
  return reader.finish();
}

/** The order in which labels are told. */
const LABELS = ["comm", "thread", "pid", "tid", "cpu", "slice"];

/** The samples as one line each: `labels | module!function:line;… values`, root first; inlined calls behind `>`. */
export function sampleLines(profile: Profile): string[] {
  const { samples, stacks, locations, lines, functions, mappings, strings } = profile;
  return Array.from({ length: samples.length }, (_, row) => {
    const path: string[] = [];
    for (let stack = samples.stack[row]; stack >= 0; stack = stacks.parent[stack]) {
      const location = stacks.location[stack];
      const mapping = locations.mapping[location];
      const module = mapping < 0 ? "" : `${strings[mappings.file[mapping]]}!`;
      const names: string[] = [];
      for (let at = locations.lineStart[location]; at < locations.lineStart[location + 1]; at++) {
        const called = lines.function[at];
        const file = strings[functions.file[called]];
        const place = file === "" ? "" : ` ${file}:${lines.line[at]}`;
        names.unshift(`${strings[functions.name[called]]}${place}`);
      }
      path.unshift(`${module}${names.join(">") || `0x${locations.address[location].toString(16)}`}`);
    }
    const columns = [...samples.labels].sort((a, b) => LABELS.indexOf(a.key) - LABELS.indexOf(b.key));
    const labels = columns.flatMap((label) => {
      const value = label.values[row];
      if (label.kind === "text") return value === 0 ? [] : [`${label.key}=${strings[value]}`];
      return Number.isNaN(value) ? [] : [`${label.key}#=${value}`];
    });
    return `${labels.join(" ")} | ${path.join(";")} ${samples.values.map((column) => column[row]).join(" ")}`;
  });
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/**
 * Bytes of all typed arrays that are in use: chunks that nobody holds any more are let go first. V8 frees what a collection
 * found on a thread of its own, and waits for that only when the next one begins.
 */
export function bytesInUse(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
