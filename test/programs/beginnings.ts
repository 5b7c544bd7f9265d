import { execFileSync } from "node:child_process";
import { baseName } from "../../profile/frame-name.ts";
import type { PlainSample } from "../integration/harness.ts";

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
]);

/** `_start` is this small (x86-64: 38 bytes). */
const START_BYTES = 48;

/** Samples of user code, those of them whose outermost frame is where a thread begins, and where the others end. */
export interface Completeness {
  user: number;
  whole: number;
  /** Names of outermost frames that are no beginning, with the frames before them, and their samples: the most first. */
  others: [string, number][];
}

/**
 * Judges by the names of frames alone, whatever the walk says of itself. `files`: programs that may be stripped, whose
 * `_start` then has no name and is told by its place in the file, which readelf tells.
 */
export function completeness(samples: readonly PlainSample[], files: readonly string[] = []): Completeness {
  const starts = files.map(startOf);
  const isBeginning = (name: string): boolean =>
    BEGINNINGS.has(name.replace(/\.abi0$/, "")) ||
    starts.some(({ file, offset }) => {
      if (!name.startsWith(`${file}+0x`)) return false;
      const distance = Number(name.slice(file.length + 1)) - offset;
      return distance >= 0 && distance < START_BYTES;
    });
  let user = 0;
  let whole = 0;
  const others = new Map<string, number>();
  for (const { names, count } of ofUserCode(samples)) {
    user += count;
    const root = names.at(-1) ?? "";
    if (isBeginning(root)) whole += count;
    else {
      const tail = names.slice(-3).join(" < ");
      others.set(tail, (others.get(tail) ?? 0) + count);
    }
  }
  return { user, whole, others: [...others].sort(([, a], [, b]) => b - a) };
}

/** Samples with user frames. */
export function ofUserCode(samples: readonly PlainSample[]): PlainSample[] {
  return samples.filter(({ modules }) => modules.some((module) => module !== "[kernel]"));
}

/** Where a program's first instruction lies in its file. */
function startOf(path: string): { file: string; offset: number } {
  const text = execFileSync("readelf", ["-hlW", path], { encoding: "latin1" });
  const entry = Number(/Entry point address:\s+(0x[0-9a-f]+)/.exec(text)?.[1]);
  for (const [, from, at, , size] of text.matchAll(
    /^\s*LOAD\s+(0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+)/gm,
  )) {
    const into = entry - Number(at);
    if (into >= 0 && into < Number(size)) return { file: baseName(path), offset: Number(from) + into };
  }
  throw new Error(`readelf tells no entry point of ${path}`);
}
