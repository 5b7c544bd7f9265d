import type { ValueType } from "../../profile/profile.ts";
import { formatCount, formatWeight } from "../model/format.ts";
import { make } from "./elements.ts";

/** Writes a weight and its share into a cell of a table, with a bar as long as the share (0 to 1). */
export function fillWeight(cell: HTMLElement, weight: string, share: string, part: number): void {
  cell.replaceChildren(make("span", "weight", weight), make("span", "share", share));
  cell.style.setProperty("--part", String(Number.isFinite(part) ? Math.max(0, Math.min(1, part)) : 0));
}

/** A weight without the unit that all of a column have: counts as numbers, times and bytes as elsewhere. */
export function tableWeight(weight: number, type: ValueType): string {
  return type.unit === "count" || type.unit === "" ? formatCount(weight) : formatWeight(weight, type);
}
