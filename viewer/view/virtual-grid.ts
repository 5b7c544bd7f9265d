import { contentHeight, rowWindow, scrollToRow } from "../model/row-window.ts";
import { make } from "./elements.ts";

export interface GridColumn<Key extends string> {
  key: Key;
  title: string;
  /** `number`: to the right, digits under digits. `name` takes three times the room of `text`. */
  kind: "number" | "name" | "text";
  sortable: boolean;
}

export interface GridEvents<Key extends string> {
  /** Writes row `index` into its element and cells (one a column), which may have shown another row before. */
  fill(index: number, row: HTMLElement, cells: readonly HTMLElement[]): void;
  /** The keyboard or mouse is on another row. */
  select(index: number): void;
  /** Enter or a double click. */
  open(index: number): void;
  sort?(key: Key): void;
  /** A key that the grid does nothing with; whether it was taken. */
  key?(event: KeyboardEvent, index: number): boolean;
  /** A click on a row, before it is selected; whether it was all that is to be done. */
  click?(event: MouseEvent, index: number): boolean;
}

/** Widths of columns, as CSS grid tracks. */
const TRACKS = { number: "var(--number-width)", name: "minmax(0, 3fr)", text: "minmax(0, 1fr)" } as const;

let grids = 0;

/**
 * A table of any number of rows, of which only those in view are elements. One stop of the Tab key; arrows, Page Up and
 * Down, Home and End move within (https://www.w3.org/WAI/ARIA/apg/patterns/grid/). The current row is told to screen
 * readers by `aria-activedescendant`.
 */
export class VirtualGrid<Key extends string> {
  readonly #grid: HTMLDivElement;
  readonly #body = make("div", "grid-body");
  readonly #columns: readonly GridColumn<Key>[];
  readonly #events: GridEvents<Key>;
  readonly #id = `grid${++grids}`;
  readonly #headers = new Map<Key, HTMLElement>();
  /** Elements that show rows, by index of the row. */
  readonly #shown = new Map<number, { row: HTMLElement; cells: HTMLElement[] }>();
  #count = 0;
  #current = 0;

  constructor(
    container: HTMLElement,
    options: { label: string; role: "grid" | "treegrid"; columns: readonly GridColumn<Key>[] },
    events: GridEvents<Key>,
  ) {
    this.#columns = options.columns;
    this.#events = events;
    this.#grid = make("div", "grid");
    this.#grid.tabIndex = 0;
    this.#grid.setAttribute("role", options.role);
    this.#grid.setAttribute("aria-label", options.label);
    this.#grid.setAttribute("aria-colcount", String(options.columns.length));
    this.#grid.style.setProperty("--columns", options.columns.map(({ kind }) => TRACKS[kind]).join(" "));
    this.#body.setAttribute("role", "rowgroup");
    this.#grid.append(this.#head(), this.#body);
    container.replaceChildren(this.#grid);
    this.#listen();
  }

  /** Index of the current row. */
  get current(): number {
    return this.#current;
  }

  /** Shows other rows, with `current` in view. */
  show(count: number, current: number): void {
    this.#count = count;
    this.#current = Math.max(0, Math.min(count - 1, current));
    this.#grid.setAttribute("aria-rowcount", String(count + 1));
    this.#body.style.height = `${contentHeight(count, this.#rowHeight)}px`;
    this.#reveal(this.#current);
    this.#draw(true);
  }

  /** Which column the rows are sorted by. */
  showSort(by: Key, direction: "ascending" | "descending"): void {
    for (const [key, header] of this.#headers) {
      if (key === by) header.setAttribute("aria-sort", direction);
      else header.removeAttribute("aria-sort");
    }
  }

  /** Draws the rows in view anew: what they show has changed, they have not. */
  refresh(): void {
    this.#draw(true);
  }

  moveTo(index: number): void {
    if (this.#count === 0) return;
    this.#current = Math.max(0, Math.min(this.#count - 1, index));
    this.#reveal(this.#current);
    this.#draw(false);
    this.#events.select(this.#current);
  }

  focus(): void {
    this.#grid.focus();
  }

  #head(): HTMLElement {
    const head = make("div", "grid-head");
    head.setAttribute("role", "rowgroup");
    const row = make("div", "grid-row");
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", "1");
    for (const { key, title, kind, sortable } of this.#columns) {
      const header = make("div", `grid-cell ${kind}`);
      header.setAttribute("role", "columnheader");
      if (sortable) {
        const button = make("button", "grid-sort", title);
        button.type = "button";
        // Tab goes past the whole grid; who uses it offers keys for sorting.
        button.tabIndex = -1;
        button.addEventListener("click", () => this.#events.sort?.(key));
        header.append(button);
        this.#headers.set(key, header);
      } else header.textContent = title;
      row.append(header);
    }
    head.append(row);
    return head;
  }

  /** Pixels; the style sheet has the last word, so that huge windows have larger rows. */
  get #rowHeight(): number {
    return Number.parseFloat(getComputedStyle(this.#grid).getPropertyValue("--grid-row-height")) || 24;
  }

  /** Height of the part of the grid that shows rows; a grid that nothing bounds would show a million of them. */
  get #height(): number {
    return Math.max(0, Math.min(this.#grid.clientHeight, innerHeight) - this.#body.offsetTop);
  }

  #reveal(index: number): void {
    const { scrollTop } = this.#grid;
    const wanted = scrollToRow(index, this.#count, this.#rowHeight, scrollTop, this.#height);
    if (wanted !== scrollTop) this.#grid.scrollTop = wanted;
  }

  #draw(all: boolean): void {
    const rowHeight = this.#rowHeight;
    const { from, to, top } = rowWindow(this.#count, rowHeight, this.#grid.scrollTop, this.#height);
    const free: { row: HTMLElement; cells: HTMLElement[] }[] = [];
    for (const [index, element] of this.#shown) {
      if (index >= from && index < to) continue;
      this.#shown.delete(index);
      free.push(element);
    }
    for (let index = from; index < to; index++) {
      let element = this.#shown.get(index);
      const isNew = element === undefined;
      element ??= free.pop() ?? this.#newRow();
      if (isNew) this.#shown.set(index, element);
      const { row, cells } = element;
      if (isNew || all) {
        row.id = `${this.#id}-${index}`;
        row.dataset.index = String(index);
        row.setAttribute("aria-rowindex", String(index + 2));
        this.#events.fill(index, row, cells);
      }
      row.style.top = `${top + (index - from) * rowHeight}px`;
      row.setAttribute("aria-selected", String(index === this.#current));
    }
    for (const { row } of free) row.remove();
    if (this.#shown.has(this.#current)) {
      this.#grid.setAttribute("aria-activedescendant", `${this.#id}-${this.#current}`);
    } else this.#grid.removeAttribute("aria-activedescendant");
  }

  #newRow(): { row: HTMLElement; cells: HTMLElement[] } {
    const row = make("div", "grid-row");
    row.setAttribute("role", "row");
    const cells = this.#columns.map(({ kind }, column) => {
      const cell = make("div", `grid-cell ${kind}`);
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-colindex", String(column + 1));
      return cell;
    });
    row.append(...cells);
    this.#body.append(row);
    return { row, cells };
  }

  #listen(): void {
    let scheduled = false;
    const drawSoon = () => {
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        this.#draw(false);
      });
    };
    this.#grid.addEventListener("scroll", drawSoon);
    new ResizeObserver(drawSoon).observe(this.#grid);
    this.#grid.addEventListener("keydown", (event) => this.#onKey(event));
    this.#body.addEventListener("click", (event) => {
      const index = indexAt(event.target);
      if (index >= 0 && !this.#events.click?.(event, index)) this.moveTo(index);
    });
    this.#body.addEventListener("dblclick", (event) => {
      const index = indexAt(event.target);
      if (index >= 0) this.#events.open(index);
    });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#count === 0) return;
    const page = Math.max(1, Math.floor(this.#height / this.#rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: this.#current + 1,
      ArrowUp: this.#current - 1,
      PageDown: this.#current + page,
      PageUp: this.#current - page,
      Home: 0,
      End: this.#count - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) this.moveTo(move);
    else if (event.key === "Enter") this.#events.open(this.#current);
    else if (!this.#events.key?.(event, this.#current)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function indexAt(target: EventTarget | null): number {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null;
  return row === null ? -1 : Number(row.dataset.index);
}
