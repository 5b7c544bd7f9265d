import type { ElfFile } from "../elf/elf-file.ts";
import { codeAt, segmentOf } from "./executable-segments.ts";
import type { UnwindMachine } from "./machine.ts";
import type { ExecutableSegment } from "./unwind-table.ts";

/** Instructions that the code may begin with, and the one that tells it: endbr64; xor of ebp or rbp; mov %rsp,%rdi. */
const MAY_BEGIN = [
  [0xf3, 0x0f, 0x1e, 0xfa],
  [0x31, 0xed],
  [0x48, 0x31, 0xed],
];
const TAKES_STACK = [0x48, 0x89, 0xe7];
/** glibc's, with what it goes on to, has 61 bytes. */
const MOST_BYTES = 128;
const LOOKED_AT = 16;

/**
 * Where the kernel starts a process that nobody wrote call frame information of: the dynamic loader's first code (glibc's `_start` and
 * `_dl_start_user`), musl's `_start`. Nothing has called it. Files that are not started have an entry too, perhaps
 * any code, so it must begin like one: by taking the stack for its argument.
 */
export function processEntry(
  elf: ElfFile,
  machine: UnwindMachine,
  segments: readonly ExecutableSegment[],
): { start: number; end: number } | undefined {
  if (machine !== "x86-64") return undefined;
  const { entry: start } = elf;
  const segment = segmentOf(segments, start);
  if (segment === undefined) return undefined;
  const code = codeAt(elf, segment, start, LOOKED_AT);
  const has = (bytes: readonly number[], at: number) =>
    bytes.every((byte, index) => code[at + index] === byte);
  let at = 0;
  for (const bytes of MAY_BEGIN) if (has(bytes, at)) at += bytes.length;
  if (!has(TAKES_STACK, at)) return undefined;
  return { start, end: Math.min(start + MOST_BYTES, segment.address + segment.bytes) };
}
