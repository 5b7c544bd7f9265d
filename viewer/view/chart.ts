import type { CallTree } from "../../profile/call-tree.ts";
import { chartData, drawnRows, type RowWindow } from "../model/chart-data.ts";
import { heaviestOfRun } from "../model/frame-facts.ts";
import type { Layout } from "../model/layout.ts";
import { MAX_DRAWN_ROWS, OVERSCAN_ROWS } from "../model/limits.ts";
import { boxOfRow, stepFrom, stepOfKey } from "../model/navigate.ts";
import type { Theme } from "../model/palette.ts";
import type { SearchMatches } from "../model/search.ts";
import { FrameDrawing } from "./frame-drawing.ts";
import { frameLook } from "./frame-look.ts";

/** All that one picture depends on. */
export interface Picture {
  tree: CallTree;
  layout: Layout;
  /** Rows that the graph is high, at least those of the layout. */
  rows: number;
  width: number;
  rowHeight: number;
  direction: "flame" | "icicle";
  search: SearchMatches | undefined;
  theme: Theme;
}

export interface ChartEvents {
  /** A frame was chosen to zoom into. */
  zoom(row: number): void;
  /** The pointer is on a box (or on none). `x`, `y` are in the window. */
  point(box: number | undefined, x: number, y: number): void;
  /** The keyboard moved to a box. */
  focus(box: number): void;
}

/**
 * The scrolled graph: decides which rows to draw, and turns mouse and keys into events. Icicles are drawn from the
 * top, flames from the bottom; of graphs with very many rows only those in and near the visible part are drawn.
 */
export class Chart {
  readonly #scroller: HTMLElement;
  readonly #canvas: HTMLDivElement;
  readonly #drawing: FrameDrawing;
  readonly #events: ChartEvents;
  #picture: Picture | undefined;
  #window: RowWindow = { from: 0, to: 0 };
  /** Pixels scrolled away from the base, and the height that was seen then. */
  #distance = 0;
  #height = 0;
  /** Row of the tree that the keyboard would go on from; -1 for none. */
  #focusRow = -1;
  /** Whether that row has a ring: not when the mouse led to it. */
  #ring = false;

  constructor(scroller: HTMLElement, canvas: HTMLDivElement, events: ChartEvents) {
    this.#scroller = scroller;
    this.#canvas = canvas;
    this.#drawing = new FrameDrawing(canvas);
    this.#events = events;
    scroller.tabIndex = 0;
    this.#listen();
  }

  /** Pixels that frames can have. */
  get width(): number {
    return this.#canvas.clientWidth;
  }

  /** How many whole rows of frames can be seen at once. */
  get visibleRows(): number {
    return this.#picture ? Math.floor(this.#scroller.clientHeight / this.#picture.rowHeight) : 0;
  }

  /** Draws a picture. Frames stay where they are on the screen as far as the new graph allows. */
  show(picture: Picture): void {
    const before = this.#picture;
    const fromBase = this.#distance;
    this.#picture = picture;
    const { layout, rows, rowHeight } = picture;
    this.#canvas.style.setProperty("--canvas-height", `${layout.rows * rowHeight}px`);
    // On what is around it too: with the panel beside it, both share their height.
    this.#scroller.parentElement?.style.setProperty("--graph-height", `${rows * rowHeight}px`);
    this.#scroller.style.setProperty("--row-height", `${rowHeight}px`);
    if (before?.tree !== picture.tree) this.#focusRow = -1;
    const stays = before?.tree === picture.tree && before.direction === picture.direction;
    this.#scrollToDistance(stays ? fromBase : 0);
    if (stays && before.layout.zoom !== picture.layout.zoom) {
      this.#reveal(picture.tree.depth[picture.layout.zoom]);
    }
    this.#drawWindow();
  }

  /** Moves the keyboard's place to a row of the tree, if that is drawn. */
  focusOn(row: number): void {
    if (!this.#picture) return;
    const box = boxOfRow(this.#picture.layout, row);
    if (box >= 0) this.#focusBox(box);
  }

  /** Pixels scrolled away from the root's edge: the top of an icicle, the bottom of a flame. */
  #distanceFromBase(): number {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    return this.#picture?.direction === "icicle" ? scrollTop : scrollHeight - clientHeight - scrollTop;
  }

  #scrollToDistance(distance: number): void {
    const { clientHeight, scrollHeight } = this.#scroller;
    this.#distance = distance;
    this.#height = clientHeight;
    this.#scroller.scrollTop =
      this.#picture?.direction === "icicle" ? distance : scrollHeight - clientHeight - distance;
  }

  /** Scrolls so that the row of frames at `depth` is seen, with some room towards the callees. */
  #reveal(depth: number): void {
    if (!this.#picture) return;
    const { rowHeight } = this.#picture;
    const { clientHeight } = this.#scroller;
    const near = depth * rowHeight;
    const distance = this.#distanceFromBase();
    if (near < distance || near + 2 * rowHeight > distance + clientHeight) {
      this.#scrollToDistance(Math.max(0, near - clientHeight / 3));
    }
  }

  /** The rows of the picture (counted from the root) that are seen now. */
  #viewedRows(): RowWindow {
    const rowHeight = this.#picture?.rowHeight ?? 1;
    const distance = Math.max(0, this.#distanceFromBase());
    return {
      from: Math.floor(distance / rowHeight),
      to: Math.ceil((distance + this.#scroller.clientHeight) / rowHeight),
    };
  }

  #drawWindow(): void {
    const picture = this.#picture;
    if (!picture) return;
    const { layout, width, rowHeight, direction, tree, search, theme } = picture;
    const window = drawnRows(this.#viewedRows(), layout.rows, MAX_DRAWN_ROWS, OVERSCAN_ROWS);
    this.#window = window;
    this.#drawing.draw({
      data: chartData(layout, width, window),
      window,
      width,
      rowHeight,
      inverted: direction === "icicle",
      look: frameLook(tree, layout, search, theme),
    });
    const svg = this.#canvas.querySelector("svg");
    if (svg) {
      const offset = `${window.from * rowHeight}px`;
      svg.style.top = direction === "icicle" ? offset : "";
      svg.style.bottom = direction === "flame" ? offset : "";
    }
    this.#markFocus();
  }

  /** Draws anew when rows are in view that are not drawn. */
  #drawIfNeeded(): void {
    const rows = this.#picture?.layout.rows ?? 0;
    const { from, to } = this.#viewedRows();
    if (from < this.#window.from || Math.min(to, rows) > this.#window.to) this.#drawWindow();
  }

  #listen(): void {
    const canvas = this.#canvas;
    let scheduled = false;
    this.#scroller.addEventListener("scroll", () => {
      this.#events.point(undefined, 0, 0);
      if (this.#scroller.clientHeight === this.#height) this.#distance = this.#distanceFromBase();
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        this.#drawIfNeeded();
      });
    });
    // Browsers keep the top where it is when the height changes; the base of a flame is its bottom.
    new ResizeObserver(() => {
      if (this.#scroller.clientHeight === this.#height) return;
      this.#scrollToDistance(this.#distance);
      this.#drawIfNeeded();
    }).observe(this.#scroller);
    // In the capture phase and stopped there, so that d3-flame-graph's own zoom and tooltip never run.
    const own = { capture: true };
    canvas.addEventListener(
      "click",
      (event) => {
        event.stopPropagation();
        const at = FrameDrawing.boxAt(event.target);
        if (at) this.#zoomInto(at.box, false);
      },
      own,
    );
    for (const type of ["mouseover", "mouseout"]) {
      canvas.addEventListener(type, (event) => event.stopPropagation(), own);
    }
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      this.#events.point(FrameDrawing.boxAt(event.target)?.box, event.clientX, event.clientY);
    });
    canvas.addEventListener("pointerleave", () => this.#events.point(undefined, 0, 0));
    this.#scroller.addEventListener("keydown", (event) => this.#onKey(event));
    this.#scroller.addEventListener("focus", () => {
      if (this.#picture && this.#focusRow < 0 && this.#scroller.matches(":focus-visible")) {
        this.focusOn(this.#picture.layout.zoom);
      }
    });
  }

  #onKey(event: KeyboardEvent): void {
    const picture = this.#picture;
    if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = Math.max(0, boxOfRow(picture.layout, Math.max(0, this.#focusRow)));
    const step = stepOfKey(event.key, picture.direction);
    if (step) this.#focusBox(stepFrom(picture.layout, box, step));
    else if (event.key === "Home") this.#focusBox(0);
    else if (event.key === "Enter" || event.key === " ") this.#zoomInto(box, true);
    else return;
    event.preventDefault();
  }

  #zoomInto(box: number, ring: boolean): void {
    const picture = this.#picture;
    if (!picture) return;
    const { row, runEnd } = picture.layout;
    const target = runEnd[box] > 0 ? heaviestOfRun(picture.tree, row[box], runEnd[box]) : row[box];
    this.#focusRow = target;
    this.#ring = ring;
    this.#events.zoom(target);
  }

  #focusBox(box: number): void {
    if (!this.#picture) return;
    const { layout } = this.#picture;
    this.#focusRow = layout.row[box];
    this.#ring = true;
    this.#reveal(layout.depth[box]);
    const { from, to } = this.#window;
    if (layout.depth[box] < from || layout.depth[box] >= to) this.#drawWindow();
    else this.#markFocus();
    this.#events.focus(box);
  }

  #markFocus(): void {
    for (const old of this.#canvas.querySelectorAll("g.focused")) old.classList.remove("focused");
    if (!this.#picture || !this.#ring || this.#focusRow < 0) return;
    const box = boxOfRow(this.#picture.layout, this.#focusRow);
    const element = box < 0 ? null : this.#drawing.elementOf(box);
    element?.classList.add("focused");
    // Later elements are painted above earlier ones; the ring must not be cut by neighbours.
    if (element) element.parentNode?.append(element);
  }
}
