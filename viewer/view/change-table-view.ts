import type { CallTree } from "../../profile/call-tree.ts";
import { plainChangeText } from "../../profile/diff/change-text.ts";
import type { PageComparison } from "../../profile/diff/page-comparison.ts";
import { baseName } from "../../profile/frame-name.ts";
import { frameKindOf, frameModule, frameName } from "../../profile/frames.ts";
import { type ChangeRow, type ChangeSort, surer } from "../model/diff/change-table.ts";
import {
  differenceWords,
  pText,
  relativeWords,
  sidesWords,
  verdictMark,
  verdictSentence,
} from "../model/diff/change-words.ts";
import { displayName, shortName } from "../model/display-name.ts";
import { formatShare } from "../model/format.ts";
import { MAX_LABEL_CHARACTERS } from "../model/limits.ts";
import { fillChange } from "./change-cell.ts";
import { make } from "./elements.ts";
import { type GridColumn, VirtualGrid } from "./virtual-grid.ts";

const COLUMNS: readonly GridColumn<ChangeSort>[] = [
  { key: "change", title: "Change (interval)", kind: "number", sortable: true },
  { key: "relative", title: "Relative", kind: "number", sortable: true },
  { key: "own", title: "Own change, part", kind: "number", sortable: true },
  { key: "after", title: "Before → after", kind: "number", sortable: true },
  { key: "significance", title: "Significance", kind: "number", sortable: true },
  { key: "name", title: "Function", kind: "name", sortable: true },
  { key: "module", title: "Module", kind: "text", sortable: true },
];

export interface ChangeTablePicture {
  tree: CallTree;
  comparison: PageComparison;
  /** In the order to show them. */
  rows: readonly ChangeRow[];
  /** `allOwnChanges` of all functions. */
  allOwn: number;
  /** The greatest change there is: bars are parts of it. */
  greatest: number;
  sort: { by: ChangeSort; direction: "ascending" | "descending" };
}

export interface ChangeTableEvents {
  /** A row of `tree.frames` is the current one. */
  select(frame: number): void;
  /** Enter or a double click on it. */
  open(frame: number): void;
  sort(by: ChangeSort, direction: "ascending" | "descending"): void;
}

/** The table of functions in a comparison. */
export class ChangeTableView {
  readonly #grid: VirtualGrid<ChangeSort>;
  readonly #events: ChangeTableEvents;
  #picture: ChangeTablePicture | undefined;

  constructor(container: HTMLElement, events: ChangeTableEvents) {
    this.#events = events;
    container.classList.add("change-table");
    this.#grid = new VirtualGrid(
      container,
      { label: "Changes of functions", role: "grid", columns: COLUMNS },
      {
        fill: (index, row, cells) => this.#fill(index, row, cells),
        select: (index) => this.#withFrame(index, (frame) => events.select(frame)),
        open: (index) => this.#withFrame(index, (frame) => events.open(frame)),
        sort: (key) => this.#sort(key),
      },
    );
  }

  /** `wanted` (a row of `tree.frames`) becomes the current function; without it the one that was so stays it. */
  show(picture: ChangeTablePicture, wanted?: number): void {
    const before = this.#picture;
    const kept = before?.tree === picture.tree ? (before.rows[this.#grid.current]?.frame ?? -1) : -1;
    const frame = wanted ?? kept;
    this.#picture = picture;
    const { rows, sort } = picture;
    this.#grid.showSort(sort.by, sort.direction);
    this.#grid.show(rows.length, Math.max(0, frame < 0 ? 0 : rows.findIndex((row) => row.frame === frame)));
  }

  #withFrame(index: number, then: (frame: number) => void): void {
    const row = this.#picture?.rows[index];
    if (row !== undefined) then(row.frame);
  }

  #sort(by: ChangeSort): void {
    if (!this.#picture) return;
    const { sort } = this.#picture;
    const usual = by === "name" || by === "module" ? "ascending" : "descending";
    const other = usual === "descending" ? "ascending" : "descending";
    this.#events.sort(by, sort.by === by && sort.direction === usual ? other : usual);
  }

  #fill(index: number, element: HTMLElement, cells: readonly HTMLElement[]): void {
    if (!this.#picture) return;
    const { tree, comparison, rows, allOwn, greatest } = this.#picture;
    const { frame, total, self } = rows[index];
    const told = surer(rows[index]);
    const { scale } = comparison;
    const [change, relative, own, after, significance, name, module] = cells;
    element.dataset.kind = frameKindOf(tree.frames, frame);
    element.dataset.verdict = told.verdict;
    fillChange(change, total, differenceWords(comparison, total), greatest);
    fillChange(relative, total, relativeWords(total), 0);
    const ownChange = self.after - self.before;
    fillChange(own, self, plainChangeText(scale, ownChange), greatest);
    own.append(make("span", "share", formatShare(Math.abs(ownChange), allOwn)));
    after.textContent = sidesWords(comparison, total);
    const isTested = !Number.isNaN(told.adjusted);
    const isFound = told.verdict === "significant";
    significance.textContent = isFound && isTested ? pText(told.adjusted) : verdictMark(told);
    significance.title = verdictSentence(comparison, told);
    name.textContent = shortName(frameName(tree.frames, frame), MAX_LABEL_CHARACTERS);
    name.title = name.textContent;
    const file = frameModule(tree.frames, frame);
    module.textContent = displayName(baseName(file));
    module.title = displayName(file);
  }
}
