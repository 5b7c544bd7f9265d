import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, extname } from "node:path";
import { readElf } from "../../symbolizer/elf/elf-file.ts";
import { buildIdOf } from "../../symbolizer/elf/notes.ts";
import { fileSource } from "../../symbolizer/file-source.ts";
import type { SourceAccess } from "./access.ts";
import type { SourcePort } from "./collect.ts";

/** Larger sources are made by programs for compilers. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** A NUL byte in this much of its beginning tells that a file is no text, as git and grep judge. */
const TEXT_PROBE_BYTES = 8 * 1024;

/**
 * A path comes from a binary, so it says nothing about what lies there: a key, a password file, a device. Only names
 * that compilers of native code take (and those of scripts that run-time compilers name) are read.
 */
const EXTENSIONS = new Set(
  (
    "c h cc cpp cxx c++ hh hpp hxx h++ inl inc ipp tcc tpp def ii i m mm cu cuh cl " +
    "rs go s asm zig d di f for f77 f90 f95 f03 f08 adb ads ada pas pp nim cr v hs ml mli swift kt java scala cs " +
    "js mjs cjs ts mts cts jsx tsx py pyx rb php lua pl pm erl ex exs jl y l re"
  ).split(" "),
);

/** `O_PATH` of Linux on all architectures but alpha, parisc and sparc, which Node does not run on. */
const O_PATH = 0o10000000;

/** The source files of this machine, as far as `access` allows. */
export function sourceFiles(access: Exclude<SourceAccess, "none">): SourcePort {
  const programs = new Map<string, { mtimeMs: number; buildId: string } | undefined>();
  return {
    read: (path, named) => readSource(path, access, () => named.some(isOurOwn)),
    program(path) {
      if (!programs.has(path)) programs.set(path, readProgram(path));
      return programs.get(path);
    },
  };
}

function readSource(
  path: string,
  access: Exclude<SourceAccess, "none">,
  isTrusted: () => boolean,
): ReturnType<SourcePort["read"]> {
  if (!isSourceName(path)) return { missing: "does not have the name of a source file" };
  let fd: number | undefined;
  try {
    // Linux: the file is looked at before it is opened, and what was looked at is what is opened, whoever exchanges
    // links meanwhile. Opening alone does harm to some devices (/dev/watchdog).
    const isLinux = process.platform === "linux";
    if (!isLinux && !statSync(path).isFile()) return { missing: "is not a regular file" };
    fd = openSync(path, isLinux ? O_PATH : constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(fd);
    if (!status.isFile()) return { missing: "is not a regular file" };
    if (status.size > MAX_FILE_BYTES) return { missing: "is larger than 4 MiB" };
    const truePath = isLinux ? readlinkSync(`/proc/self/fd/${fd}`) : path;
    if (!isSourceName(truePath)) return { missing: "leads to what does not have the name of a source file" };
    if (/^\/(dev|proc|sys)\//.test(truePath)) return { missing: "is not a file on a disk" };
    if (access !== "any" && !isPublic(truePath, status) && !(access === "own-programs" && isTrusted())) {
      return { missing: "may not be read by everybody, and was left out (--source takes such files too)" };
    }
    const bytes = isLinux ? readAll(`/proc/self/fd/${fd}`, status.size) : readAll(path, status.size);
    if (bytes.subarray(0, TEXT_PROBE_BYTES).includes(0)) return { missing: "holds no text" };
    return { text: bytes.toString("utf8"), mtimeMs: status.mtimeMs };
  } catch (error) {
    return { missing: reason(error) };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function isSourceName(path: string): boolean {
  return EXTENSIONS.has(extname(path).slice(1).toLowerCase());
}

/** Whether everybody may read the file and enter all the folders above it. `path` must be free of links. */
function isPublic(path: string, status: Stats): boolean {
  if ((status.mode & 0o004) === 0) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === "/") return true;
  }
}

/** Whether a program belongs to us and no one else may write it. */
function isOurOwn(path: string): boolean {
  try {
    const status = statSync(path);
    return status.isFile() && status.uid === process.geteuid?.() && (status.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

function readAll(path: string, size: number): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(Math.min(size, MAX_FILE_BYTES));
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(fd, bytes, filled, bytes.length - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}

function readProgram(path: string): { mtimeMs: number; buildId: string } | undefined {
  const opened = fileSource(path);
  if (opened.found === undefined) return undefined;
  try {
    return { mtimeMs: statSync(path).mtimeMs, buildId: buildIdOf(readElf(opened.found)) ?? "" };
  } catch {
    // Not an ELF file, or gone by now: nothing that a source could be compared with.
    return undefined;
  } finally {
    opened.found.close();
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return "is not on the machine where this page was made";
  return code === "EACCES" || code === "EPERM" ? "may not be read" : "could not be read";
}
