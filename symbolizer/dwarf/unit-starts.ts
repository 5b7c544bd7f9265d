import { upperBound } from "../cover-tree.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { MAX_UNIT_HEADER_BYTES, readInitialLength, readUnitHeader, type UnitHeader } from "./unit-header.ts";

/** Where the units of a file's `.debug_info` begin, found by hopping from header to header. */
export class UnitStarts {
  readonly #file: DwarfFile;
  readonly #starts: Float64Array;

  constructor(file: DwarfFile) {
    this.#file = file;
    const found: number[] = [];
    // A length that can't be is the end of what can be found: nothing tells where the next unit begins.
    file.context.attempt("the list of units", undefined, () => hop(file, found));
    this.#starts = Float64Array.from(found);
  }

  get count(): number {
    return this.#starts.length;
  }

  at(index: number): number {
    return this.#starts[index];
  }

  /** The header of the unit that holds `offset`; undefined: none does. Throws `DwarfDamage`. */
  holding(offset: number): UnitHeader | undefined {
    const index = upperBound(this.#starts, offset) - 1;
    if (index < 0) return undefined;
    const header = headerAt(this.#file, this.#starts[index]);
    return offset >= header.root && offset < header.end ? header : undefined;
  }
}

/** The header of the unit at `offset` of `.debug_info`. Throws `DwarfDamage`. */
export function headerAt(file: DwarfFile, offset: number): UnitHeader {
  const { info } = file;
  const cursor = file.cursor(info.peek(offset, MAX_UNIT_HEADER_BYTES));
  return readUnitHeader(cursor, offset, info.size, false);
}

function hop(file: DwarfFile, found: number[]): void {
  const { info } = file;
  let offset = 0;
  while (offset + 4 <= info.size) {
    file.context.budget.spend(8);
    const cursor = file.cursor(info.peek(offset, 12));
    const { length } = readInitialLength(cursor);
    if (length > 0) found.push(offset);
    offset += cursor.position + length;
  }
}
