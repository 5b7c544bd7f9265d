import type { ElfFile } from "../elf/elf-file.ts";
import { codeRanges, executableSegments } from "./executable-segments.ts";
import { type CodeRanges, orderFdes } from "./fde-ranges.ts";
import { FrameProgram } from "./frame-program.ts";
import { readFrameSection } from "./frame-section.ts";
import { openEhFrame } from "./frame-sections.ts";
import { REGISTERS, unwindMachineOf } from "./machine.ts";
import { LEFT_OUT, type LeftOut, Tally } from "./unwind-stats.ts";

/**
 * Where each function begins and ends, as `.eh_frame` tells, which stripped binaries keep: ascending ELF virtual addresses, not
 * overlapping. A part that the compiler has put elsewhere (`.cold`) is one of its own. undefined: there is none, or none that
 * can be read. Never throws on what the file holds; linear in the section's size.
 */
export function functionRanges(elf: ElfFile): CodeRanges | undefined {
  const machine = unwindMachineOf(elf);
  const section = openEhFrame(elf).found?.section;
  if (machine === undefined || section === undefined) return undefined;
  const { framePointer, stackPointer, linked } = REGISTERS[machine];
  const program = new FrameProgram({ framePointer, stackPointer, signs: linked });
  const leftOut = new Tally<LeftOut>(LEFT_OUT);
  const fdes = readFrameSection(section, program, leftOut);
  const { starts, ends, count } = orderFdes(fdes, codeRanges(elf, executableSegments(elf)), leftOut);
  return { starts: starts.subarray(0, count), ends: ends.subarray(0, count) };
}
