import { DwarfDamage } from "./damage.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { readInitialLength } from "./unit-header.ts";

const MIN_HEADER_BYTES = 12;

/**
 * Walks `.debug_aranges` (section 6.1.2): calls `range` with every range and the offset of the unit whose code it is,
 * and `set` with every unit that has ranges told here. Throws `DwarfDamage`; units told until then stay told.
 */
export function walkAranges(
  file: DwarfFile,
  set: (unit: number) => void,
  range: (low: number, high: number, unit: number) => void,
): void {
  const section = file.section(".debug_aranges");
  for (let offset = 0; offset + 12 <= section.size; ) {
    const lead = file.cursor(section.read(offset, 12));
    const { length, offsetSize } = readInitialLength(lead);
    const size = lead.position + length;
    if (offset + size > section.size || length === 0) throw new DwarfDamage("a set longer than its section");
    const cursor = file.cursor(section.read(offset, size));
    offset += size;
    file.context.budget.spend(size);
    cursor.skip(lead.position);
    if (cursor.u16() > 3 || size < MIN_HEADER_BYTES) throw new DwarfDamage("a set of an unknown version");
    const unit = cursor.unsigned(offsetSize);
    const addressSize = cursor.u8();
    const segmentSize = cursor.u8();
    if ((addressSize !== 8 && addressSize !== 4) || segmentSize > 8) {
      throw new DwarfDamage(`addresses of ${addressSize} bytes`);
    }
    const tuple = segmentSize + 2 * addressSize;
    // Pairs are aligned to their size, counted from the set's begin.
    cursor.skip((tuple - (cursor.position % tuple)) % tuple);
    let any = false;
    while (cursor.end - cursor.position >= tuple) {
      cursor.skip(segmentSize);
      const low = cursor.address(addressSize);
      const extent = cursor.address(addressSize);
      if (low === 0 && extent === 0) break;
      any = true;
      range(low, low + extent, unit);
    }
    if (any) set(unit);
  }
}
