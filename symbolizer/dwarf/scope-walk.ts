import { lowerBound } from "../cover-tree.ts";
import {
  HAS_CHILDREN,
  KIND_MASK,
  Kind,
  NO_ABBREVIATIONS,
  ROW_FIXED,
  ROW_KIND,
  ROW_SIBLING_AT,
  ROW_WIDTH,
} from "./abbreviations.ts";
import { Slot } from "./attributes.ts";
import { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import { LANGUAGES_WITH_METHODS_OUTSIDE, LANGUAGES_WITHOUT_METHODS } from "./dwarf-constants.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { Entry, skipEntry } from "./entry.ts";
import type { UnitSizes } from "./forms.ts";
import { Ranges, readRanges } from "./range-lists.ts";
import { Reach } from "./reach.ts";
import { NO_SCOPE, type Scopes } from "./scopes.ts";
import type { Unit } from "./unit.ts";

/** Deeper nests are passed over; real ones have some dozens of levels. */
const MAX_DEPTH = 4096;
const OTHER_WITH_CHILDREN = Kind.other | HAS_CHILDREN;
const TYPE_WITH_CHILDREN = Kind.type | HAS_CHILDREN;
const NO_SIZES: UnitSizes = { version: 5, offsetSize: 4, addressSize: 8 };

/** The innermost scope found so far for each of a unit's wanted addresses: columns. */
export interface WantedOfUnit {
  /** Ascending, each once. */
  addresses: Float64Array;
  /** Rows of the scopes; `NO_SCOPE` where none was found. */
  scope: Int32Array;
  /** The end of the function before the address, and the begin of the one behind; infinite where there is none. */
  before: Float64Array;
  behind: Float64Array;
  /** How far the answer reaches: no entry with code that was passed begins or ends in [from, to), but at `from`. */
  reach: Reach;
}

export function wantedOfUnit(addresses: Float64Array): WantedOfUnit {
  return {
    addresses,
    scope: new Int32Array(addresses.length).fill(NO_SCOPE),
    before: new Float64Array(addresses.length).fill(Number.NEGATIVE_INFINITY),
    behind: new Float64Array(addresses.length).fill(Number.POSITIVE_INFINITY),
    reach: new Reach(addresses.length),
  };
}

/**
 * Whether the gap between two functions is only padding: shorter than what the second one is aligned to. It could hold
 * a nested function of a few bytes, which a thorough walk would find; but each file has such gaps by the thousand.
 */
export function isPadding(end: number, begin: number): boolean {
  const gap = begin - end;
  return (
    gap < 64 &&
    (gap < 4 || (gap < 16 && begin % 16 === 0) || (gap < 32 ? begin % 32 === 0 : begin % 64 === 0))
  );
}

/**
 * Walks the entries of units for the functions, and the calls inlined into them, that hold wanted addresses. Compilers
 * nest them by address, so a walk goes only into functions and blocks around wanted addresses, and over all else as fast
 * as it can: that is where the time goes. One object for all units, for what it works in is not small.
 */
export class ScopeWalk {
  readonly #scopes: Scopes;
  readonly #ranges: Ranges;
  readonly #entry = new Entry();
  /** The scope around each level of entries that the walk is in. */
  readonly #around = new Int32Array(MAX_DEPTH);
  /** The scope around the children of the entry that `#enters` answered yes for. */
  #inside = NO_SCOPE;
  // What the walk that is under way goes through.
  #unit: Unit | undefined;
  #sizes: UnitSizes = NO_SIZES;
  #offset = 0;
  #table = NO_ABBREVIATIONS;
  #cursor = new Cursor(new Uint8Array(0), true);
  #wanted = wantedOfUnit(new Float64Array(0));
  #thorough = false;
  #entersTypes = false;
  #imports: number[] = [];

  /** `file`: whose addresses are wanted. */
  constructor(file: DwarfFile, scopes: Scopes) {
    this.#scopes = scopes;
    this.#ranges = new Ranges(file);
  }

  /**
   * Walks one unit. A `thorough` walk goes into everything: functions that are nested in types, in functions elsewhere
   * (GNU C) and in the origins of inlined ones are found too. Gives the units that the unit imports. Throws
   * `DwarfDamage`; what was found until then stays.
   */
  walk(unit: Unit, wanted: WantedOfUnit, thorough: boolean): number[] {
    if (!unit.hasChildren) return [];
    this.#unit = unit;
    this.#sizes = unit;
    this.#offset = unit.offset;
    this.#table = unit.table;
    this.#cursor = new Cursor(unit.bytes, unit.file.littleEndian, unit.children);
    this.#wanted = wanted;
    this.#thorough = thorough;
    this.#entersTypes =
      thorough ||
      !(LANGUAGES_WITHOUT_METHODS.has(unit.language) || LANGUAGES_WITH_METHODS_OUTSIDE.has(unit.language));
    this.#imports = [];
    unit.file.context.budget.spend(this.#cursor.end);
    this.#run();
    return this.#imports;
  }

  #run(): void {
    const cursor = this.#cursor;
    const { rows, dense } = this.#table;
    const around = this.#around;
    const { bytes, end, littleEndian } = cursor;
    // What is to be skipped whole, by the sibling's offset or because it has no children.
    const skipsTypes = !this.#entersTypes;
    let depth = 0;
    let at = cursor.position;
    around[0] = NO_SCOPE;
    while (at < end) {
      const start = at;
      let row = bytes[at++];
      if (row >= 0x80) {
        cursor.position = start;
        row = cursor.uleb();
        at = cursor.position;
      }
      if (row === 0) {
        if (depth-- === 0) break;
        continue;
      }
      if (row >= dense) row = this.#table.row(row);
      const first = row * ROW_WIDTH;
      const kind = rows[first + ROW_KIND];
      const size = rows[first + ROW_FIXED];
      if (size >= 0) {
        if (kind === Kind.other) {
          at += size;
          continue;
        }
        const siblingPlace = rows[first + ROW_SIBLING_AT];
        if (
          siblingPlace >= 0 &&
          littleEndian &&
          (kind === OTHER_WITH_CHILDREN || (skipsTypes && kind === TYPE_WITH_CHILDREN))
        ) {
          const place = at + siblingPlace;
          const sibling =
            bytes[place] | (bytes[place + 1] << 8) | (bytes[place + 2] << 16) | (bytes[place + 3] << 24);
          if (sibling > at && sibling <= end) {
            at = sibling;
            continue;
          }
        }
      }
      cursor.position = at;
      if (this.#enters(row, kind, start, around[depth])) {
        if (depth + 1 < MAX_DEPTH) around[++depth] = this.#inside;
        else this.#skipChildren();
      }
      at = cursor.position;
    }
  }

  /** Handles one entry, and moves behind it and, unless the answer is that the walk is to enter them, its children. */
  #enters(row: number, kind: number, start: number, outer: number): boolean {
    const children = kind >= HAS_CHILDREN;
    this.#inside = outer;
    switch (kind & KIND_MASK) {
      case Kind.scope:
        this.#skip(row);
        return children;
      case Kind.type:
        if (this.#entersTypes) {
          this.#skip(row);
          return children;
        }
        break;
      case Kind.abstract:
        if (this.#thorough || outer !== NO_SCOPE) {
          this.#skip(row);
          return children;
        }
        break;
      case Kind.function:
      case Kind.inlined:
      case Kind.block:
        return this.#entersCode(row, kind, start, outer);
      case Kind.import:
        this.#read(row);
        if (this.#entry.has(Slot.import)) this.#imports.push(this.#entry.value[Slot.import]);
        if (children) this.#skipChildren();
        return false;
      default:
        break;
    }
    const sibling = this.#skip(row);
    if (children) this.#skipChildrenTo(sibling);
    return false;
  }

  #entersCode(row: number, kind: number, start: number, outer: number): boolean {
    const entry = this.#entry;
    this.#read(row);
    if (this.#unit === undefined) return false;
    readRanges(this.#unit, entry, this.#ranges);
    const inside = this.#claim(kind & KIND_MASK, start, outer);
    if (kind < HAS_CHILDREN) return false;
    if (inside >= NO_SCOPE) {
      this.#inside = inside;
      return true;
    }
    if (this.#thorough) {
      this.#inside = NO_SCOPE;
      return true;
    }
    const { form, value } = entry;
    if (form[Slot.sibling] !== 0) this.#skipChildrenTo(value[Slot.sibling]);
    else this.#skipChildren();
    return false;
  }

  /**
   * Gives the wanted addresses in `#ranges` to the entry just read. The answer is the scope around its children, or
   * less than `NO_SCOPE` when no wanted address lies in it.
   */
  #claim(kind: number, start: number, outer: number): number {
    const { addresses, scope: scopeOf, before, behind, reach } = this.#wanted;
    const ranges = this.#ranges;
    let inside = NO_SCOPE - 1;
    for (let r = 0; r < ranges.count; r++) {
      const low = ranges.low[r];
      const high = ranges.high[r];
      const first = lowerBound(addresses, low);
      let i = first;
      if (i < addresses.length && addresses[i] < high && inside < NO_SCOPE) {
        inside = kind === Kind.block ? outer : this.#add(kind, start, outer);
      }
      for (; i < addresses.length && addresses[i] < high; i++) {
        if (kind === Kind.block) continue;
        if (this.#yields(scopeOf[i], outer, ranges.size)) scopeOf[i] = inside;
      }
      this.#spend(i - first);
      reach.bound(low, first);
      reach.bound(high, i);
      if (kind !== Kind.function) continue;
      if (first > 0 && low < behind[first - 1]) behind[first - 1] = low;
      if (i < addresses.length && high > before[i]) before[i] = high;
    }
    return inside;
  }

  /**
   * Whether an address that is in scope `current` belongs rather to one of `size` bytes inside `outer`: yes if it was
   * in `outer` itself; if two overlap in one outer scope (identical code folded, forged files), to the smaller one.
   */
  #yields(current: number, outer: number, size: number): boolean {
    if (current === outer) return true;
    const { parent, size: sizes } = this.#scopes;
    let rival = current;
    let steps = 1;
    while (rival !== NO_SCOPE && parent[rival] !== outer) {
      rival = parent[rival];
      steps++;
    }
    this.#spend(steps);
    // In a scope that is not around the address after all: what is there already stays.
    return rival !== NO_SCOPE && size < sizes[rival];
  }

  #add(kind: number, start: number, outer: number): number {
    const scopes = this.#scopes;
    const entry = this.#entry;
    const row = scopes.add(outer, kind === Kind.inlined, this.#ranges.size, this.#offset + start);
    scopes.callFile[row] = entry.number(Slot.callFile);
    scopes.callLine[row] = entry.number(Slot.callLine);
    scopes.callColumn[row] = entry.number(Slot.callColumn);
    return row;
  }

  #spend(steps: number): void {
    this.#unit?.file.context.budget.spend(steps);
  }

  #read(row: number): void {
    this.#entry.read(this.#cursor, this.#table, row, this.#sizes, this.#offset);
  }

  #skip(row: number): number {
    if (this.#table.rows[row * ROW_WIDTH + ROW_KIND] === Kind.none)
      throw new DwarfDamage("an entry without abbreviation");
    return skipEntry(this.#cursor, this.#table, row, this.#sizes, this.#offset);
  }

  /** Moves to the sibling if there is one that lies ahead, else over the children one by one. */
  #skipChildrenTo(sibling: number): void {
    const at = sibling - this.#offset;
    if (at > this.#cursor.position && at <= this.#cursor.end) this.#cursor.position = at;
    else this.#skipChildren();
  }

  #skipChildren(): void {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    const table = this.#table;
    const { rows, dense } = table;
    let depth = 1;
    while (cursor.position < end) {
      let row = bytes[cursor.position];
      if (row >= 0x80) row = cursor.uleb();
      else cursor.position++;
      if (row === 0) {
        if (--depth === 0) return;
        continue;
      }
      if (row >= dense) row = table.row(row);
      const first = row * ROW_WIDTH;
      const kind = rows[first + ROW_KIND];
      const children = kind >= HAS_CHILDREN;
      const size = rows[first + ROW_FIXED];
      if (size >= 0 && (!children || rows[first + ROW_SIBLING_AT] < 0) && kind !== Kind.none) {
        cursor.position += size;
        if (children) depth++;
        continue;
      }
      const sibling = this.#skip(row) - this.#offset;
      if (!children) continue;
      if (sibling > cursor.position && sibling <= end) cursor.position = sibling;
      else depth++;
    }
  }
}
