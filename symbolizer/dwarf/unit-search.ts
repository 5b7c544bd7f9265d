import { lowerBound } from "../cover-tree.ts";
import { walkAranges } from "./aranges.ts";
import { Slot } from "./attributes.ts";
import * as dw from "./dwarf-constants.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { Entry } from "./entry.ts";
import { isDiscarded, Ranges, readRanges } from "./range-lists.ts";
import type { Reach } from "./reach.ts";
import { Unit } from "./unit.ts";
import { headerAt } from "./unit-starts.ts";

/** Which units hold the wanted addresses. */
export interface UnitsOfAddresses {
  /** Offset of the unit's header for each address; -1: no unit tells that it holds it. */
  unitOf: Float64Array;
  /** Compile units that don't tell what they cover. */
  vague: number[];
}

/**
 * Finds the unit of each of the ascending `addresses`. `.debug_aranges` is believed for the units that it lists; of the
 * others, only while addresses are left, the root entries are read. The smallest range around an address wins. `reach` is
 * told where ranges begin and end.
 */
export function searchUnits(file: DwarfFile, addresses: Float64Array, reach: Reach): UnitsOfAddresses {
  const unitOf = new Float64Array(addresses.length).fill(-1);
  const smallest = new Float64Array(addresses.length).fill(Number.POSITIVE_INFINITY);
  const listed = new Set<number>();
  const vague: number[] = [];
  let left = addresses.length;

  const offer = (low: number, high: number, unit: number): void => {
    if (isDiscarded(low, file)) return;
    const first = lowerBound(addresses, low);
    let i = first;
    for (; i < addresses.length && addresses[i] < high; i++) {
      if (high - low >= smallest[i]) continue;
      if (unitOf[i] < 0) left--;
      smallest[i] = high - low;
      unitOf[i] = unit;
    }
    reach.bound(low, first);
    reach.bound(high, i);
    file.context.budget.spend(i - first);
  };

  file.context.attempt(".debug_aranges", undefined, () => {
    walkAranges(file, (unit) => listed.add(unit), offer);
  });
  if (left === 0) return { unitOf, vague };

  const { starts } = file;
  const ranges = new Ranges(file);
  const root = new Entry();
  for (let u = 0; u < starts.count && left > 0 && !file.context.budget.exhausted; u++) {
    const offset = starts.at(u);
    if (listed.has(offset)) continue;
    file.context.attempt(
      "the unit",
      undefined,
      () => {
        const header = headerAt(file, offset);
        if (header.type === dw.DW_UT_type || header.type === dw.DW_UT_partial) return;
        const unit = new Unit(file, header, { rootOnly: true, root });
        if (unit.tag === dw.DW_TAG_partial_unit) return;
        readRanges(unit, root, ranges);
        for (let r = 0; r < ranges.count; r++) offer(ranges.low[r], ranges.high[r], offset);
        // A list or a range that came out empty tells that nothing is left of the unit's code.
        const isVague = !root.has(Slot.ranges) && !root.has(Slot.highPc);
        if (isVague && unit.hasChildren && unit.statementList >= 0) vague.push(offset);
      },
      offset,
    );
  }
  return { unitOf, vague };
}
