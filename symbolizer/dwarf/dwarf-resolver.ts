import type { ResolvedFrames, Resolver } from "../resolver.ts";
import { Context } from "./context.ts";
import { DwarfFile } from "./dwarf-file.ts";
import type { DwarfCompanions, DwarfSections } from "./dwarf-sections.ts";
import { type EnclosingScopes, NO_ENCLOSING } from "./enclosing-scopes.ts";
import { FunctionFinder } from "./function-facts.ts";
import { LineTables, type SourcePlaces } from "./line-tables.ts";
import { Reach } from "./reach.ts";
import { ScopeWalk } from "./scope-walk.ts";
import { NO_SCOPE, Scopes } from "./scopes.ts";
import { SplitUnits } from "./split-units.ts";
import { findScopes, groupByUnit } from "./unit-scopes.ts";
import { searchUnits } from "./unit-search.ts";

/** Frames as DWARF tells them, and of addresses without function (assembler) the place in the source. */
export interface DwarfFrames {
  frames: Required<ResolvedFrames>;
  /** Of each address that has no frame: the source file, "" when that is unknown too. */
  bareFile: string[];
  bareLine: Int32Array;
  bareColumn: Int32Array;
  /** How far around address i its answer holds: [from, to). */
  from: Float64Array;
  to: Float64Array;
}

/** Names, inlined calls and lines out of DWARF. */
export interface DwarfResolver extends Resolver {
  resolve(addresses: Float64Array): Required<ResolvedFrames>;
  /** The same, with the source lines of what has no function. */
  lookup(addresses: Float64Array): DwarfFrames;
  /** What went wrong so far: sentences without their subject, as they are shown after a file's name. */
  problems(): string[];
}

export interface DwarfOptions {
  /** Whether inlined calls become frames; without them a function's frame tells the line of its outermost call. */
  inlines: boolean;
}

/** A function that the file has no name for. */
const NAMELESS = "[nameless function]";

/**
 * Reads the DWARF of one file. All addresses of a call are looked up in one batch, and the more come at once the less
 * each costs: every unit is read once for all addresses in it. Memory goes with the largest unit and with the addresses.
 */
export function dwarfResolver(
  sections: DwarfSections,
  companions: DwarfCompanions,
  options: DwarfOptions,
): DwarfResolver {
  const context = new Context();
  let alternate: DwarfFile | undefined;
  let askedForAlternate = false;
  const file = new DwarfFile(sections, context, {
    alternate: () => {
      if (askedForAlternate) return alternate;
      askedForAlternate = true;
      const answer = companions.alternate();
      if (answer.found !== undefined) alternate = new DwarfFile(answer.found, context);
      else context.note(`shares debug information with a file that can't be read: ${answer.missing}`);
      return alternate;
    },
  });
  const functions = new FunctionFinder();
  const split = new SplitUnits(companions);

  function lookup(addresses: Float64Array): DwarfFrames {
    const scopeOf = new Int32Array(addresses.length).fill(NO_SCOPE);
    const scopes = new Scopes();
    const walk = new ScopeWalk(file, scopes);
    const lines = new LineTables(file);
    const reach = new Reach(addresses.length);
    context.begin(addresses.length);
    context.attempt("its list of units", undefined, () => {
      const { unitOf, vague } = searchUnits(file, addresses, reach);
      reach.spread();
      const search = { file, functions, split, lines, scopes, walk, addresses, scopeOf, reach };
      for (const [unit, indices] of groupByUnit(unitOf)) findScopes(search, unit, indices);
      const homeless = Int32Array.from(unitOf.keys()).filter((i) => unitOf[i] < 0);
      if (homeless.length > 0) for (const unit of vague) findScopes(search, unit, homeless);
    });
    functions.nameEnclosing();
    const places = lines.run(addresses, scopeOf, scopes);
    return {
      ...rowsOf(scopeOf, scopes, places, options.inlines),
      ...reachOf(addresses, scopeOf, places, reach),
    };
  }

  return {
    lookup,
    resolve: (addresses) => lookup(addresses).frames,
    problems: () => context.problems(),
  };
}

/** What tables of ranges tell, narrowed to the row of the line table. */
function reachOf(
  addresses: Float64Array,
  scopeOf: Int32Array,
  { start, end }: SourcePlaces,
  { from, to }: Reach,
): Pick<DwarfFrames, "from" | "to"> {
  for (let i = 0; i < addresses.length; i++) {
    // What lies beside an address without row may have one; what lies beside one without function, any name.
    const isWhole = scopeOf[i] !== NO_SCOPE && Number.isFinite(start[i]);
    from[i] = isWhole ? Math.max(from[i], start[i]) : addresses[i];
    to[i] = isWhole ? Math.min(to[i], end[i]) : addresses[i] + 1;
  }
  return { from, to };
}

/** Lays the frames out as rows. */
function rowsOf(
  scopeOf: Int32Array,
  scopes: Scopes,
  places: SourcePlaces,
  inlines: boolean,
): Omit<DwarfFrames, "from" | "to"> {
  const count = scopeOf.length;
  const frameStart = new Int32Array(count + 1);
  const name: string[] = [];
  const enclosing: EnclosingScopes[] = [];
  const file: string[] = [];
  const line: number[] = [];
  const column: number[] = [];
  const startLine: number[] = [];
  const bareFile = new Array<string>(count).fill("");
  const bareLine = new Int32Array(count);
  const bareColumn = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    let scope = scopeOf[i];
    // Of a function without name, the symbol table may know one.
    if (scope === NO_SCOPE || (scopes.inlined[scope] === 0 && (scopes.identity[scope]?.name ?? "") === "")) {
      bareFile[i] = places.file[i];
      bareLine[i] = places.line[i];
      bareColumn[i] = places.column[i];
      frameStart[i + 1] = name.length;
      continue;
    }
    let placeFile = places.file[i];
    let placeLine = places.line[i];
    let placeColumn = places.column[i];
    while (scope !== NO_SCOPE) {
      const caller = scopes.caller(scope);
      if (inlines || caller === NO_SCOPE) {
        const identity = scopes.identity[scope];
        name.push(identity?.name || NAMELESS);
        enclosing.push(identity?.enclosing ?? NO_ENCLOSING);
        file.push(placeFile);
        line.push(placeLine);
        column.push(placeColumn);
        startLine.push(scopes.startLine[scope]);
      }
      placeFile = scopes.callFileName[scope];
      placeLine = scopes.callLine[scope];
      placeColumn = scopes.callColumn[scope];
      scope = caller;
    }
    frameStart[i + 1] = name.length;
  }
  const frames = {
    frameStart,
    name,
    enclosing,
    file,
    line: new Int32Array(line),
    column: new Int32Array(column),
    startLine: new Int32Array(startLine),
  };
  return { frames, bareFile, bareLine, bareColumn };
}
