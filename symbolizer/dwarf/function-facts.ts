import { Slot } from "./attributes.ts";
import { DW_FORM_ref_sig8, LANGUAGES_WITH_NAMESPACES } from "./dwarf-constants.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { type EnclosingScopes, enclosingScopes, NO_ENCLOSING, scopesAround } from "./enclosing-scopes.ts";
import { Entry } from "./entry.ts";
import { isAlternateReference } from "./forms.ts";
import { Unit } from "./unit.ts";

/** Who a function is; one object for all its entries. */
export interface FunctionIdentity {
  /** Linkage name if there is one, else the source's; "" when there is none. */
  readonly name: string;
  /**
   * What is around it in the source, of functions whose name does not tell: those without linkage name. Empty until
   * `FunctionFinder.nameEnclosing`.
   */
  enclosing: EnclosingScopes;
}

/** What is told of a function by its entry and those that it refers to. */
export interface FunctionFacts {
  identity: FunctionIdentity;
  /** Line of its declaration, 0 when unknown. */
  startLine: number;
}

/** Inlined call, concrete function, its origin, the declaration in the class: real chains have four links. */
const MAX_LINKS = 16;
/** Functions remembered; a file of millions of them must not fill memory. */
const MAX_KNOWN = 1 << 17;
/** Units remembered that others refer to. */
const MAX_UNITS = 256;
const NOBODY: FunctionIdentity = Object.freeze({ name: "", enclosing: NO_ENCLOSING });
const NO_FACTS: FunctionFacts = { identity: NOBODY, startLine: 0 };

/** What is known of one file's functions and units. */
interface Memory {
  facts: Map<number, FunctionFacts>;
  units: Map<number, Unit>;
  /** By unit, and by the place of their declaration: functions whose enclosing scopes are to be named. */
  unplaced: Map<Unit, Map<number, FunctionIdentity>>;
}

/** Names and lines of functions, by entry, through DW_AT_abstract_origin and DW_AT_specification; remembered. */
export class FunctionFinder {
  readonly #memory = new Map<DwarfFile, Memory>();
  readonly #entry = new Entry();

  /** Of the function (or inlined call) whose entry is at `offset`, in `unit` or in one that it imports. */
  facts(unit: Unit, offset: number): FunctionFacts {
    const { facts: known } = this.#of(unit.file);
    const before = known.get(offset);
    if (before !== undefined) return before;
    const facts = unit.file.context.attempt("a function", NO_FACTS, () => {
      const home = unit.holds(offset) ? unit : this.#unitHolding(unit.file, offset);
      return home === undefined ? NO_FACTS : this.#follow(home, offset);
    });
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(offset, facts);
    return facts;
  }

  /** Names what encloses the functions that were asked for since the last time: goes through each of their units once. */
  nameEnclosing(): void {
    for (const [file, { unplaced }] of this.#memory) {
      for (const [unit, functions] of unplaced) {
        const offsets = [...functions.keys()].sort((a, b) => a - b);
        file.context.attempt("a function", undefined, () => {
          for (const [offset, enclosing] of enclosingScopes(unit, offsets)) {
            const identity = functions.get(offset);
            if (identity !== undefined) identity.enclosing = scopesAround(identity.name, enclosing);
          }
        });
        unit.release();
      }
      unplaced.clear();
    }
  }

  #follow(start: Unit, startOffset: number): FunctionFacts {
    const entry = this.#entry;
    let unit = start;
    let offset = startOffset;
    let linkageName = "";
    let plainName = "";
    let identity: FunctionIdentity | undefined;
    let startLine = 0;
    for (let link = 0; link < MAX_LINKS; link++) {
      unit.file.context.budget.spend(64);
      const cursor = unit.readEntry(offset, entry);
      if (startLine === 0) startLine = entry.number(Slot.declLine);
      if (linkageName === "") linkageName = unit.string(entry, Slot.linkageName, cursor);
      if (linkageName === "" && plainName === "") plainName = unit.string(entry, Slot.name, cursor);
      const slot = entry.has(Slot.abstractOrigin) ? Slot.abstractOrigin : Slot.specification;
      if (!entry.has(slot) || (linkageName !== "" && startLine !== 0)) break;
      offset = entry.value[slot];
      const target = this.#targetUnit(unit, entry.form[slot], offset);
      if (target === undefined) break;
      // Most inlined calls have one of a few origins, of which all is known by then.
      const known = this.#of(target.file).facts.get(offset);
      if (known !== undefined) {
        if (linkageName === "") identity = known.identity;
        if (startLine === 0) startLine = known.startLine;
        break;
      }
      unit = target;
    }
    identity ??=
      linkageName === ""
        ? this.#unplaced(unit, offset, plainName)
        : { name: linkageName, enclosing: NO_ENCLOSING };
    return { identity, startLine };
  }

  /** A function without linkage name, declared at `offset` of `unit`. */
  #unplaced(unit: Unit, offset: number, name: string): FunctionIdentity {
    const identity = { name, enclosing: NO_ENCLOSING };
    if (name === "" || !LANGUAGES_WITH_NAMESPACES.has(unit.language)) return identity;
    const { unplaced } = this.#of(unit.file);
    const functions = unplaced.get(unit) ?? new Map<number, FunctionIdentity>();
    unplaced.set(unit, functions);
    const known = functions.get(offset);
    if (known !== undefined) return known;
    functions.set(offset, identity);
    return identity;
  }

  /** The unit that a reference leads to; undefined: it can't be followed. */
  #targetUnit(unit: Unit, form: number, offset: number): Unit | undefined {
    if (form === DW_FORM_ref_sig8) return undefined;
    const file = isAlternateReference(form) ? unit.file.alternate : unit.file;
    if (file === unit.file && unit.holds(offset)) return unit;
    return file === undefined ? undefined : this.#unitHolding(file, offset);
  }

  #unitHolding(file: DwarfFile, offset: number): Unit | undefined {
    const header = file.starts.holding(offset);
    if (header === undefined) return undefined;
    const { units } = this.#of(file);
    const known = units.get(header.offset);
    if (known !== undefined) return known;
    const target = new Unit(file, header);
    if (units.size >= MAX_UNITS) units.clear();
    units.set(header.offset, target);
    return target;
  }

  #of(file: DwarfFile): Memory {
    let memory = this.#memory.get(file);
    if (memory === undefined) {
      memory = { facts: new Map(), units: new Map(), unplaced: new Map() };
      this.#memory.set(file, memory);
    }
    return memory;
  }
}
