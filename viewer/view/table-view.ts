import {
  FUNCTION_COLUMNS,
  type FunctionColumn,
  type FunctionTable,
} from "../../profile/analysis/function-table.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { baseName } from "../../profile/frame-name.ts";
import { frameKindOf, frameModule, frameName } from "../../profile/frames.ts";
import type { ValueType } from "../../profile/profile.ts";
import { displayName, shortName } from "../model/display-name.ts";
import { MAX_LABEL_CHARACTERS } from "../model/limits.ts";
import { type GridColumn, VirtualGrid } from "./virtual-grid.ts";
import { fillWeight } from "./weight-cell.ts";

const TITLES: Record<FunctionColumn, string> = {
  self: "Self",
  total: "Total",
  name: "Function",
  module: "Module",
};

const KINDS: Record<FunctionColumn, GridColumn<FunctionColumn>["kind"]> = {
  self: "number",
  total: "number",
  name: "name",
  module: "text",
};

const COLUMNS: readonly GridColumn<FunctionColumn>[] = FUNCTION_COLUMNS.map((key) => ({
  key,
  title: TITLES[key],
  kind: KINDS[key],
  sortable: true,
}));

/** What a table of functions shows. */
export interface FunctionTablePicture {
  tree: CallTree;
  table: FunctionTable;
  /** Rows of `table` in the order to show them: `sortedFunctions`. */
  rows: Int32Array;
  type: ValueType;
  sort: { by: FunctionColumn; direction: "ascending" | "descending" };
}

export interface FunctionTableEvents {
  /** A row of `tree.frames` is the current one. */
  select(frame: number): void;
  /** Enter or a double click on it. */
  open(frame: number): void;
  sort(by: FunctionColumn, direction: "ascending" | "descending"): void;
}

/** The table of functions: self, total, name, module. Keys `s`, `t`, `f`, `m` sort by the columns. */
export class TableView {
  readonly #grid: VirtualGrid<FunctionColumn>;
  readonly #events: FunctionTableEvents;
  #picture: FunctionTablePicture | undefined;

  constructor(container: HTMLElement, events: FunctionTableEvents) {
    this.#events = events;
    this.#grid = new VirtualGrid(
      container,
      { label: "Functions", role: "grid", columns: COLUMNS },
      {
        fill: (index, row, cells) => this.#fill(index, row, cells),
        select: (index) => this.#withFrame(index, (frame) => events.select(frame)),
        open: (index) => this.#withFrame(index, (frame) => events.open(frame)),
        sort: (key) => this.#sort(key),
        key: (event) => this.#onKey(event),
      },
    );
  }

  /** `wanted` (a row of `tree.frames`) becomes the current function; without it the one that was so stays it. */
  show(picture: FunctionTablePicture, wanted?: number): void {
    const before = this.#picture;
    const kept = before && before.tree === picture.tree ? this.#frameAt(before, this.#grid.current) : -1;
    const frame = wanted ?? kept;
    this.#picture = picture;
    const { rows, table, sort } = picture;
    const current = frame < 0 ? 0 : rows.findIndex((row) => table.frame[row] === frame);
    this.#grid.showSort(sort.by, sort.direction);
    this.#grid.show(rows.length, Math.max(0, current));
  }

  focus(): void {
    this.#grid.focus();
  }

  #frameAt({ rows, table }: FunctionTablePicture, index: number): number {
    return index < rows.length ? table.frame[rows[index]] : -1;
  }

  #withFrame(index: number, then: (frame: number) => void): void {
    const frame = this.#picture ? this.#frameAt(this.#picture, index) : -1;
    if (frame >= 0) then(frame);
  }

  #sort(by: FunctionColumn): void {
    if (!this.#picture) return;
    const { sort } = this.#picture;
    const usual = by === "self" || by === "total" ? "descending" : "ascending";
    const other = usual === "descending" ? "ascending" : "descending";
    this.#events.sort(by, sort.by === by && sort.direction === usual ? other : usual);
  }

  #onKey({ key }: KeyboardEvent): boolean {
    const by = COLUMNS.find(({ title }) => title[0].toLowerCase() === key)?.key;
    if (by !== undefined) this.#sort(by);
    return by !== undefined;
  }

  #fill(index: number, row: HTMLElement, cells: readonly HTMLElement[]): void {
    if (!this.#picture) return;
    const { tree, table, rows, type } = this.#picture;
    const at = rows[index];
    const frame = table.frame[at];
    const whole = tree.total[0];
    const [self, total, name, module] = cells;
    row.dataset.kind = frameKindOf(tree.frames, frame);
    fillWeight(self, table.self[at], whole, type);
    fillWeight(total, table.total[at], whole, type);
    name.textContent = shortName(frameName(tree.frames, frame), MAX_LABEL_CHARACTERS);
    name.title = name.textContent;
    const file = frameModule(tree.frames, frame);
    module.textContent = displayName(baseName(file));
    module.title = displayName(file);
  }
}
