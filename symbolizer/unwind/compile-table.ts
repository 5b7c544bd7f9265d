import { Cursor } from "../dwarf/cursor.ts";
import { DwarfDamage } from "../dwarf/damage.ts";
import type { ElfFile } from "../elf/elf-file.ts";
import { type Found, found, missing } from "../found.ts";
import { findPclntab, hasGoMark } from "../go/find-pclntab.ts";
import { codeRanges, executableSegments } from "./executable-segments.ts";
import { type FdeRanges, mergeFdes, orderFdes } from "./fde-ranges.ts";
import { FrameProgram } from "./frame-program.ts";
import { MAX_DAMAGED, readFrameSection } from "./frame-section.ts";
import { type NamedFrameSection, openDebugFrame, openEhFrame } from "./frame-sections.ts";
import { withStackDepths } from "./go/stack-depths.ts";
import { goStackRules } from "./go/stack-rules.ts";
import { REGISTERS, unwindMachineOf } from "./machine.ts";
import { overlayRows } from "./overlay-rows.ts";
import { processEntry } from "./process-entry.ts";
import { RowBuilder } from "./row-builder.ts";
import { RuleDictionary } from "./rule-dictionary.ts";
import { StateRules } from "./rule-of-state.ts";
import { startContextFinder } from "./start-context.ts";
import { LEFT_OUT, type LeftOut, Tally } from "./unwind-stats.ts";
import type { UnwindTable } from "./unwind-table.ts";
import { withCodeRows } from "./x86/code-rows.ts";

/** How a table is made. */
export interface CompileOptions {
  /** Whether code without call frame information is followed (x86-64); false: it is a gap. */
  followsCode: boolean;
}

/**
 * Compiles a binary's call frame information to rows of rules. `.eh_frame` counts first; `.debug_frame`, of the binary or of
 * its separate `debugFile`, where that has nothing; of Go's code, where neither has, the runtime's own table; and of other code what it does with its stack. Missing, with a sentence without its subject: another machine, no
 * information, or none that can be read. Never throws on what the files hold; linear in their size.
 */
export function compileUnwindTable(
  elf: ElfFile,
  debugFile?: ElfFile,
  { followsCode }: CompileOptions = { followsCode: true },
): Found<UnwindTable> {
  const machine = unwindMachineOf(elf);
  if (machine === undefined) return missing("is for a machine that no unwind tables are made for");
  const opened = openSections(elf, debugFile);
  const isX86 = machine === "x86-64";
  const goTable = isX86 ? findPclntab(elf).found : undefined;
  // Go's runtime leaves its stacks in ways of its own.
  const isGo = isX86 && (goTable !== undefined || hasGoMark(elf));
  const isFollowed = followsCode && isX86 && !isGo;
  if (opened.found === undefined && goTable === undefined && !(opened.absent && isFollowed)) return opened;
  const sections = opened.found ?? [];
  const { framePointer, stackPointer, linked } = REGISTERS[machine];
  const program = new FrameProgram({ framePointer, stackPointer, signs: linked });
  const leftOut = new Tally<LeftOut>(LEFT_OUT);
  const segments = executableSegments(elf);
  const code = codeRanges(elf, segments);
  const ranges = sections.map(({ section }) =>
    orderFdes(readFrameSection(section, program, leftOut), code, leftOut),
  );
  const dictionary = new RuleDictionary();
  const rules = new StateRules(dictionary, machine);
  const rows = new RowBuilder();
  const isStartContext = startContextFinder(elf, machine, segments);
  const entry = processEntry(elf, machine, segments, isFollowed);
  let fdes = 0;
  let rowCount = 0;
  /** Programs that end inside an instruction. */
  let damaged = 0;
  let lastEnd = Number.NaN;

  /** A process may begin in the code from `from` to `to`. */
  function addEntry(from: number, to: number): void {
    if (entry === undefined || entry.start < from || entry.start >= to) return;
    rows.add(entry.start, rules.outermost());
    if (entry.end < to) rows.add(entry.end, 0);
  }

  /** Nothing else is known there. */
  function leaveGap(from: number, to: number): void {
    rows.add(from, 0);
    addEntry(from, to);
  }

  function follow({ columns, order, starts, ends }: FdeRanges, index: number): void {
    const fde = order[index];
    const start = starts[index];
    const end = ends[index];
    const cie = columns.cies[columns.cieIndexes[fde]];
    const { section } = columns;
    if (start > lastEnd) leaveGap(lastEnd, start);
    else if (fdes === 0) addEntry(Number.NEGATIVE_INFINITY, start);
    fdes++;
    if (isStartContext(start, end)) {
      // It is looked up by the byte before it too, unless that is another function's.
      rows.add(start > lastEnd ? start - 1 : start, rules.outermost());
      lastEnd = end;
      rowCount++;
      return;
    }
    // A signal's trampoline ends with a system call that does not return to it: while that runs, pc is right behind it.
    lastEnd = cie.signal ? end + 1 : end;
    const add = (address: number) => {
      // What an FDE says of code that is another's, or before its executable segment, is no row.
      rowCount++;
      const rule = rules.ruleOf(program.state, section, cie.returnAddress, cie.signal);
      rows.add(Math.max(address, start), rule);
    };
    program.state.set(cie.initial);
    const { programs, programEnds } = columns;
    const cursor = new Cursor(section.bytes, section.littleEndian, programs[fde], programEnds[fde]);
    let ended: "done" | "damaged" | "instruction" = "damaged";
    program.location = columns.starts[fde];
    try {
      if (damaged < MAX_DAMAGED)
        ended = program.run(cursor, cie, columns.starts[fde], end, section.bases, add);
    } catch (error) {
      if (!(error instanceof DwarfDamage)) throw error;
      damaged++;
    }
    if (program.location >= end) return;
    if (ended === "done") add(program.location);
    else {
      rowCount++;
      rows.add(Math.max(program.location, start), rules.refuse(ended));
    }
  }

  mergeFdes(ranges[0], ranges[1], leftOut, follow);
  if (fdes > 0) leaveGap(lastEnd, Number.POSITIVE_INFINITY);
  else addEntry(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const go = goTable === undefined ? undefined : withStackDepths(rows, goTable, dictionary);
  const goRules = isGo ? goStackRules(elf, segments) : [];
  const followed = isFollowed ? withCodeRows(rows, elf, segments, dictionary) : undefined;
  if (opened.found === undefined && followed?.bytes === 0) return opened;
  const all = overlayRows(go?.rows ?? followed?.rows ?? rows, followed?.signalReturns ?? goRules, dictionary);
  const { starts: rowStarts, rules: ruleIndexes } = all.rows();
  const sectionNames = sections.map(({ name }) => name);
  const goFunctions = go?.functions ?? 0;
  return found({
    machine,
    rowStarts,
    ruleIndexes,
    rules: dictionary.words(),
    segments,
    stats: {
      sections: goFunctions > 0 ? [...sectionNames, ".gopclntab"] : sectionNames,
      fdes: fdes + goFunctions,
      leftOut: leftOut.counts(),
      cut: ranges.reduce((sum, { cut }) => sum + cut, 0),
      rows: rowCount + (go?.added ?? 0),
      followedBytes: followed?.bytes ?? 0,
      inexpressible: rules.inexpressible.counts(),
      lostFramePointer: rules.lostFramePointer.counts(),
      full: all.full,
    },
  });
}

/** One or two; missing where there is none. */
function openSections(elf: ElfFile, debugFile: ElfFile | undefined): Found<NamedFrameSection[]> {
  const eh = openEhFrame(elf);
  let debug = openDebugFrame(elf);
  if (debug.found === undefined && debug.absent && debugFile !== undefined) debug = openDebugFrame(debugFile);
  const sections = [eh.found, debug.found].filter((section) => section !== undefined);
  if (sections.length > 0) return found(sections);
  if (eh.missing !== undefined && !eh.absent) return eh;
  if (debug.missing !== undefined && !debug.absent) return debug;
  return missing("has no call frame information", true);
}
