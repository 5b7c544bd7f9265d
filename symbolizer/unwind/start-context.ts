import type { ElfFile } from "../elf/elf-file.ts";
import { sectionBytes } from "../elf/section-bytes.ts";
import { codeAt, segmentOf } from "./executable-segments.ts";
import type { UnwindMachine } from "./machine.ts";
import type { ExecutableSegment } from "./unwind-table.ts";

/**
 * How glibc's `__start_context` begins on x86-64 (sysdeps/unix/sysv/linux/x86_64/__start_context.S):
 * mov %rbx,%rsp; mov (%rsp),%rdi; test %rdi,%rdi.
 */
const CODE = [0x48, 0x89, 0xdc, 0x48, 0x8b, 0x3c, 0x24, 0x48, 0x85, 0xff];
/** glibc 2.36 has 26 bytes. */
const MOST_BYTES = 128;
/** Who has the one has the other, and says so: a shared libc among its dynamic symbols, a static program among all. */
const NEIGHBOUR = "makecontext\0";
const STRINGS = [".dynstr", ".strtab"];
/** Names of larger programs are not looked through. */
const MAX_STRING_BYTES = 16 * 1024 * 1024;

/**
 * Tells `__start_context` by its code: where a coroutine of makecontext begins. Its first function has this one's first byte for
 * its return address, but was not called from here: no call frame information says so. As stripped libraries have no name for
 * it, it is looked for among the small functions of files that have `makecontext`.
 */
export function startContextFinder(
  elf: ElfFile,
  machine: UnwindMachine,
  segments: readonly ExecutableSegment[],
): (start: number, end: number) => boolean {
  if (machine !== "x86-64" || !hasContexts(elf)) return () => false;
  return (start, end) => {
    if (end - start > MOST_BYTES) return false;
    const segment = segmentOf(segments, start);
    if (segment === undefined || end > segment.address + segment.bytes) return false;
    const code = codeAt(elf, segment, start, CODE.length);
    return CODE.every((byte, index) => code[index] === byte);
  };
}

function hasContexts(elf: ElfFile): boolean {
  const sections = sectionBytes(elf);
  return STRINGS.some((name) => {
    const strings = sections.open(name).found;
    if (strings === undefined || strings.size > MAX_STRING_BYTES) return false;
    return Buffer.from(strings.read(0, strings.size)).includes(NEIGHBOUR);
  });
}
