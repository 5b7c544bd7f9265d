import { SLOT_OF, Slot, slotOf } from "./attributes.ts";
import type { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
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

/** Numbers of a row of `specs`: slot, form, and the constant of DW_FORM_implicit_const or the length of a run. */
export const SPEC_WIDTH = 3;

/**
 * An abbreviation table (section 7.5.3) compiled for one set of sizes into columns. A row is an abbreviation: its code
 * where codes are dense, as compilers number them, else what `row` gives. Row 0 is no abbreviation.
 */
export class AbbreviationTable {
  /** Codes below this are their own row. */
  readonly dense: number;
  /** `Kind` with `HAS_CHILDREN`. */
  readonly kind: Uint8Array;
  /** Bytes that an entry's attributes take; -1 where they differ from entry to entry. */
  readonly fixed: Int32Array;
  /** Where in an entry of fixed size a 4-byte DW_AT_sibling lies; -1: nowhere. */
  readonly siblingAt: Int32Array;
  /** Rows of `specs` (times `SPEC_WIDTH`) where an abbreviation's attributes begin; they end where the next row's do. */
  readonly specStart: Int32Array;
  readonly specEnd: Int32Array;
  readonly specs: Int32Array;
  readonly tag: Int32Array;
  readonly #sparse: ReadonlyMap<number, number> | undefined;

  constructor(draft: Draft) {
    const { codes, count } = draft;
    let highest = 0;
    for (let i = 0; i < count; i++) highest = Math.max(highest, codes[i]);
    const isDense = highest <= 2 * count + 64;
    const rows = isDense ? highest + 1 : count + 1;
    this.dense = isDense ? rows : 1;
    this.kind = new Uint8Array(rows);
    this.fixed = new Int32Array(rows);
    this.siblingAt = new Int32Array(rows);
    this.specStart = new Int32Array(rows);
    this.specEnd = new Int32Array(rows);
    this.tag = new Int32Array(rows);
    this.specs = draft.specs.slice(0, draft.specLength);
    const sparse = isDense ? undefined : new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const row = isDense ? codes[i] : i + 1;
      // Of two with one code the first counts, as in elfutils and LLVM.
      if (this.kind[row] !== Kind.none || sparse?.has(codes[i])) continue;
      sparse?.set(codes[i], row);
      this.kind[row] = draft.kinds[i];
      this.fixed[row] = draft.fixed[i];
      this.siblingAt[row] = draft.siblingAt[i];
      this.specStart[row] = draft.specStart[i];
      this.specEnd[row] = draft.specStart[i + 1];
      this.tag[row] = draft.tags[i];
    }
    this.#sparse = sparse;
  }

  /** The row of a code that is not below `dense`; 0 where the table has none. */
  row(code: number): number {
    return this.#sparse?.get(code) ?? 0;
  }
}

/** What a table is gathered in; columns that grow, used again for table after table. */
class Draft {
  count = 0;
  specLength = 0;
  codes = new Float64Array(512);
  tags = new Int32Array(512);
  kinds = new Uint8Array(512);
  fixed = new Int32Array(512);
  siblingAt = new Int32Array(512);
  specStart = new Int32Array(513);
  specs = new Int32Array(16 * 1024);

  clear(): void {
    this.count = 0;
    this.specLength = 0;
  }

  /** Ends an abbreviation, whose attributes were given to `spec`. */
  row(code: number, tag: number, kind: number, fixed: number, siblingAt: number, specStart: number): void {
    if (this.count + 1 >= this.tags.length) this.#growRows();
    const row = this.count++;
    this.codes[row] = code;
    this.tags[row] = Math.min(tag, 0x7fffffff);
    this.kinds[row] = kind;
    this.fixed[row] = fixed;
    this.siblingAt[row] = siblingAt;
    this.specStart[row] = specStart;
    this.specStart[row + 1] = this.specLength;
  }

  #growRows(): void {
    const length = this.tags.length * 2;
    this.codes = grown(this.codes, new Float64Array(length));
    this.tags = grown(this.tags, new Int32Array(length));
    this.kinds = grown(this.kinds, new Uint8Array(length));
    this.fixed = grown(this.fixed, new Int32Array(length));
    this.siblingAt = grown(this.siblingAt, new Int32Array(length));
    this.specStart = grown(this.specStart, new Int32Array(length + 1));
  }

  spec(slot: number, form: number, extra: number): void {
    if (this.specLength + SPEC_WIDTH > this.specs.length) {
      this.specs = grown(this.specs, new Int32Array(this.specs.length * 2));
    }
    const { specs } = this;
    specs[this.specLength++] = slot;
    specs[this.specLength++] = form;
    specs[this.specLength++] = extra;
  }
}

function grown<T extends Int32Array | Uint8Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

const draft = new Draft();

/**
 * Compiles the table at the cursor, to its end or to the abbreviation `last` (for who wants the root entry only).
 * Throws `DwarfDamage`.
 *
 * One long function without calls: units of C are small, and reading their abbreviations takes as long as reading their
 * entries. Programs that look up some addresses end before an engine has optimized much.
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
    cursor.position = at;
    const code = cursor.uleb();
    if (code === 0) break;
    const tag = cursor.uleb();
    const children = cursor.u8() !== 0;
    at = cursor.position;
    const wants = wantsAttributes(tag);
    const specStart = draft.specLength;
    let fixed = 0;
    let run = 0;
    let siblingAt = -1;
    let hasCode = false;
    for (;;) {
      // Nearly all attributes and forms are one byte; beyond the end, undefined is not below 0x80.
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
      if (isSibling && fixed >= 0 && form === dw.DW_FORM_ref4) siblingAt = fixed;
      fixed = fixed < 0 || size < 0 ? -1 : fixed + size;
      const wanted = isSibling || (wants && slot !== Slot.unwanted);
      if (size >= 0 && !wanted) {
        run += size;
        continue;
      }
      if (run > 0) draft.spec(Slot.unwanted, FORM_RUN, run);
      run = 0;
      if (form > 0xffff) throw new DwarfDamage(`the unknown form 0x${form.toString(16)}`);
      draft.spec(wanted ? slot : Slot.unwanted, form, implicit);
    }
    if (run > 0) draft.spec(Slot.unwanted, FORM_RUN, run);
    draft.row(
      code,
      tag,
      kindOf(tag, hasCode, children) | (children ? HAS_CHILDREN : 0),
      fixed,
      siblingAt,
      specStart,
    );
    if (code === last) {
      cursor.position = at;
      break;
    }
  }
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

export const NO_ABBREVIATIONS = new AbbreviationTable(draft);
