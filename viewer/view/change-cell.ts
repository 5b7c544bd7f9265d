import type { RowChange } from "../model/diff/row-change.ts";
import { make } from "./elements.ts";

/** A change in its colour where it is significant, with a bar as long as it is of the greatest; 0: without a bar. */
export function fillChange(cell: HTMLElement, change: RowChange, text: string, greatest: number): void {
  const { before, after, verdict } = change;
  cell.replaceChildren(make("span", "", text));
  cell.dataset.change = verdict !== "significant" ? "none" : after > before ? "more" : "less";
  cell.style.setProperty("--part", greatest > 0 ? String(Math.abs(after - before) / greatest) : "0");
}
