import type { ValueType } from "../../profile/profile.ts";
import { formatCount, formatShare, formatWeight } from "../model/format.ts";
import { make } from "./elements.ts";

/** Writes a weight and its share of `whole` into a cell of a table, with a bar as long as the share. */
export function fillWeight(cell: HTMLElement, weight: number, whole: number, type: ValueType): void {
  const part = weight / whole;
  cell.replaceChildren(
    make("span", "weight", tableWeight(weight, type)),
    make("span", "share", formatShare(weight, whole)),
  );
  cell.style.setProperty("--part", String(Number.isFinite(part) ? Math.max(0, Math.min(1, part)) : 0));
}

/** A weight without the unit that all of a column have: counts as numbers, times and bytes as elsewhere. */
function tableWeight(weight: number, type: ValueType): string {
  return type.unit === "count" || type.unit === "" ? formatCount(weight) : formatWeight(weight, type);
}
