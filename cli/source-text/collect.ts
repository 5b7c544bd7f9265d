import { isPerfMapPath } from "../../profile/frame-kind.ts";
import { type HotLine, hotLines } from "../../profile/hot-lines.ts";
import type { Profile } from "../../profile/profile.ts";
import type { SourceExcerpt, SourceFile, SourceText } from "../../profile/source-text.ts";

/** The files of a machine, as far as source text needs them. */
export interface SourcePort {
  /** The text of a file that `programs` name; `missing` goes on after the file's name. */
  read(path: string, programs: readonly string[]): { text: string; mtimeMs: number } | { missing: string };
  /** The program at a path today; undefined when there is none. */
  program(path: string): { mtimeMs: number; buildId: string } | undefined;
}

/** Bytes of source text in a page: about 6,000 lines, and 60 KiB of page after packing. */
export const MAX_TEXT_BYTES = 256 * 1024;
/** Lines shown before and after a busy one. */
export const CONTEXT_LINES = 6;
/** Minified programs have lines of megabytes. */
export const MAX_LINE_CHARACTERS = 400;
/** Files that are tried, and bytes that are read, so that a profile of a huge program takes no longer to write. */
const MAX_FILES = 400;
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * Source text around the busiest lines of a profile, heaviest first until there is enough. Files that could not be read
 * are listed with the reason.
 */
export function collectSourceText(profile: Profile, port: SourcePort): SourceText {
  const files = new Map<number, OpenedFile>();
  let budget = MAX_TEXT_BYTES;
  let readBytes = 0;
  const ranked = hotLines(profile);
  const programsOf = programsByFile(ranked);
  for (const { file, line } of ranked) {
    let opened = files.get(file);
    if (opened === undefined) {
      if (files.size >= MAX_FILES || readBytes >= MAX_READ_BYTES) continue;
      opened = openFile(profile, file, programsOf.get(file) ?? new Set(), port);
      readBytes += opened.bytes;
      files.set(file, opened);
    }
    budget -= opened.take(line, budget);
    if (budget <= 0) break;
  }
  return [...files.values()].map((opened) => opened.finish());
}

/** Rows of the mappings whose code comes from each file, the one with the busiest line first. */
function programsByFile(ranked: readonly HotLine[]): Map<number, Set<number>> {
  const programs = new Map<number, Set<number>>();
  for (const { file, mappings } of ranked) {
    const known = programs.get(file) ?? new Set();
    for (const mapping of mappings) if (mapping >= 0) known.add(mapping);
    programs.set(file, known);
  }
  return programs;
}

function openFile(profile: Profile, file: number, mappings: Set<number>, port: SourcePort): OpenedFile {
  const path = profile.strings[file];
  const programs = [...mappings].map((mapping) => ({
    path: profile.strings[profile.mappings.file[mapping]],
    buildId: profile.strings[profile.mappings.buildId[mapping]],
  }));
  // Relative paths are relative to where the compiler ran, which nobody knows here.
  if (!path.startsWith("/")) return new OpenedFile(path, [], "", "has no absolute path");
  const source = port.read(
    path,
    programs.map((program) => program.path),
  );
  if ("missing" in source) return new OpenedFile(path, [], "", source.missing);
  const doubts = programs.map((program) =>
    isPerfMapPath(program.path)
      ? doubtAboutRunTimeCode(source.mtimeMs, profile.timeNanos / 1e6)
      : doubtAbout(source.mtimeMs, program, port),
  );
  return new OpenedFile(
    path,
    source.text.replace(/\r?\n$/, "").split(/\r?\n/),
    doubts.find((doubt) => doubt !== "") ?? "",
    "",
  );
}

/** Why a source may not be what a program was built from. */
function doubtAbout(
  sourceTime: number,
  { path, buildId }: { path: string; buildId: string },
  port: SourcePort,
): string {
  const program = path.startsWith("/") ? port.program(path) : undefined;
  if (program === undefined) {
    return `${path} is not a file on the machine where this page was made, so it is not known whether it was built from this text.`;
  }
  if (buildId !== "" && program.buildId !== buildId) {
    return `${path} was replaced since the recording (its build ID is another), so lines may have moved.`;
  }
  return sourceTime > program.mtimeMs
    ? `The source is newer than the program ${path}, so lines may have moved.`
    : "";
}

/** Of code that was compiled while the program ran: from the text as it was then. `recordedMs`: when that was recorded, 0 when unknown. */
function doubtAboutRunTimeCode(sourceTime: number, recordedMs: number): string {
  if (recordedMs > 0 && sourceTime <= recordedMs) return "";
  return recordedMs > 0
    ? "The source was changed after the recording began, so lines may have moved."
    : "It is not known whether the source was changed after the recording.";
}

class OpenedFile {
  readonly #path: string;
  readonly #lines: readonly string[];
  readonly #taken = new Set<number>();
  readonly #missing: string;
  #warning: string;

  constructor(path: string, lines: readonly string[], warning: string, missing: string) {
    this.#path = path;
    this.#lines = lines;
    this.#warning = warning;
    this.#missing = missing;
  }

  get bytes(): number {
    return this.#lines.reduce((sum, line) => sum + line.length + 1, 0);
  }

  /** Takes the lines around `line` (from 1) as far as they cost no more than `budget`; returns what they cost. */
  take(line: number, budget: number): number {
    if (this.#missing !== "") return 0;
    if (line > this.#lines.length) {
      this.#warning ||= `The source has only ${this.#lines.length} lines, but the program names line ${line}: it was built from other text.`;
      return 0;
    }
    let cost = 0;
    // The line itself first: with the last of the budget it is worth more than what is around it.
    for (const at of [line, ...around(line, this.#lines.length)]) {
      if (this.#taken.has(at)) continue;
      const bytes = Buffer.byteLength(cut(this.#lines[at - 1])) + 1;
      if (cost + bytes > budget) return budget;
      this.#taken.add(at);
      cost += bytes;
    }
    return cost;
  }

  finish(): SourceFile {
    const excerpts: SourceExcerpt[] = [];
    for (const at of [...this.#taken].sort((a, b) => a - b)) {
      const last = excerpts.at(-1);
      const text = cut(this.#lines[at - 1]);
      if (last !== undefined && last.first + last.lines.length === at) last.lines.push(text);
      else excerpts.push({ first: at, lines: [text] });
    }
    return { path: this.#path, excerpts, warning: this.#warning, missing: this.#missing };
  }
}

function around(line: number, count: number): number[] {
  const lines: number[] = [];
  for (let at = line - CONTEXT_LINES; at <= line + CONTEXT_LINES; at++) {
    if (at >= 1 && at <= count && at !== line) lines.push(at);
  }
  return lines;
}

function cut(line: string): string {
  return line.length <= MAX_LINE_CHARACTERS ? line : `${line.slice(0, MAX_LINE_CHARACTERS)}…`;
}
