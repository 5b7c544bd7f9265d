import type { SliceRange } from "../../profile/analysis/sample-filter.ts";
import {
  secondsOfRange,
  slicesOfColumns,
  type TimeMatrix,
  type TimeRow,
} from "../../profile/analysis/time-matrix.ts";
import type { ValueType } from "../../profile/profile.ts";
import { displayName } from "../model/display-name.ts";
import { formatNanos, formatShare, formatWeight, plural } from "../model/format.ts";
import { make } from "./elements.ts";
import { drawTimeMap } from "./time-map.ts";

const NANOS_PER_SECOND = 1e9;

export interface TimeStripEvents {
  /** A range was chosen; undefined: all of the recording. */
  choose(range: SliceRange | undefined): void;
  /** The name of a row was chosen: a process or thread. */
  chooseRow(row: TimeRow): void;
}

/**
 * The recording as a strip: how busy each process or thread was, from left to right. Dragging chooses a range, which two
 * sliders do by keyboard (https://www.w3.org/WAI/ARIA/apg/patterns/slider-multithumb/). Recordings without slices say so.
 */
export class TimeStrip {
  readonly #events: TimeStripEvents;
  readonly #names = make("ul", "time-names");
  readonly #map = make("div", "time-map");
  readonly #canvas = make("canvas");
  readonly #range = make("div", "time-range");
  readonly #thumbs: readonly [HTMLElement, HTMLElement];
  readonly #note = make("p", "time-note");
  readonly #all = make("button", "", "Whole recording");
  #matrix: TimeMatrix | undefined;
  #type: ValueType = { type: "samples", unit: "count" };
  /** Chosen columns, both included; undefined: all. */
  #chosen: { from: number; to: number } | undefined;
  #dragFrom = -1;

  constructor(container: HTMLElement, events: TimeStripEvents) {
    this.#events = events;
    this.#thumbs = [this.#thumb("Beginning of the range"), this.#thumb("End of the range")];
    this.#canvas.setAttribute("role", "img");
    this.#all.type = "button";
    this.#all.addEventListener("click", () => this.#choose(undefined));
    this.#map.append(this.#canvas, this.#range, ...this.#thumbs);
    const strip = make("div", "time-strip");
    strip.setAttribute("role", "group");
    strip.setAttribute("aria-label", "Time");
    const line = make("div", "time-line");
    line.append(this.#note, this.#all);
    strip.append(this.#names, this.#map, line);
    container.replaceChildren(strip);
    this.#listen();
  }

  /** Shows a matrix (undefined: the recording has no slices) with a range chosen. */
  show(matrix: TimeMatrix | undefined, range: SliceRange | undefined, type: ValueType): void {
    this.#matrix = matrix;
    this.#type = type;
    const strip = this.#map.parentElement;
    strip?.classList.toggle("without-slices", matrix === undefined);
    if (matrix === undefined) {
      this.#note.textContent =
        "This recording is not cut into time slices, so it does not tell when its samples were taken.";
      this.#all.hidden = true;
      return;
    }
    this.#chosen = range && {
      from: Math.min(matrix.columns - 1, Math.floor(range.from / matrix.slicesPerColumn)),
      to: Math.min(matrix.columns - 1, Math.ceil(range.to / matrix.slicesPerColumn) - 1),
    };
    this.#showNames(matrix);
    this.#draw();
    this.#showChosen();
  }

  /** Draws anew in the colours of the page: after a change of its theme. */
  redraw(): void {
    this.#draw();
  }

  #showNames(matrix: TimeMatrix): void {
    this.#names.replaceChildren(
      ...matrix.rows.map((row) => {
        const item = make("li");
        const name = displayName(row.name);
        if (row.labels.length === 0) item.append(make("span", "", name));
        else {
          const button = make("button", "", name);
          button.type = "button";
          button.title = `Only ${name}: ${formatWeight(row.total, this.#type)}`;
          button.addEventListener("click", () => this.#events.chooseRow(row));
          item.append(button);
        }
        return item;
      }),
    );
  }

  #draw(): void {
    const matrix = this.#matrix;
    if (matrix === undefined) return;
    drawTimeMap(this.#canvas, matrix);
    const { columns, rows, sum } = matrix;
    const busiest = sum.indexOf(sum.reduce((a, b) => Math.max(a, b), 0));
    this.#canvas.setAttribute(
      "aria-label",
      `Load of ${plural(rows.length, "row")} over ${this.#timeOf(0, columns - 1)}; busiest at ${this.#timeOf(busiest, busiest)}`,
    );
  }

  #showChosen(): void {
    const matrix = this.#matrix;
    if (matrix === undefined) return;
    const { columns } = matrix;
    const { from, to } = this.#chosen ?? { from: 0, to: columns - 1 };
    this.#range.hidden = this.#chosen === undefined;
    this.#range.style.left = `${(100 * from) / columns}%`;
    this.#range.style.width = `${(100 * (to + 1 - from)) / columns}%`;
    for (const [thumb, column, place] of [
      [this.#thumbs[0], from, from],
      [this.#thumbs[1], to, to + 1],
    ] as const) {
      thumb.style.left = `${(100 * place) / columns}%`;
      thumb.setAttribute("aria-valuemin", thumb === this.#thumbs[0] ? "0" : String(from));
      thumb.setAttribute("aria-valuemax", String(thumb === this.#thumbs[0] ? to : columns - 1));
      thumb.setAttribute("aria-valuenow", String(column));
      thumb.setAttribute("aria-valuetext", this.#timeOf(column, column));
    }
    this.#all.hidden = this.#chosen === undefined;
    this.#note.textContent = this.#sentence(matrix, from, to);
  }

  /** What is chosen, its weight, and what the strip cannot show. */
  #sentence(matrix: TimeMatrix, from: number, to: number): string {
    const whole = matrix.sum.reduce((sum, each) => sum + each, 0);
    const part = matrix.sum.subarray(from, to + 1).reduce((sum, each) => sum + each, 0);
    const parts = [
      `${this.#chosen ? this.#timeOf(from, to) : `All of ${this.#timeOf(from, to)}`}: ${formatWeight(part, this.#type)}` +
        (this.#chosen ? ` (${formatShare(part, whole)})` : ""),
    ];
    if (matrix.withoutSlice > 0)
      parts.push(`${formatWeight(matrix.withoutSlice, this.#type)} without a time`);
    const lost = matrix.lost.reduce((sum, { count }) => sum + count, 0);
    if (lost > 0) parts.push(`${plural(lost, "sample")} lost, the recording does not tell when`);
    return `${parts.join(" · ")}.`;
  }

  /** `2.0 s to 2.5 s`, or slices where their length is not known. */
  #timeOf(from: number, to: number): string {
    const matrix = this.#matrix;
    if (matrix === undefined) return "";
    const slices = slicesOfColumns(matrix, from, to);
    const seconds = secondsOfRange(matrix, slices);
    if (seconds === undefined) return `slices ${slices.from} to ${slices.to - 1}`;
    return `${formatNanos(seconds.from * NANOS_PER_SECOND)} to ${formatNanos(seconds.to * NANOS_PER_SECOND)}`;
  }

  #choose(columns: { from: number; to: number } | undefined): void {
    const matrix = this.#matrix;
    if (matrix === undefined) return;
    const isAll = columns === undefined || (columns.from <= 0 && columns.to >= matrix.columns - 1);
    this.#chosen = isAll ? undefined : columns;
    this.#showChosen();
    this.#events.choose(isAll ? undefined : slicesOfColumns(matrix, columns.from, columns.to));
  }

  #thumb(label: string): HTMLElement {
    const thumb = make("div", "time-thumb");
    thumb.tabIndex = 0;
    thumb.setAttribute("role", "slider");
    thumb.setAttribute("aria-label", label);
    thumb.addEventListener("keydown", (event) =>
      this.#onKey(event, thumb === this.#thumbs[0] ? "from" : "to"),
    );
    return thumb;
  }

  #onKey(event: KeyboardEvent, end: "from" | "to"): void {
    const matrix = this.#matrix;
    if (matrix === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = matrix.columns - 1;
    const { from, to } = this.#chosen ?? { from: 0, to: last };
    const now = end === "from" ? from : to;
    const page = Math.max(1, Math.round(matrix.columns / 10));
    const moves: Record<string, number> = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      PageDown: now - page,
      PageUp: now + page,
      Home: 0,
      End: last,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      if (end === "from") this.#choose({ from: Math.max(0, Math.min(to, move)), to });
      else this.#choose({ from, to: Math.max(from, Math.min(last, move)) });
    } else if (event.key === "Escape" && this.#chosen !== undefined) this.#choose(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #listen(): void {
    const map = this.#map;
    const columnAt = (event: PointerEvent) => {
      const { left, width } = map.getBoundingClientRect();
      const columns = this.#matrix?.columns ?? 1;
      return Math.max(0, Math.min(columns - 1, Math.floor(((event.clientX - left) / width) * columns)));
    };
    const drag = (event: PointerEvent) => {
      const at = columnAt(event);
      this.#chosen = { from: Math.min(at, this.#dragFrom), to: Math.max(at, this.#dragFrom) };
      this.#showChosen();
    };
    map.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.#matrix === undefined) return;
      const thumb = event.target instanceof HTMLElement ? this.#thumbs.indexOf(event.target) : -1;
      // A thumb moves its own end: the drag begins at the other.
      if (thumb >= 0 && this.#chosen) this.#dragFrom = thumb === 0 ? this.#chosen.to : this.#chosen.from;
      else this.#dragFrom = columnAt(event);
      map.setPointerCapture(event.pointerId);
      if (thumb < 0) event.preventDefault();
    });
    map.addEventListener("pointermove", (event) => {
      if (this.#dragFrom >= 0) drag(event);
    });
    map.addEventListener("pointerup", (event) => {
      if (this.#dragFrom < 0) return;
      drag(event);
      this.#dragFrom = -1;
      this.#choose(this.#chosen);
    });
    map.addEventListener("pointercancel", () => {
      this.#dragFrom = -1;
    });
    let width = 0;
    new ResizeObserver(() => {
      if (map.clientWidth === width) return;
      width = map.clientWidth;
      this.#draw();
    }).observe(map);
  }
}
