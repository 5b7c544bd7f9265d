import type { CallTree } from "../../profile/call-tree.ts";
import { chartData, drawnRows, type RowWindow } from "../model/chart-data.ts";
import { heaviestOfRun } from "../model/frame-facts.ts";
import type { Layout } from "../model/layout.ts";
import { MAX_DRAWN_ROWS, OVERSCAN_ROWS } from "../model/limits.ts";
import { boxOfRow, type Step, stepFrom } from "../model/navigate.ts";
import type { Theme } from "../model/palette.ts";
import type { SearchMatches } from "../model/search.ts";
import { FrameDrawing } from "./frame-drawing.ts";
import { frameLook } from "./frame-look.ts";

/** All that one picture depends on. */
export interface Picture {
  tree: CallTree;
  layout: Layout;
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
  /** Row of the tree that the keyboard is on; -1 for none. */
  #focusRow = -1;

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

  /** Draws a picture. Frames stay where they are on the screen as far as the new graph allows. */
  show(picture: Picture): void {
    const before = this.#picture;
    const fromBase = this.#distanceFromBase();
    this.#picture = picture;
    const height = picture.layout.rows * picture.rowHeight;
    this.#canvas.style.setProperty("--canvas-height", `${height}px`);
    this.#scroller.style.setProperty("--row-height", `${picture.rowHeight}px`);
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
    const top = direction === "icicle" ? window.from : layout.rows - window.to;
    const svg = this.#canvas.querySelector("svg");
    if (svg) svg.style.top = `${top * rowHeight}px`;
    this.#markFocus();
  }

  #listen(): void {
    const canvas = this.#canvas;
    let scheduled = false;
    this.#scroller.addEventListener("scroll", () => {
      this.#events.point(undefined, 0, 0);
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        const rows = this.#picture?.layout.rows ?? 0;
        const { from, to } = this.#viewedRows();
        if (from < this.#window.from || Math.min(to, rows) > this.#window.to) this.#drawWindow();
      });
    });
    // In the capture phase and stopped there, so that d3-flame-graph's own zoom and tooltip never run.
    const own = { capture: true };
    canvas.addEventListener(
      "click",
      (event) => {
        event.stopPropagation();
        const at = FrameDrawing.boxAt(event.target);
        if (at) this.#zoomInto(at.box);
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
    else if (event.key === "Enter" || event.key === " ") this.#zoomInto(box);
    else return;
    event.preventDefault();
  }

  #zoomInto(box: number): void {
    const picture = this.#picture;
    if (!picture) return;
    const { row, runEnd } = picture.layout;
    const target = runEnd[box] > 0 ? heaviestOfRun(picture.tree, row[box], runEnd[box]) : row[box];
    this.#focusRow = target;
    this.#events.zoom(target);
  }

  #focusBox(box: number): void {
    if (!this.#picture) return;
    const { layout } = this.#picture;
    this.#focusRow = layout.row[box];
    this.#reveal(layout.depth[box]);
    const { from, to } = this.#window;
    if (layout.depth[box] < from || layout.depth[box] >= to) this.#drawWindow();
    else this.#markFocus();
    this.#events.focus(box);
  }

  #markFocus(): void {
    for (const old of this.#canvas.querySelectorAll("g.focused")) old.classList.remove("focused");
    if (!this.#picture || this.#focusRow < 0) return;
    const box = boxOfRow(this.#picture.layout, this.#focusRow);
    const element = box < 0 ? null : this.#drawing.elementOf(box);
    element?.classList.add("focused");
    // Later elements are painted above earlier ones; the ring must not be cut by neighbours.
    if (element) element.parentNode?.append(element);
  }
}

/** Up and down are as on the screen: up leads to callees in a flame and to callers in an icicle. */
function stepOfKey(key: string, direction: "flame" | "icicle"): Step | undefined {
  switch (key) {
    case "ArrowLeft":
      return "left";
    case "ArrowRight":
      return "right";
    case "ArrowUp":
      return direction === "flame" ? "callee" : "caller";
    case "ArrowDown":
      return direction === "flame" ? "caller" : "callee";
    default:
      return undefined;
  }
}
