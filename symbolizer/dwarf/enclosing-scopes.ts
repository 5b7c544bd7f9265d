import { HAS_CHILDREN, Kind, ROW_KIND, ROW_TAG, ROW_WIDTH } from "./abbreviations.ts";
import { Slot } from "./attributes.ts";
import { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import * as dw from "./dwarf-constants.ts";
import { Entry, skipEntry } from "./entry.ts";
import type { Unit } from "./unit.ts";

/** Names of the namespaces, types and functions around a function, outermost first; mangled where they have such a name. */
export type EnclosingScopes = readonly string[];

export const NO_ENCLOSING: EnclosingScopes = [];
const UNNAMED_TYPE = "{unnamed type}";
const CALL_OPERATOR = /^operator\(\)(<|$)/;

/** Scopes deeper than this are left unnamed. */
const MAX_DEPTH = 64;

/** An entry that the walk is inside of. */
interface Level {
  offset: number;
  tag: number;
  /** Its own name in source, made when first wanted; "" for what names nothing (a block, the unit). */
  name: string | undefined;
}

/**
 * What encloses each of the entries at the ascending `offsets` of a unit: one pass over its entries, from sibling to
 * sibling where these are told. Throws `DwarfDamage`. Offsets that are no entry's are not answered.
 */
export function enclosingScopes(unit: Unit, offsets: readonly number[]): Map<number, EnclosingScopes> {
  const answers = new Map<number, EnclosingScopes>();
  if (!unit.hasChildren) return answers;
  const { table } = unit;
  const cursor = new Cursor(unit.bytes, unit.file.littleEndian, unit.children);
  const entry = new Entry();
  const levels: Level[] = [];
  let depth = 0;
  let next = 0;
  unit.file.context.budget.spend(Math.max(0, offsets[offsets.length - 1] - unit.offset));
  while (next < offsets.length && cursor.position < cursor.end) {
    const start = unit.offset + cursor.position;
    while (next < offsets.length && offsets[next] < start) next++;
    if (offsets[next] === start) answers.set(start, namesOf(unit, levels, entry));
    const code = cursor.uleb();
    if (code === 0) {
      if (depth-- === 0) break;
      levels.length = Math.min(levels.length, depth);
      continue;
    }
    const row = code < table.dense ? code : table.row(code);
    const kind = table.rows[row * ROW_WIDTH + ROW_KIND];
    if (row === 0 || kind === Kind.none) throw new DwarfDamage("an entry without abbreviation");
    const sibling = skipEntry(cursor, table, row, unit, unit.offset);
    if ((kind & HAS_CHILDREN) === 0) continue;
    if (sibling > unit.offset + cursor.position && sibling <= (offsets[next] ?? 0)) {
      cursor.position = sibling - unit.offset;
      continue;
    }
    if (levels.length === depth && depth < MAX_DEPTH) {
      levels.push({ offset: start, tag: table.rows[row * ROW_WIDTH + ROW_TAG], name: undefined });
    }
    depth++;
  }
  return answers;
}

/** What is around a function of this name, told with what the name tells of it: a type without name that can be called is a lambda's. */
export function scopesAround(name: string, scopes: EnclosingScopes): EnclosingScopes {
  const last = scopes.length - 1;
  return CALL_OPERATOR.test(name) && scopes[last] === UNNAMED_TYPE ? scopes.with(last, "{lambda}") : scopes;
}

function namesOf(unit: Unit, levels: readonly Level[], entry: Entry): EnclosingScopes {
  const names: string[] = [];
  for (const level of levels) {
    level.name ??= nameOf(unit, level, entry);
    if (level.name !== "") names.push(level.name);
  }
  return names.length === 0 ? NO_ENCLOSING : names;
}

function nameOf(unit: Unit, { offset, tag }: Level, entry: Entry): string {
  switch (tag) {
    case dw.DW_TAG_namespace:
    case dw.DW_TAG_module:
      return text() || "(anonymous namespace)";
    case dw.DW_TAG_class_type:
    case dw.DW_TAG_structure_type:
    case dw.DW_TAG_union_type:
    case dw.DW_TAG_interface_type:
    case dw.DW_TAG_enumeration_type:
      // GCC's name of a lambda's type is "<lambda(int)>", which would read as template arguments.
      return text().replace(/^<(lambda.*)>$/s, "{$1}") || UNNAMED_TYPE;
    case dw.DW_TAG_subprogram:
      return functionName(unit, offset, entry);
    default:
      return "";
  }

  function text(): string {
    const cursor = unit.readEntry(offset, entry);
    return unit.string(entry, Slot.name, cursor);
  }
}

/** The mangled name tells all that is around the function too; its body may have to be asked for its declaration. */
function functionName(unit: Unit, start: number, entry: Entry): string {
  let offset = start;
  let plain = "";
  for (let link = 0; link < 4; link++) {
    const cursor = unit.readEntry(offset, entry);
    const linkage = unit.string(entry, Slot.linkageName, cursor);
    if (linkage !== "") return linkage;
    if (plain === "") plain = unit.string(entry, Slot.name, cursor);
    const slot = entry.has(Slot.abstractOrigin) ? Slot.abstractOrigin : Slot.specification;
    if (!entry.has(slot) || !unit.holds(entry.value[slot])) break;
    offset = entry.value[slot];
  }
  return plain;
}
