import { SLOT_OF, Slot, slotOf } from "./attributes.ts";
import type { Cursor } from "./cursor.ts";
import { DwarfDamage, endsInside } from "./damage.ts";
import * as dw from "./dwarf-constants.ts";
import { FORM_RUN, fixedSize, fixedSizes, type UnitSizes } from "./forms.ts";

/** What an entry means to the search for functions. */
export const Kind = {
  /** No such abbreviation. */
  none: 0,
  /** Neither a function nor a holder of functions; its children are none either, or are of no use. */
  other: 1,
  /** A namespace or module. */
  scope: 2,
  /** A class, structure, union or enumeration. */
  type: 3,
  /** A function that has code of its own. */
  function: 4,
  inlined: 5,
  /** A block with code. */
  block: 6,
  /** A function or block without code of its own: a declaration, or the origin of inlined ones. */
  abstract: 7,
  /** The root of a unit. */
  unit: 8,
  /** DW_TAG_imported_unit. */
  import: 9,
} as const;

/** Added to a kind: the entry has children. */
export const HAS_CHILDREN = 0x10;
export const KIND_MASK = 0x0f;

/** Numbers of a row of `rows`, which is an abbreviation. */
export const ROW_WIDTH = 6;
/** `Kind` with `HAS_CHILDREN`. */
export const ROW_KIND = 0;
/** Bytes that an entry's attributes take; -1 where they differ from entry to entry. */
export const ROW_FIXED = 1;
/** Where in an entry of fixed size a 4-byte DW_AT_sibling lies; -1: nowhere. */
export const ROW_SIBLING_AT = 2;
/** Where in `specs` the attributes begin, and end. None are kept of entries of fixed size in which nobody reads. */
export const ROW_SPECS = 3;
export const ROW_SPECS_END = 4;
export const ROW_TAG = 5;

/** Numbers of an attribute in `specs`: slot, form, and the constant of DW_FORM_implicit_const or the length of a run. */
export const SPEC_WIDTH = 3;

/**
 * An abbreviation table (section 7.5.3) compiled for one set of sizes. A row is an abbreviation: its code where codes
 * are dense, as compilers number them, else what `row` gives. Row 0 is no abbreviation. Two arrays and not a column a
 * fact: a library of C has a thousand units with a table each, which are made and dropped one after another.
 */
export class AbbreviationTable {
  /** Codes below this are their own row. */
  readonly dense: number;
  readonly rows: Int32Array;
  readonly specs: Int32Array;
  readonly #sparse: ReadonlyMap<number, number> | undefined;

  constructor({ codes, count, rows, isSequence, specs, specLength }: Draft) {
    this.specs = specs.slice(0, specLength);
    if (isSequence) {
      this.dense = count + 1;
      this.rows = rows.slice(0, (count + 1) * ROW_WIDTH);
      return;
    }
    let highest = 0;
    for (let i = 1; i <= count; i++) highest = Math.max(highest, codes[i]);
    const isDense = highest <= 2 * count + 64;
    this.dense = isDense ? highest + 1 : 1;
    this.rows = new Int32Array((isDense ? highest + 1 : count + 1) * ROW_WIDTH);
    const sparse = isDense ? undefined : new Map<number, number>();
    for (let i = 1; i <= count; i++) {
      const row = isDense ? codes[i] : i;
      // Of two with one code the first counts, as in elfutils and LLVM.
      if (this.rows[row * ROW_WIDTH] !== Kind.none || sparse?.has(codes[i])) continue;
      sparse?.set(codes[i], row);
      this.rows.set(rows.subarray(i * ROW_WIDTH, (i + 1) * ROW_WIDTH), row * ROW_WIDTH);
    }
    this.#sparse = sparse;
  }

  /** The row of a code that is not below `dense`; 0 where the table has none. */
  row(code: number): number {
    return this.#sparse?.get(code) ?? 0;
  }
}

/** What a table is gathered in, used again for table after table. Rows count from 1, as codes do. */
class Draft {
  count = 0;
  specLength = 0;
  /** Whether the codes so far are 1, 2, 3 …. */
  isSequence = true;
  codes = new Float64Array(512);
  rows = new Int32Array(512 * ROW_WIDTH);
  specs = new Int32Array(16 * 1024);

  clear(): void {
    this.count = 0;
    this.specLength = 0;
    this.isSequence = true;
  }

  /** Ends an abbreviation, whose attributes from `specStart` on were given to `spec`. */
  row(code: number, tag: number, kind: number, fixed: number, siblingAt: number, specStart: number): void {
    const row = ++this.count;
    if (row === this.codes.length) {
      this.codes = grown(this.codes, new Float64Array(row * 2));
      this.rows = grown(this.rows, new Int32Array(row * 2 * ROW_WIDTH));
    }
    if (code !== row) this.isSequence = false;
    this.codes[row] = code;
    const { rows } = this;
    const at = row * ROW_WIDTH;
    rows[at + ROW_KIND] = kind;
    rows[at + ROW_FIXED] = fixed;
    rows[at + ROW_SIBLING_AT] = siblingAt;
    rows[at + ROW_SPECS] = specStart;
    rows[at + ROW_SPECS_END] = this.specLength;
    rows[at + ROW_TAG] = Math.min(tag, 0x7fffffff);
  }

  spec(slot: number, form: number, extra: number): void {
    const at = this.specLength;
    if (at + SPEC_WIDTH > this.specs.length) this.specs = grown(this.specs, new Int32Array(at * 2));
    const { specs } = this;
    specs[at] = slot;
    specs[at + 1] = form;
    specs[at + 2] = extra;
    this.specLength = at + SPEC_WIDTH;
  }
}

function grown<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

const draft = new Draft();

/**
 * Compiles the table at the cursor, to its end or to the abbreviation `last` (for who wants the root entry only).
 * Throws `DwarfDamage`.
 *
 * One long function with few calls: units of C are small, and reading their abbreviations takes as long as reading
 * their entries. Programs that look up some addresses end before an engine has optimized much.
 */
export function compileAbbreviations(
  cursor: Cursor,
  sizes: UnitSizes,
  last = Number.POSITIVE_INFINITY,
): AbbreviationTable {
  const { bytes, end } = cursor;
  const formSizes = fixedSizes(sizes);
  let at = cursor.position;
  draft.clear();
  for (;;) {
    // Nearly all numbers are one byte; beyond the end, undefined is not below 0x80.
    let code = bytes[at];
    let tag = bytes[at + 1];
    if (code < 0x80 && tag < 0x80 && at + 3 <= end) at += 2;
    else {
      cursor.position = at;
      code = cursor.uleb();
      if (code === 0) break;
      tag = cursor.uleb();
      at = cursor.position;
      if (at >= end) endsInside();
    }
    if (code === 0) break;
    const children = bytes[at++] !== 0;
    const wants = tag < TAGS && IS_READ[tag] === 1;
    const specStart = draft.specLength;
    let fixed = 0;
    let run = 0;
    let siblingAt = -1;
    let hasCode = false;
    for (;;) {
      let attribute = bytes[at];
      let form = bytes[at + 1];
      if (attribute < 0x80 && form < 0x80 && at + 2 <= end) at += 2;
      else {
        cursor.position = at;
        attribute = cursor.uleb();
        form = cursor.uleb();
        at = cursor.position;
      }
      if (form === 0 && attribute === 0) break;
      let implicit = 0;
      if (form === dw.DW_FORM_implicit_const) {
        cursor.position = at;
        implicit = cursor.sleb();
        at = cursor.position;
      }
      const slot = attribute < 0x80 ? SLOT_OF[attribute] : slotOf(attribute);
      const size = form < formSizes.length ? formSizes[form] : fixedSize(form, sizes);
      if (slot === Slot.lowPc || slot === Slot.ranges) hasCode = true;
      const isSibling = slot === Slot.sibling && children;
      const wanted = isSibling || (wants && slot !== Slot.unwanted);
      if (isSibling && fixed >= 0 && form === dw.DW_FORM_ref4) siblingAt = fixed;
      if (size < 0) fixed = -1;
      else {
        if (fixed >= 0) fixed += size;
        if (!wanted) {
          run += size;
          continue;
        }
      }
      if (run > 0) draft.spec(Slot.unwanted, FORM_RUN, run);
      run = 0;
      if (form > 0xffff) throw new DwarfDamage(`the unknown form 0x${form.toString(16)}`);
      draft.spec(wanted ? slot : Slot.unwanted, form, implicit);
    }
    if (!wants && fixed >= 0) draft.specLength = specStart;
    else if (run > 0) draft.spec(Slot.unwanted, FORM_RUN, run);
    const kind = tag < TAGS ? KIND_OF[(tag << 2) | (hasCode ? 2 : 0) | (children ? 1 : 0)] : OTHER[+children];
    draft.row(code, tag, kind, fixed, siblingAt, specStart);
    if (code === last) break;
  }
  cursor.position = at;
  return new AbbreviationTable(draft);
}

/** Whether anybody reads the attributes of entries with this tag; of others only the size matters. */
function wantsAttributes(tag: number): boolean {
  switch (tag) {
    case dw.DW_TAG_compile_unit:
    case dw.DW_TAG_partial_unit:
    case dw.DW_TAG_skeleton_unit:
    case dw.DW_TAG_type_unit:
    case dw.DW_TAG_subprogram:
    case dw.DW_TAG_entry_point:
    case dw.DW_TAG_inlined_subroutine:
    case dw.DW_TAG_lexical_block:
    case dw.DW_TAG_try_block:
    case dw.DW_TAG_catch_block:
    case dw.DW_TAG_with_stmt:
    case dw.DW_TAG_imported_unit:
    case dw.DW_TAG_namespace:
    case dw.DW_TAG_module:
    case dw.DW_TAG_class_type:
    case dw.DW_TAG_structure_type:
    case dw.DW_TAG_union_type:
    case dw.DW_TAG_enumeration_type:
    case dw.DW_TAG_interface_type:
      return true;
    default:
      return false;
  }
}

function kindOf(tag: number, hasCode: boolean, children: boolean): number {
  switch (tag) {
    case dw.DW_TAG_compile_unit:
    case dw.DW_TAG_partial_unit:
    case dw.DW_TAG_skeleton_unit:
    case dw.DW_TAG_type_unit:
      return Kind.unit;
    case dw.DW_TAG_subprogram:
    case dw.DW_TAG_entry_point:
      return hasCode ? Kind.function : children ? Kind.abstract : Kind.other;
    case dw.DW_TAG_inlined_subroutine:
      return hasCode ? Kind.inlined : children ? Kind.abstract : Kind.other;
    case dw.DW_TAG_lexical_block:
    case dw.DW_TAG_try_block:
    case dw.DW_TAG_catch_block:
    case dw.DW_TAG_with_stmt:
      if (!children) return Kind.other;
      return hasCode ? Kind.block : Kind.abstract;
    case dw.DW_TAG_namespace:
    case dw.DW_TAG_module:
      return children ? Kind.scope : Kind.other;
    case dw.DW_TAG_class_type:
    case dw.DW_TAG_structure_type:
    case dw.DW_TAG_union_type:
    case dw.DW_TAG_enumeration_type:
    case dw.DW_TAG_interface_type:
      return children ? Kind.type : Kind.other;
    case dw.DW_TAG_imported_unit:
      return Kind.import;
    default:
      return Kind.other;
  }
}

/** Tags of the standard are below this. */
const TAGS = 0x80;
/** `wantsAttributes` of each tag, and its `kindOf` by tag, code (2) and children (1): a table has them asked by the hundred. */
const IS_READ = Uint8Array.from({ length: TAGS }, (_, tag) => (wantsAttributes(tag) ? 1 : 0));
const KIND_OF = Uint8Array.from({ length: TAGS << 2 }, (_, i) => {
  const children = (i & 1) !== 0;
  return kindOf(i >> 2, (i & 2) !== 0, children) | (children ? HAS_CHILDREN : 0);
});
const OTHER = [Kind.other, Kind.other | HAS_CHILDREN];

draft.clear();
export const NO_ABBREVIATIONS = new AbbreviationTable(draft);
