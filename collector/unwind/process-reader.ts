import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import type { Mapping } from "../process/address-space.ts";
import { type OpenedMapped, openMapped } from "../process/open-mapped.ts";
import { isConstantCode, parseProcMaps } from "../process/proc-maps.ts";
import { readImageCheck } from "./image-check.ts";

/** Executable mappings of a process and the word that tells its image. */
export interface ProcessImage {
  check: number;
  mappings: Mapping[];
}

/** Reads of /proc, so that tests can do without. */
export interface ProcessReader {
  /** Undefined: it is gone, or has no user code. "executing": it will have an image in a moment. */
  image(pid: number): ProcessImage | "executing" | undefined;
  /** Whether a process has threads left. */
  runs(pid: number): boolean;
  /** A file as a mapping would name it; undefined: there is none. */
  file(path: string): Mapping | undefined;
  /** The first bytes of a mapping as they are in a process's memory; undefined: it is gone, or may not be read. */
  beginning(pid: number, mapping: Mapping): Uint8Array | undefined;
  /** x86-64 code in a mapping that nobody can write to, without the zeros behind it; undefined: it is another, too large, or may not be read. */
  constantCode(pid: number, mapping: Mapping): Uint8Array | undefined;
  /** See openMapped. */
  open(pid: number, path: string, mapping: Mapping): OpenedMapped;
}

/** A process that executes one program after another is looked at so often, then left for its next record. */
const ATTEMPTS = 3;

/** Enough to tell what code it is. */
const BEGINNING_BYTES = 32;
/** Compilers whose code is larger keep adding to it. */
const MOST_CODE_BYTES = 1 << 20;
/** Below this may be the code of a 32-bit process. */
const FIRST_LONG_ADDRESS = 2 ** 32;

/** `unchangedSince`: see openMapped. */
export function liveProcessReader(unchangedSince = Date.now()): ProcessReader {
  return { ...live, open: (pid, path, mapping) => openMapped(pid, path, mapping, unchangedSince) };
}

const live: Omit<ProcessReader, "open"> = {
  image(pid) {
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const check = readImageCheck(pid);
        if (typeof check !== "number") return check;
        const mappings = parseProcMaps(readFileSync(`/proc/${pid}/maps`, "utf8"));
        // An exec in between would give the mappings of one program the word of another.
        if (readImageCheck(pid) === check) return { check, mappings };
      }
    } catch {
      // Gone.
    }
    return undefined;
  },

  runs(pid) {
    try {
      const threads = readdirSync(`/proc/${pid}/task`);
      if (threads.some((tid) => tid !== String(pid))) return true;
      return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
    } catch {
      return false;
    }
  },

  file(path) {
    try {
      const file = realpathSync(path);
      return { start: 0, end: 0, fileOffset: 0, inode: statSync(file).ino, file };
    } catch {
      return undefined;
    }
  },

  beginning: (pid, { start }) => memoryOf(pid, start, BEGINNING_BYTES),

  constantCode(pid, { start, end }) {
    if (process.arch !== "x64" || start < FIRST_LONG_ADDRESS || end - start > MOST_CODE_BYTES)
      return undefined;
    try {
      if (!isConstantCode(readFileSync(`/proc/${pid}/maps`, "utf8"), start, end)) return undefined;
    } catch {
      return undefined;
    }
    const code = memoryOf(pid, start, end - start);
    return code?.subarray(0, code.findLastIndex((byte) => byte !== 0) + 1);
  },
};

/** Fewer bytes where what follows cannot be read. */
function memoryOf(pid: number, start: number, length: number): Uint8Array | undefined {
  try {
    const memory = openSync(`/proc/${pid}/mem`, "r");
    try {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(memory, bytes, 0, length, start));
    } finally {
      closeSync(memory);
    }
  } catch {
    return undefined;
  }
}
