import { execFile } from "node:child_process";
import { ElfError } from "./elf/elf-error.ts";
import { readElf, SegmentType } from "./elf/elf-file.ts";
import { fileSource } from "./file-source.ts";

/** The loader is asked for no longer than this. */
const LIMIT_MS = 1000;
const MAX_PATH_BYTES = 4096;
const LISTED = /(?:=> )?(\/\S.*) \(0x[0-9a-f]+\)$/;

/**
 * Absolute paths of the libraries that a program will be loaded with, as its own dynamic loader lists them (ld.so(8),
 * `--list`); the program itself is not run. None for a static program, or when the loader does not answer.
 */
export async function programLibraries(program: string): Promise<string[]> {
  const loader = interpreterOf(program);
  if (loader === undefined) return [];
  const text = await new Promise<string>((resolve) => {
    execFile(loader, ["--list", program], { timeout: LIMIT_MS }, (_error, stdout) => resolve(stdout));
  });
  return text.split("\n").flatMap((line) => LISTED.exec(line)?.[1] ?? []);
}

/** The program that the kernel runs to load another: its PT_INTERP; undefined where there is none. */
export function interpreterOf(program: string): string | undefined {
  const source = fileSource(program).found;
  if (source === undefined) return undefined;
  try {
    const segment = readElf(source).segments.find(({ type }) => type === SegmentType.interpreter);
    if (segment === undefined || segment.fileSize > MAX_PATH_BYTES) return undefined;
    const text = new TextDecoder().decode(source.read(segment.offset, segment.fileSize));
    const path = text.replace(/\0.*$/s, "");
    return path.startsWith("/") ? path : undefined;
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  } finally {
    source.close();
  }
}
