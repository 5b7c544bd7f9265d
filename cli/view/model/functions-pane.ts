import { type Line, span } from "../text/line.ts";
import { shortWeight } from "../text/weight.ts";
import { BAR_CELLS, bar, frameSpans, lineHere, share, WEIGHT_CELLS, WIDE_COLUMNS } from "./frame-text.ts";
import { type FunctionRows, SORT_COLUMNS, type SortColumn } from "./function-rows.ts";
import { ListCursor } from "./list-cursor.ts";
import type { Pane, Scene, Selection } from "./pane.ts";

/** All functions, one a line, in an order that is chosen. */
export class FunctionsPane implements Pane {
  readonly name = "Functions";
  readonly keys = [["s", "sort by self, total, name"]] as const;
  readonly #scene: Scene;
  readonly #functions: FunctionRows;
  readonly #cursor = new ListCursor();
  #sort: SortColumn = "self";

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#functions = scene.subject.functions;
  }

  heading(width: number): Line {
    const title = (column: SortColumn, cells: number) =>
      span(column.toUpperCase().padStart(cells), { dim: true, underline: this.#sort === column });
    const weights = width >= WIDE_COLUMNS ? " ".repeat(2 * WEIGHT_CELLS) : "";
    return [
      title("self", 6),
      title("total", 8),
      span(`${weights} ${" ".repeat(BAR_CELLS)} `),
      title("name", 4),
    ];
  }

  body(width: number, height: number): Line[] {
    const rows = this.#rows;
    const top = this.#cursor.window(height, rows.length);
    return Array.from(rows.subarray(top, top + height), (frame, offset) =>
      this.#row(frame, width, top + offset === this.#cursor.index),
    );
  }

  press(key: string): string | undefined {
    const rows = this.#rows;
    if (rows.length === 0) return undefined;
    if (this.#cursor.press(key, rows.length)) return "";
    if (key !== "s") return undefined;
    const frame = rows[this.#cursor.index];
    this.#sort = SORT_COLUMNS[(SORT_COLUMNS.indexOf(this.#sort) + 1) % SORT_COLUMNS.length];
    // From the top, where the next order has something to tell; unless somebody follows one function.
    if (this.#cursor.index > 0) this.#cursor.jump(this.#rows.indexOf(frame));
    return "";
  }

  selection(): Selection | undefined {
    const frame = this.#rows[this.#cursor.index];
    if (frame === undefined) return undefined;
    const { self, total } = this.#functions.totals;
    return { frame, self: self[frame], total: total[frame], ofCaller: 0, row: -1, chain: [] };
  }

  find(direction: 1 | -1 | 0): boolean {
    const { search } = this.#scene;
    const rows = this.#rows;
    if (search === undefined || rows.length === 0) return false;
    const step = direction === -1 ? -1 : 1;
    for (let offset = direction === 0 ? 0 : 1; offset <= rows.length; offset++) {
      const index = (this.#cursor.index + step * offset + rows.length) % rows.length;
      if (search.matched[rows[index]] === 0) continue;
      this.#cursor.jump(index);
      return true;
    }
    return false;
  }

  get #rows(): Int32Array {
    return this.#functions.sorted(this.#sort);
  }

  #row(frame: number, width: number, isHere: boolean): Line {
    const { subject, glyphs, search } = this.#scene;
    const { tree, type } = subject;
    const all = tree.total[0];
    const self = this.#functions.totals.self[frame];
    const total = this.#functions.totals.total[frame];
    const weights =
      width >= WIDE_COLUMNS
        ? shortWeight(self, type).padStart(WEIGHT_CELLS) + shortWeight(total, type).padStart(WEIGHT_CELLS)
        : "";
    const line: Line = [
      span(`${share(self, all)}  ${share(total, all)}${weights} `),
      bar(self, total, all, glyphs),
      span(" "),
      ...frameSpans(tree.frames, frame, search?.matched[frame] === 1),
    ];
    return isHere ? lineHere(line, width, glyphs) : line;
  }
}
