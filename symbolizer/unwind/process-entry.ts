import { type ElfFile, ElfType } from "../elf/elf-file.ts";
import { codeAt, segmentOf } from "./executable-segments.ts";
import type { UnwindMachine } from "./machine.ts";
import type { ExecutableSegment } from "./unwind-table.ts";
import { Instruction } from "./x86/instruction.ts";
import { endsFlow, StackEffect } from "./x86/stack-effect.ts";

/** Instructions that the code may begin with, and the one that tells it: endbr64; xor of ebp or rbp; mov %rsp,%rdi. */
const MAY_BEGIN = [
  [0xf3, 0x0f, 0x1e, 0xfa],
  [0x31, 0xed],
  [0x48, 0x31, 0xed],
];
const TAKES_STACK = [0x48, 0x89, 0xe7];
/** glibc's, with what it goes on to, has 61 bytes. */
const MOST_BYTES = 128;

/**
 * Where the kernel starts a process that nobody wrote call frame information of: the dynamic loader's first code (glibc's `_start` and
 * `_dl_start_user`), musl's `_start`. Nothing has called it. Files that are not started have an entry too, perhaps
 * any code, so it must begin like one: by taking the stack for its argument. A program at fixed addresses has it for nothing else: where its
 * code `isFollowed`, the entry ends with the first instruction that does not go on (Free Pascal).
 */
export function processEntry(
  elf: ElfFile,
  machine: UnwindMachine,
  segments: readonly ExecutableSegment[],
  isFollowed: boolean,
): { start: number; end: number } | undefined {
  if (machine !== "x86-64") return undefined;
  const { entry: start } = elf;
  const segment = segmentOf(segments, start);
  if (segment === undefined) return undefined;
  const most = Math.min(MOST_BYTES, segment.address + segment.bytes - start);
  const code = codeAt(elf, segment, start, most);
  const has = (bytes: readonly number[], at: number) =>
    bytes.every((byte, index) => code[at + index] === byte);
  let at = 0;
  for (const bytes of MAY_BEGIN) if (has(bytes, at)) at += bytes.length;
  if (has(TAKES_STACK, at)) return { start, end: start + most };
  const bytes = isFollowed && elf.type === ElfType.executable ? bytesToEnd(code) : undefined;
  return bytes === undefined ? undefined : { start, end: start + bytes };
}

/** Up to the first instruction that control does not go on behind; undefined: none is there. */
function bytesToEnd(code: Uint8Array): number | undefined {
  const instruction = new Instruction();
  const effect = new StackEffect();
  for (let at = 0; at < code.length && instruction.read(code, at); ) {
    effect.read(instruction);
    at += instruction.length;
    if (endsFlow(effect.kind)) return at;
  }
  return undefined;
}
