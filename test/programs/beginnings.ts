import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { baseName } from "../../profile/frame-name.ts";
import { type Completeness, completenessOf, type PlainSample } from "../integration/harness.ts";

/**
 * Where a thread begins: a program's first instruction, that of the dynamic loader, of a thread of libc, of a context that
 * makecontext made; in Go's programs the first of a goroutine and of a thread, which Go's own runtime makes (`runtime.clone`).
 */
const BEGINNINGS = new Set([
  "_start",
  "_dl_start",
  "_dl_start_user",
  "__clone",
  "clone3",
  "__clone3",
  "__start_context",
  "runtime.goexit",
  "runtime.mstart",
  "runtime.clone",
  "runtime.rt0_go",
  // Who called mcall has left its goroutine for good, perhaps to another thread: nothing is above it. So in Go's own profiles.
  "runtime.mcall",
]);

/** So has who called morestack, where the scheduler goes on; else the goroutine whose stack grows is above it. */
const LEFT = new Set(["runtime.gopreempt_m", "runtime.preemptPark"]);

/** `_start` has 34 to 43 bytes on x86-64, by how it was linked; `__start_context` has 26. */
const START_BYTES = 44;

/**
 * Judges by the names of frames; others are told by their three outermost. `files`: programs that may be stripped, whose
 * `_start` then has no name and is told by its place in the file, which readelf tells.
 */
export function completeness(samples: readonly PlainSample[], files: readonly string[] = []): Completeness {
  const starts = [...files.map(startOf), startContext()];
  const isBeginning = (name: string, names: readonly string[]): boolean =>
    BEGINNINGS.has(name.replace(/\.abi0$/, "")) ||
    (name === "runtime.morestack" && names.some((each) => LEFT.has(each))) ||
    starts.some(({ file, offset }) => {
      if (!name.startsWith(`${file}+0x`)) return false;
      const distance = Number(name.slice(file.length + 1)) - offset;
      return distance >= 0 && distance < START_BYTES;
    });
  return completenessOf(samples, isBeginning, (names) => names.slice(-3).join(" < "));
}

interface Place {
  file: string;
  offset: number;
}

/** Where a program's first instruction lies in its file. */
function startOf(path: string): Place {
  const text = execFileSync("readelf", ["-hW", path], { encoding: "latin1" });
  return placeOf(path, Number(/Entry point address:\s+(0x[0-9a-f]+)/.exec(text)?.[1]));
}

let startContextPlace: Place | undefined;

/**
 * Where libc's `__start_context` lies, as gdb tells. Nothing called from there: what returns there has its first byte for its
 * return address, and the byte before it, which gives the names of callers, is no function's.
 */
function startContext(): Place {
  if (startContextPlace) return startContextPlace;
  const libc = realpathSync(
    execFileSync("gcc", ["-print-file-name=libc.so.6"], { encoding: "latin1" }).trim(),
  );
  const args = ["-q", "-nx", "-batch", "-ex", "info address __start_context", libc];
  const text = execFileSync("gdb", args, { encoding: "latin1", stdio: ["ignore", "pipe", "ignore"] });
  startContextPlace = placeOf(libc, Number(/ at (?:address )?(0x[0-9a-f]+)/.exec(text)?.[1]));
  return startContextPlace;
}

function placeOf(path: string, entry: number): Place {
  const text = execFileSync("readelf", ["-lW", path], { encoding: "latin1" });
  for (const [, from, at, , size] of text.matchAll(
    /^\s*LOAD\s+(0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+)/gm,
  )) {
    const into = entry - Number(at);
    if (into >= 0 && into < Number(size)) return { file: baseName(path), offset: Number(from) + into };
  }
  throw new Error(`readelf tells no place of ${entry} in ${path}`);
}
