import type { VisibleRows } from "../../profile/analysis/visible-rows.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { baseName } from "../../profile/frame-name.ts";
import { frameKindOf, frameModule, frameName } from "../../profile/frames.ts";
import type { ValueType } from "../../profile/profile.ts";
import type { ChangesOfRows } from "../model/diff/change-tones.ts";
import { differenceWords, sidesWords } from "../model/diff/change-words.ts";
import { displayName, shortName } from "../model/display-name.ts";
import { MAX_LABEL_CHARACTERS } from "../model/limits.ts";
import { fillChange } from "./change-cell.ts";
import { make } from "./elements.ts";
import { type GridColumn, VirtualGrid } from "./virtual-grid.ts";
import { fillWeight } from "./weight-cell.ts";

type Column = "total" | "self" | "name" | "module";

const COLUMNS: readonly GridColumn<Column>[] = [
  { key: "total", title: "Total", kind: "number", sortable: false },
  { key: "self", title: "Self", kind: "number", sortable: false },
  { key: "name", title: "Function", kind: "name", sortable: false },
  { key: "module", title: "Module", kind: "text", sortable: false },
];

/** In a comparison. */
const CHANGE_TITLES: Partial<Record<Column, string>> = { total: "Change (interval)", self: "Before → after" };

/** Levels that are indented; deeper ones would leave the screen, and are told by a number instead. */
const MAX_INDENT = 40;

/** What a table of a call tree shows. */
export interface TreeTablePicture {
  visible: VisibleRows;
  type: ValueType;
  /** Of a table that was made for a comparison. */
  changes?: ChangesOfRows | undefined;
  /** 1 for rows of the tree that a search found. */
  matched?: Uint8Array | undefined;
  /** 1 for rows whose children are not there yet, see `InvertedTree`. */
  unexpanded?: Uint8Array | undefined;
}

export interface TreeTableEvents {
  /** A row of the tree is the current one. */
  select(row: number): void;
  /** Enter or a double click on it. */
  open(row: number): void;
  /** The children of a row that is marked in `unexpanded` are wanted: show a picture that has them. */
  expand?(row: number): void;
}

/**
 * A call tree as a table. Right expands, or goes to the first callee; Left folds, or goes to the caller; `*` expands the
 * heaviest path; + and - all that is below (https://www.w3.org/WAI/ARIA/apg/patterns/treegrid/).
 */
export class TreeTableView {
  readonly #grid: VirtualGrid<Column>;
  readonly #events: TreeTableEvents;
  #picture: TreeTablePicture | undefined;

  /** `compared`: it shows the changes of a comparison. */
  constructor(container: HTMLElement, label: string, events: TreeTableEvents, compared = false) {
    this.#events = events;
    const columns = COLUMNS.map((column) =>
      compared ? { ...column, title: CHANGE_TITLES[column.key] ?? column.title } : column,
    );
    this.#grid = new VirtualGrid(
      container,
      { label, role: "treegrid", columns },
      {
        fill: (index, row, cells) => this.#fill(index, row, cells),
        select: (index) => this.#withRow(index, (row) => events.select(row)),
        open: (index) => this.#withRow(index, (row) => events.open(row)),
        key: (event, index) => this.#onKey(event.key, index),
        click: (event, index) => this.#onClick(event, index),
      },
    );
  }

  /** `row` of the tree becomes the current one; its callers are expanded. */
  show(picture: TreeTablePicture, row = 0): void {
    this.#picture = picture;
    const { visible } = picture;
    visible.reveal(row);
    this.#grid.show(visible.rows.length, visible.placeOf(row));
  }

  /** Goes to a row of the tree, expanding its callers. */
  goTo(row: number): void {
    if (!this.#picture) return;
    const { visible } = this.#picture;
    visible.reveal(row);
    this.#grid.show(visible.rows.length, visible.placeOf(row));
    this.#events.select(row);
  }

  focus(): void {
    this.#grid.focus();
  }

  #withRow(index: number, then: (row: number) => void): void {
    const row = this.#picture?.visible.rows[index];
    if (row !== undefined) then(row);
  }

  /** Changes what is expanded; the current row stays where it is as far as it is still shown. */
  #change(row: number, change: (visible: VisibleRows) => void): void {
    if (!this.#picture) return;
    const { visible } = this.#picture;
    change(visible);
    this.#grid.show(visible.rows.length, visible.placeOf(row));
  }

  #setExpanded(row: number, expanded: boolean): void {
    if (expanded && this.#picture?.unexpanded?.[row] === 1) this.#events.expand?.(row);
    else this.#change(row, (visible) => visible.setExpanded(row, expanded));
  }

  #hasChildren(row: number): boolean {
    return this.#picture?.visible.hasChildren(row) === true || this.#picture?.unexpanded?.[row] === 1;
  }

  #onClick(event: MouseEvent, index: number): boolean {
    if (!(event.target instanceof Element) || event.target.closest(".grid-fold") === null) return false;
    this.#withRow(index, (row) => this.#setExpanded(row, this.#picture?.visible.isExpanded(row) !== true));
    return true;
  }

  #onKey(key: string, index: number): boolean {
    const visible = this.#picture?.visible;
    const row = visible?.rows[index];
    if (visible === undefined || row === undefined) return false;
    switch (key) {
      case "ArrowRight":
        if (visible.isExpanded(row)) this.#grid.moveTo(index + 1);
        else if (this.#hasChildren(row)) this.#setExpanded(row, true);
        return true;
      case "ArrowLeft":
        if (visible.isExpanded(row)) this.#setExpanded(row, false);
        else if (row > 0) this.#grid.moveTo(visible.placeOf(visible.tree.parent[row]));
        return true;
      case "*": {
        let last = row;
        this.#change(row, () => {
          last = visible.expandHeaviest(row);
        });
        this.#grid.moveTo(visible.placeOf(last));
        return true;
      }
      case "+":
      case "-":
        this.#change(row, () => visible.setAllExpanded(row, key === "+"));
        return true;
      default:
        return false;
    }
  }

  #fill(index: number, element: HTMLElement, cells: readonly HTMLElement[]): void {
    if (!this.#picture) return;
    const { visible, type, matched, changes } = this.#picture;
    const { tree } = visible;
    const row = visible.rows[index];
    const frame = tree.frame[row];
    const whole = tree.total[0];
    const [total, self, name, module] = cells;
    element.dataset.kind = frameKindOf(tree.frames, frame);
    element.classList.toggle("match", matched?.[row] === 1);
    element.setAttribute("aria-level", String(tree.depth[row] + 1));
    const siblings = placeAmongSiblings(tree, row);
    setAttribute(element, "aria-posinset", siblings && String(siblings.place));
    setAttribute(element, "aria-setsize", siblings && String(siblings.size));
    const expanded = this.#hasChildren(row) ? String(visible.isExpanded(row)) : undefined;
    setAttribute(element, "aria-expanded", expanded);
    if (changes) {
      const change = changes.of(row);
      fillChange(total, change, differenceWords(changes.comparison, change), 0);
      self.textContent = sidesWords(changes.comparison, change);
    } else {
      fillWeight(total, tree.total[row], whole, type);
      fillWeight(self, tree.self[row], whole, type);
    }
    this.#fillName(name, tree, row);
    const file = frameModule(tree.frames, frame);
    module.textContent = displayName(baseName(file));
    module.title = displayName(file);
  }

  #fillName(cell: HTMLElement, tree: CallTree, row: number): void {
    const depth = tree.depth[row];
    const fold = make("span", "grid-fold");
    fold.hidden = !this.#hasChildren(row);
    // Screen readers have aria-expanded of the row.
    fold.setAttribute("aria-hidden", "true");
    const level = make("span", "grid-level", depth > MAX_INDENT ? `${depth} ` : "");
    const text = row === 0 ? "all samples" : frameName(tree.frames, tree.frame[row]);
    const name = make("span", "", shortName(text, MAX_LABEL_CHARACTERS));
    cell.style.setProperty("--level", String(Math.min(depth, MAX_INDENT)));
    cell.title = name.textContent;
    cell.replaceChildren(fold, level, name);
  }
}

/** Siblings beyond this many are not counted, as each row in view counts its own. */
const MAX_COUNTED_SIBLINGS = 1_000;

/** The row's place among its siblings, from 1, and how many these are; undefined when they are too many to count. */
function placeAmongSiblings(tree: CallTree, row: number): { place: number; size: number } | undefined {
  const parent = tree.parent[row];
  if (parent < 0) return { place: 1, size: 1 };
  let place = 0;
  let size = 0;
  for (let at = parent + 1; at < tree.subtreeEnd[parent]; at = tree.subtreeEnd[at]) {
    if (++size > MAX_COUNTED_SIBLINGS) return undefined;
    if (at === row) place = size;
  }
  return { place, size };
}

function setAttribute(element: HTMLElement, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
