import type { DebugInfo } from "./debug-info.ts";
import type { DwarfFrames } from "./dwarf/dwarf-resolver.ts";
import { NO_ENCLOSING } from "./dwarf/enclosing-scopes.ts";
import type { ElfFile } from "./elf/elf-file.ts";
import { elfResolver, hasSymbols } from "./elf/elf-resolver.ts";
import { FramesBuilder } from "./frames-builder.ts";
import { type FunctionFinder, functionFinder } from "./function-finder.ts";
import type { ResolvedFrames, Resolver } from "./resolver.ts";

/**
 * The names of a binary: DWARF's frames where it has any, with inlined calls, files and lines; for what it leaves open the
 * symbol tables' names, with the line that DWARF may know all the same (assembler has lines and no functions). Without DWARF,
 * programs of Go have frames by the table of their runtime.
 */
export function binaryResolver(
  elf: ElfFile,
  debugInfo?: DebugInfo,
  functions: FunctionFinder = functionFinder(elf),
): Resolver {
  const symbols = elfResolver(elf, debugInfo?.symbolFiles, (address) => functions.startAround(address));
  const dwarf = debugInfo?.dwarf;
  if (dwarf !== undefined) {
    return {
      resolve(addresses) {
        const known = dwarf.lookup(addresses);
        return fillGaps(known, addresses, (gaps) => symbols.resolve(gaps));
      },
    };
  }
  const go = debugInfo?.go;
  if (go === undefined) return symbols;
  const hasTable = hasSymbols(elf, "full") || (debugInfo?.symbolFiles.length ?? 0) > 0;
  return {
    resolve: (addresses) => goFramesAndSymbols(go.resolve(addresses), symbols.resolve(addresses), hasTable),
  };
}

/**
 * Frames of Go, and where there are none those of symbols. A full symbol table has the better names for functions themselves: with the arguments
 * of types. `.dynsym` alone has not, as its labels without size reach too far.
 */
function goFramesAndSymbols(go: ResolvedFrames, symbols: ResolvedFrames, hasTable: boolean): ResolvedFrames {
  const all = new FramesBuilder();
  for (let i = 0; i + 1 < go.frameStart.length; i++) {
    const end = go.frameStart[i + 1];
    const named = symbols.frameStart[i] < symbols.frameStart[i + 1];
    if (go.frameStart[i] === end) all.addAll(symbols, i);
    else all.addAll(go, i, hasTable && named ? symbols.name[symbols.frameStart[i]] : undefined);
    all.endAddress();
  }
  return all.finish();
}

/** DWARF's frames, and for addresses that have none those of `search`, which is asked for these only. */
export function fillGaps(
  { frames, bareFile, bareLine, bareColumn }: Omit<DwarfFrames, "from" | "to">,
  addresses: Float64Array,
  search: (addresses: Float64Array) => ResolvedFrames,
): ResolvedFrames {
  const gaps: number[] = [];
  for (let i = 0; i < addresses.length; i++) {
    if (frames.frameStart[i] === frames.frameStart[i + 1]) gaps.push(i);
  }
  if (gaps.length === 0) return frames;
  const others = search(Float64Array.from(gaps, (i) => addresses[i]));
  // Not by `FramesBuilder.addAll`: this is the last step of each batch, and so takes 2% less of all CPU time and 1 MiB less.
  const all = frameColumns(addresses.length, frames.name.length + gaps.length);
  const { frameStart, name, enclosing, file, line, column, startLine } = all;
  let to = 0;
  for (let i = 0, gap = 0; i < addresses.length; i++) {
    const end = frames.frameStart[i + 1];
    for (let from = frames.frameStart[i]; from < end; from++, to++) {
      name[to] = frames.name[from];
      enclosing[to] = frames.enclosing[from];
      file[to] = frames.file[from];
      line[to] = frames.line[from];
      column[to] = frames.column[from];
      startLine[to] = frames.startLine[from];
    }
    if (gaps[gap] === i) {
      const first = others.frameStart[gap];
      if (first < others.frameStart[++gap]) {
        name[to] = others.name[first];
        enclosing[to] = NO_ENCLOSING;
        file[to] = bareFile[i];
        line[to] = bareLine[i];
        column[to] = bareColumn[i];
        to++;
      }
    }
    frameStart[i + 1] = to;
  }
  return {
    ...all,
    line: line.subarray(0, to),
    column: column.subarray(0, to),
    startLine: startLine.subarray(0, to),
  };
}

/** Room for the frames of so many addresses in at most so many rows; the lists grow. */
function frameColumns(addresses: number, rows: number): Required<ResolvedFrames> {
  return {
    frameStart: new Int32Array(addresses + 1),
    name: [],
    enclosing: [],
    file: [],
    line: new Int32Array(rows),
    column: new Int32Array(rows),
    startLine: new Int32Array(rows),
  };
}
