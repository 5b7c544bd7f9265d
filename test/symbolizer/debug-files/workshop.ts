import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { ByteSource } from "../../../symbolizer/byte-source.ts";
import { type ElfFile, readElf } from "../../../symbolizer/elf/elf-file.ts";
import { buildIdOf } from "../../../symbolizer/elf/notes.ts";
import { sectionName } from "../../../symbolizer/elf/strings.ts";
import { fileSource } from "../../../symbolizer/file-source.ts";
import type { Found } from "../../../symbolizer/found.ts";
import { PACKAGE_OF } from "../judges.ts";

/** A folder for a test file's programs, removed behind it. */
export function workshop(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `stapflame-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where gcc finds a library of the system. */
export function library(name: string): string {
  return realpathSync(run(tmpdir(), "gcc", `-print-file-name=${name}`).trim());
}

/** Tools that judge here take a moment; some never end on what they do not know. */
const TOOL_MS = 60_000;

/** Runs a tool in a folder; one that is missing fails the test with the package that has it. */
export function run(folder: string, tool: string, ...args: string[]): string {
  try {
    return execFileSync(tool, args, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TOOL_MS,
      maxBuffer: 1 << 28,
    }).toString();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new Error(`this test needs ${tool}: apt-get install ${PACKAGE_OF[tool] ?? tool}`);
    }
    throw error;
  }
}

/** Writes a file below a folder, with the folders that it needs; gives its path. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A C program of some functions, so that its debug information is worth compressing. */
export function cSource(functions = 40): string {
  const parts = ["#include <stddef.h>", "struct item { int key; char text[20]; struct item *next; };"];
  for (let i = 0; i < functions; i++) {
    parts.push(`static int part_${i}(struct item *item, int n) { return item->key * ${i} + n; }`);
    parts.push(`int whole_${i}(struct item *item) { return item ? part_${i}(item, ${i}) : 0; }`);
  }
  return `${parts.join("\n")}\nint main(void) { struct item item = { 1, "", NULL }; return whole_1(&item); }\n`;
}

/** Opens a file for a test, which ends with the process. */
export function open(path: string): ElfFile {
  return readElf(value(fileSource(path)));
}

/** What was found; a miss fails the test with its sentence. */
export function value<T>(answer: Found<T>): T {
  if (answer.found === undefined) throw new Error(`missing: ${answer.missing}`);
  return answer.found;
}

export function bytesOf(source: ByteSource): Buffer {
  return Buffer.from(source.read(0, source.size));
}

export function idOf(path: string): string {
  return buildIdOf(open(path)) ?? "";
}

export function sectionNames(elf: ElfFile): string[] {
  return elf.sections.map((section) => sectionName(elf, section));
}
