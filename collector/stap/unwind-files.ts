import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TargetSpec } from "../contract.ts";
import { commandPath } from "../modules/command-path.ts";
import { mappedKind, stripDeleted } from "../process/mapped-file.ts";
import { parseProcMaps } from "../process/proc-maps.ts";
import { processOfThread, runningProcesses } from "../targets.ts";

/** Files whose unwind data goes into the module, and what has none. */
export interface UnwindFiles {
  /** Absolute paths, sorted. */
  files: string[];
  /** Whether SystemTap is to look for the libraries of `files` itself: of a program that does not run yet. */
  libraries: boolean;
  /** Sentences for people. */
  problems: string[];
}

/**
 * Of a whole machine, the files that most processes have mapped: each is compiled into the module, about a tenth of a
 * second and as many kilobytes as its .eh_frame.
 */
const MOST_FILES = 48;
/** Interpreters of interpreters do not go on for ever. */
const MOST_INTERPRETERS = 4;

/** What the targets have mapped, as of now; for a command that was not started yet, its program and libraries. */
export function chooseUnwindFiles(targets: TargetSpec): UnwindFiles {
  const seen = new Map<string, number>();
  const problems = new Set<string>();
  const pids = processesOf(targets);
  for (const pid of pids) noteMapped(pid, seen, problems);
  const launched = targets.kind === "tasks" ? targets.launched : undefined;
  if (launched !== undefined) for (const path of programsOf(launched)) note(seen, path);
  const ranked = [...seen].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (ranked.length > MOST_FILES) {
    problems.add(
      `callers in ${ranked.length - MOST_FILES} less used files are not known: unwind data of ${MOST_FILES} files is bundled`,
    );
  }
  return {
    files: ranked
      .slice(0, MOST_FILES)
      .map(([path]) => path)
      .sort(),
    libraries: launched !== undefined,
    problems: [...problems],
  };
}

function processesOf(targets: TargetSpec): number[] {
  switch (targets.kind) {
    case "all":
      return runningProcesses();
    case "cgroup":
      return cgroupProcesses(targets.path);
    case "tasks":
      // The launched command is a shell as yet, which is of no interest.
      return [...(targets.launched === undefined ? targets.pids : []), ...targets.tids.map(processOfThread)];
  }
}

function cgroupProcesses(folder: string): number[] {
  try {
    const own = readFileSync(join(folder, "cgroup.procs"), "latin1").split("\n").filter(Boolean).map(Number);
    const below = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => cgroupProcesses(join(folder, entry.name)));
    return [...own, ...below];
  } catch {
    return [];
  }
}

function noteMapped(pid: number, seen: Map<string, number>, problems: Set<string>): void {
  let maps: string;
  try {
    maps = readFileSync(`/proc/${pid}/maps`, "latin1");
  } catch {
    return; // gone
  }
  const ofThis = new Set<string>();
  for (const { file, inode } of parseProcMaps(maps)) {
    const kind = mappedKind(file);
    if (kind === "runtime" && file === "") {
      problems.add(`process ${pid} runs code made at run time: SystemTap cannot tell its callers`);
    }
    if (kind !== "file" || ofThis.has(file)) continue;
    ofThis.add(file);
    const path = stripDeleted(file);
    if (path !== file) problems.add(`${path} was replaced or deleted: SystemTap cannot tell its callers`);
    else if (!isSameFile(path, inode))
      problems.add(
        `${path} of process ${pid} is not the file of that name here: SystemTap cannot tell its callers`,
      );
    else note(seen, path);
  }
}

function isSameFile(path: string, inode: number): boolean {
  try {
    return statSync(path).ino === inode;
  } catch {
    return false;
  }
}

function note(seen: Map<string, number>, path: string): void {
  seen.set(path, (seen.get(path) ?? 0) + 1);
}

/** The program, or for a script its interpreter, and what that may run in turn (`/usr/bin/env node`). */
function programsOf(launched: string): string[] {
  const found: string[] = [];
  let path: string | undefined = launched;
  for (let i = 0; i < MOST_INTERPRETERS && path !== undefined && existsSync(path); i++) {
    const real: string = realpathSync(path);
    const shebang: string | undefined = /^#! *([^\n]{1,255})/.exec(firstBytes(real))?.[1];
    if (shebang === undefined) return [...found, real];
    const [interpreter, argument] = shebang.trim().split(/\s+/);
    path = interpreter;
    if (interpreter.endsWith("/env") && argument !== undefined) {
      found.push(realpathSync(interpreter));
      path = commandPath(argument);
    }
  }
  return found;
}

function firstBytes(path: string): string {
  try {
    return readFileSync(path).subarray(0, 256).toString("latin1");
  } catch {
    return "";
  }
}

/** What tells whether a file is still the one that was compiled in. */
export function identityOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${path} ${ino} ${size} ${mtimeMs}`;
  } catch {
    return path;
  }
}
