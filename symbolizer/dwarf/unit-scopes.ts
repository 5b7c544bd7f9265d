import type { DwarfFile } from "./dwarf-file.ts";
import type { FunctionFinder } from "./function-facts.ts";
import type { LineTables } from "./line-tables.ts";
import type { Reach } from "./reach.ts";
import { isPadding, type ScopeWalk, type WantedOfUnit, wantedOfUnit } from "./scope-walk.ts";
import { NO_SCOPE, type Scopes } from "./scopes.ts";
import type { SplitUnits } from "./split-units.ts";
import { Unit } from "./unit.ts";
import { headerAt } from "./unit-starts.ts";

/** Units that one unit imports, and those these import, that are walked for functions. Real ones hold none. */
const MAX_IMPORTS = 256;

/** What the functions of units are found with. */
export interface ScopeSearch {
  file: DwarfFile;
  functions: FunctionFinder;
  split: SplitUnits;
  lines: LineTables;
  scopes: Scopes;
  walk: ScopeWalk;
  /** All wanted addresses, ascending. */
  addresses: Float64Array;
  /** For each, the row of its innermost scope; filled here. */
  scopeOf: Int32Array;
  /** How far the answers hold; narrowed here. */
  reach: Reach;
}

/**
 * Finds the innermost scope of the addresses with these `indices` (ascending) in the unit at `offset`, names it and its
 * callers, and has the addresses looked up in the unit's line table. What is damaged is noted and passed over.
 */
export function findScopes(search: ScopeSearch, offset: number, indices: Int32Array): void {
  const { file, scopes, scopeOf, lines } = search;
  const attempt = <T>(work: () => T | undefined) =>
    file.context.attempt<T | undefined>("the unit", undefined, work, offset);
  attempt(() => {
    const unit = new Unit(file, headerAt(file, offset));
    const table = lines.add(unit, indices);
    const split = unit.splitName === "" ? undefined : attempt(() => search.split.bodyOf(unit));
    // Without the body, what compilers leave in the skeleton (-fsplit-dwarf-inlining) is all there is.
    const body = split ?? unit;
    const wantedAddresses = new Float64Array(indices.length);
    for (let i = 0; i < indices.length; i++) wantedAddresses[i] = search.addresses[indices[i]];
    const wanted = wantedOfUnit(wantedAddresses);
    const before = scopes.count;
    attempt(() => {
      search.walk.walk(body, wanted, false);
      const left = leftOver(wanted);
      if (left.length > 0) walkLeft(search.walk, body, wanted, left);
    });
    wanted.reach.spread();
    search.reach.narrow(indices, wanted.reach);
    scopes.lineTable.fill(table, before, scopes.count);
    for (let i = 0; i < indices.length; i++) {
      if (wanted.scope[i] === NO_SCOPE) continue;
      scopeOf[indices[i]] = wanted.scope[i];
      nameChain(search, body, wanted.scope[i]);
    }
    body.release();
  });
}

/** The addresses for which no function was found and that are not what compilers put between two of them. */
function leftOver(wanted: WantedOfUnit): number[] {
  const { addresses, scope, before, behind } = wanted;
  const left: number[] = [];
  if (!scope.includes(NO_SCOPE)) return left;
  for (let i = 1; i < addresses.length; i++) if (before[i - 1] > before[i]) before[i] = before[i - 1];
  for (let i = addresses.length - 2; i >= 0; i--) if (behind[i + 1] < behind[i]) behind[i] = behind[i + 1];
  for (let i = 0; i < addresses.length; i++) {
    if (scope[i] === NO_SCOPE && !isPadding(before[i], behind[i])) left.push(i);
  }
  return left;
}

/** Goes into everything for the addresses with these indices. */
function walkLeft(walk: ScopeWalk, unit: Unit, wanted: WantedOfUnit, left: number[]): void {
  const rest = wantedOfUnit(Float64Array.from(left, (i) => wanted.addresses[i]));
  const imported = new Set(walk.walk(unit, rest, true));
  const { file } = unit;
  for (const target of imported) {
    if (imported.size > MAX_IMPORTS || unit.holds(target)) break;
    file.context.attempt("an imported unit", undefined, () => {
      const header = file.starts.holding(target);
      if (header === undefined) return;
      const partial = new Unit(file, header);
      for (const further of walk.walk(partial, rest, true)) imported.add(further);
    });
  }
  left.forEach((i, l) => {
    wanted.scope[i] = rest.scope[l];
  });
  rest.reach.spread();
  wanted.reach.narrow(left, rest.reach);
}

/** Names a scope and those into which it was inlined. */
function nameChain(search: ScopeSearch, unit: Unit, innermost: number): void {
  const { scopes, functions } = search;
  for (
    let row = innermost;
    row !== NO_SCOPE && scopes.identity[row] === undefined;
    row = scopes.caller(row)
  ) {
    const facts = functions.facts(unit, scopes.entry[row]);
    scopes.identity[row] = facts.identity;
    scopes.startLine[row] = facts.startLine;
  }
}

/** Indices of addresses by their unit, units ascending; those without unit (-1) are left out. */
export function groupByUnit(unitOf: Float64Array): Map<number, Int32Array> {
  const counts = new Map<number, number>();
  // Neighbours mostly lie in one unit: from run to run, not from address to address.
  forEachRun(unitOf, (unit, from, to) => {
    if (unit >= 0) counts.set(unit, (counts.get(unit) ?? 0) + to - from);
  });
  const groups = new Map<number, Int32Array>();
  for (const unit of Float64Array.from(counts.keys()).sort())
    groups.set(unit, new Int32Array(counts.get(unit) ?? 0));
  forEachRun(unitOf, (unit, from, to) => {
    const group = groups.get(unit);
    if (group === undefined) return;
    const left = counts.get(unit) ?? 0;
    for (let i = from, at = group.length - left; i < to; i++) group[at++] = i;
    counts.set(unit, left - (to - from));
  });
  return groups;
}

/** Calls `visit` with each stretch [from, to) of equal values. */
function forEachRun(values: Float64Array, visit: (value: number, from: number, to: number) => void): void {
  for (let from = 0; from < values.length; ) {
    const value = values[from];
    let to = from + 1;
    while (to < values.length && values[to] === value) to++;
    visit(value, from, to);
    from = to;
  }
}
