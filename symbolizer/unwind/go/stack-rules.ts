import type { ElfFile } from "../../elf/elf-file.ts";
import { codeAt } from "../executable-segments.ts";
import type { CodeRule } from "../overlay-rows.ts";
import type { ExecutableSegment } from "../unwind-table.ts";
import { CGO_CODE } from "./cgo.ts";
import { KERNEL_CODE } from "./kernel.ts";
import type { Recognized } from "./recognized.ts";
import { SCHEDULER_CODE } from "./scheduler.ts";
import { SYSTEMSTACK_CODE } from "./systemstack.ts";

/**
 * Whatever of Go's runtime goes over to another stack, x86-64 (src/runtime/asm_amd64.s, sys_linux_amd64.s). Read in programs of Go 1.19
 * and 1.21 to 1.24, built in all ways.
 */
const GO_CODE = [...SYSTEMSTACK_CODE, ...SCHEDULER_CODE, ...CGO_CODE, ...KERNEL_CODE];
/** Code is looked through in blocks, which overlap by more than what is recognized in one place takes. */
const BLOCK_BYTES = 1 << 20;
const OVERLAP_BYTES = 1024;

/**
 * Go's runtime works on stacks of its own (g0), and its call frame information does not tell how to come back to a goroutine's. The
 * code that does tells it, with the places of all that is read there: it is recognized byte by byte, whatever version of Go it is
 * of. In ascending order, not overlapping. Linear in the size of the code, which is x86-64.
 */
export function goStackRules(elf: ElfFile, segments: readonly ExecutableSegment[]): CodeRule[] {
  const found: { base: number; code: Recognized }[] = [];
  for (const segment of segments) {
    for (let from = 0; from < segment.bytes; from += BLOCK_BYTES) {
      const bytes = Math.min(BLOCK_BYTES + OVERLAP_BYTES, segment.bytes - from);
      const base = segment.address + from;
      const block = codeAt(elf, segment, base, bytes);
      const code = Buffer.from(block.buffer, block.byteOffset, block.length);
      for (const recognized of recognize(code)) found.push({ base, code: recognized });
      if (block.length < bytes) break;
    }
  }
  const places = found.find(({ code }) => code.places !== undefined)?.code.places;
  const rules = found.map(({ base, code }) => ({
    start: base + code.start,
    end: base + code.end,
    rule: code.rule(places),
    beforeFunction: code.beforeFunction ?? false,
    wholeFunction: code.wholeFunction ?? false,
  }));
  rules.sort((a, b) => a.start - b.start);
  // What lies where two blocks overlap was found twice.
  return rules.filter(({ start }, index) => index === 0 || start >= rules[index - 1].end);
}

function recognize(code: Buffer): Recognized[] {
  const found: Recognized[] = [];
  for (const { anchor, recognize } of GO_CODE) {
    for (let at = code.indexOf(anchor); at >= 0; at = code.indexOf(anchor, at + 1)) {
      const recognized = recognize(code, at);
      if (recognized !== undefined) found.push(recognized);
    }
  }
  return found;
}
