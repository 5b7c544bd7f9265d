import type { CallTree } from "../../profile/call-tree.ts";
import { chartData, drawnRows, LOST, type RowWindow } from "../model/chart-data.ts";
import type { Colouring } from "../model/colouring.ts";
import type { Layout } from "../model/layout.ts";
import { DEEP_FROM, OVERSCAN_DELAY, OVERSCAN_ROWS } from "../model/limits.ts";
import type { LostBlock } from "../model/lost-samples.ts";
import { boxOfRow, stepFrom, stepOfKey } from "../model/navigate.ts";
import type { SearchMatches } from "../model/search.ts";
import { treeItems } from "../model/tree-items.ts";
import { make } from "./elements.ts";
import { FrameDrawing, type FrameLook } from "./frame-drawing.ts";
import { frameLook } from "./frame-look.ts";
import { FrameTree } from "./frame-tree.ts";
import { Minimap } from "./minimap.ts";
import { ScrollBox } from "./scroll-box.ts";

/** All that one picture depends on. */
export interface Picture {
  tree: CallTree;
  layout: Layout;
  width: number;
  rowHeight: number;
  direction: "flame" | "icicle";
  search: SearchMatches | undefined;
  colouring: Colouring;
  fold: boolean;
  /** Beside the root, right of the layout; undefined: nothing. */
  lost?: LostBlock | undefined;
  /** What is said of a box. */
  describe(box: number): string;
}

export interface ChartEvents {
  /** A box was chosen to zoom into. Never `LOST`. */
  zoom(box: number): void;
  /** To the caller of what is zoomed into. */
  zoomOut(): void;
  /** The pointer is on a box, `LOST` or on none. `x`, `y` are in the window. */
  point(box: number | undefined, x: number, y: number): void;
  /** The keyboard moved to a box or to `LOST`, or that was clicked. */
  focus(box: number): void;
  /** There is another room to draw in. */
  resize(): void;
}

/**
 * A scrolled graph: decides which rows to draw, and turns mouse and keys into events. Icicles are drawn from the top,
 * flames from the bottom; only the rows in and near the visible part are in the page.
 */
export class FlameChart {
  readonly element = make("div", "flame-chart");
  readonly #canvas = make("div", "canvas");
  readonly #scroll: ScrollBox;
  readonly #minimap = new Minimap((part) => this.#scroll.centre(part));
  readonly #drawing: FrameDrawing;
  readonly #items: FrameTree;
  readonly #events: ChartEvents;
  #picture: Picture | undefined;
  #look: FrameLook | undefined;
  #window: RowWindow = { from: 0, to: 0 };
  /** Until the rows beyond what is seen are drawn. */
  #overscan: ReturnType<typeof setTimeout> | undefined;
  /** Row of the tree that the keyboard would go on from; -1: the zoomed one. */
  #focusRow = -1;
  /** Whether that is shown without the focus, too: the search led there. */
  #ring = false;
  #graphHeight = 0;
  /** Whether there is a minimap. */
  #deep = false;

  /** `name` is what screen readers call it. */
  constructor(name: string, events: ChartEvents) {
    this.#events = events;
    this.#items = new FrameTree(name);
    this.#drawing = new FrameDrawing(this.#canvas);
    this.#canvas.append(this.#items.element);
    this.#scroll = new ScrollBox(this.#canvas, {
      scroll: () => {
        this.#events.point(undefined, 0, 0);
        this.#drawIfNeeded();
      },
      resize: (widthChanged) => {
        this.#drawIfNeeded();
        if (widthChanged) events.resize();
      },
    });
    this.element.append(this.#scroll.element, this.#minimap.element);
    this.#listen();
  }

  /**
   * Makes room for so many pixels of height, as far as the page has it, and for a minimap where that is far less. Returns
   * the pixels that frames can have, and how many can be seen at once.
   */
  makeRoom(graphHeight: number): { width: number; height: number } {
    if (this.#graphHeight !== graphHeight) {
      this.#graphHeight = graphHeight;
      this.element.style.setProperty("--graph-height", `${graphHeight}px`);
      this.#scroll.measure();
    }
    const deep = graphHeight > DEEP_FROM * this.#scroll.height;
    if (deep !== this.#deep) {
      this.#deep = deep;
      this.element.classList.toggle("deep", deep);
      this.#scroll.measure();
    }
    return { width: this.#scroll.width, height: this.#scroll.height };
  }

  /** Draws a picture. Frames stay where they are on the screen as far as the new graph allows. */
  show(picture: Picture): void {
    const before = this.#picture;
    this.#picture = picture;
    const { layout, rowHeight, direction, tree } = picture;
    this.#look = frameLook(tree, layout, picture.search, picture.colouring, picture.fold, picture.lost);
    this.element.style.setProperty("--row-height", `${rowHeight}px`);
    if (before?.tree !== tree) this.#focusRow = -1;
    if (before?.search !== picture.search) this.#ring = false;
    const stays = before?.tree === tree && before.direction === direction;
    this.#scroll.setContent(layout.rows * rowHeight, direction === "flame", stays);
    if (stays && before.layout.zoom.row !== layout.zoom.row) this.#reveal(tree.depth[layout.zoom.row]);
    this.#drawWindow(0);
    this.#scroll.settle();
    this.#drawMinimap();
  }

  /** Draws all rows, as far as they are not more than `most`, whatever is seen: for paper. */
  showAll(picture: Picture, most: number): void {
    this.show(picture);
    clearTimeout(this.#overscan);
    this.#window = { from: 0, to: Math.min(most, picture.layout.rows) };
    this.#draw();
  }

  /** Moves the keyboard's place to a row of the tree, if that is drawn; `focus`: and the page's focus there. */
  goTo(row: number, focus: boolean): void {
    if (!this.#picture) return;
    const box = boxOfRow(this.#picture.layout, row);
    if (box < 0) return;
    this.#ring = !focus;
    this.#focusBox(box);
    if (focus) this.#items.focus();
  }

  /** Scrolls so that the row of frames at `depth` is seen, with some room towards the callees. */
  #reveal(depth: number): void {
    const rowHeight = this.#picture?.rowHeight ?? 1;
    this.#scroll.reveal(depth * rowHeight, 2 * rowHeight);
  }

  /** The rows of the picture (counted from the root) that are seen now. */
  #viewedRows(): RowWindow {
    const rowHeight = this.#picture?.rowHeight ?? 1;
    const from = this.#scroll.distance;
    return { from: Math.floor(from / rowHeight), to: Math.ceil((from + this.#scroll.height) / rowHeight) };
  }

  /** Draws what is seen and `overscan` rows beyond; if these are none, they are drawn when the page has come to rest. */
  #drawWindow(overscan: number): void {
    clearTimeout(this.#overscan);
    if (!this.#picture) return;
    const { rows } = this.#picture.layout;
    this.#window = drawnRows(this.#viewedRows(), rows, overscan);
    this.#draw();
    const isWhole = this.#window.from === 0 && this.#window.to === rows;
    if (overscan > 0 || isWhole) return;
    this.#overscan = setTimeout(() => this.#drawWindow(OVERSCAN_ROWS), OVERSCAN_DELAY);
  }

  #draw(): void {
    if (!this.#picture || !this.#look) return;
    const { layout, width, rowHeight, direction, lost } = this.#picture;
    const window = this.#window;
    this.#showItems();
    this.#drawing.draw({
      data: chartData(layout, width, window, lost?.width),
      window,
      width,
      rowHeight,
      inverted: direction === "icicle",
      look: this.#look,
    });
    const svg = this.#canvas.querySelector("svg");
    if (svg) {
      const offset = `${window.from * rowHeight}px`;
      svg.style.top = direction === "icicle" ? offset : "";
      svg.style.bottom = direction === "flame" ? offset : "";
    }
  }

  /** Draws anew when rows are in view that are not drawn. */
  #drawIfNeeded(): void {
    const rows = this.#picture?.layout.rows ?? 0;
    const { from, to } = this.#viewedRows();
    if (from < this.#window.from || Math.min(to, rows) > this.#window.to) this.#drawWindow(OVERSCAN_ROWS);
    this.#markSeen();
  }

  #drawMinimap(): void {
    const look = this.#look;
    if (!this.#picture || !look || !this.#deep) return;
    this.#minimap.draw({ ...this.#picture, fill: (box) => look.paint(box).fill });
    this.#markSeen();
  }

  #markSeen(): void {
    if (!this.#deep) return;
    const { top, height, contentHeight } = this.#scroll;
    this.#minimap.mark(top / contentHeight, (top + height) / contentHeight);
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener("click", (event) => {
      const row = FrameTree.rowAt(event.target);
      const box = row === undefined ? FrameDrawing.boxAt(event.target) : this.#boxOf(row);
      if (box === LOST || FrameTree.isLost(event.target)) this.#events.focus(LOST);
      else if (box !== undefined && box >= 0) this.#zoomInto(box);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      this.#events.point(FrameDrawing.boxAt(event.target), event.clientX, event.clientY);
    });
    canvas.addEventListener("pointerleave", () => this.#events.point(undefined, 0, 0));
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    this.#items.element.addEventListener("focusin", (event) => {
      if (FrameTree.isLost(event.target)) this.#events.focus(LOST);
      // A screen reader moved here by itself.
      const row = FrameTree.rowAt(event.target);
      if (row !== undefined && row !== this.#focusRow && row !== this.#currentRow()) this.goTo(row, true);
    });
  }

  #onKey(event: KeyboardEvent): void {
    const picture = this.#picture;
    if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = Math.max(0, this.#boxOf(this.#currentRow()));
    const step = stepOfKey(event.key, picture.direction);
    if (FrameTree.isLost(event.target)) {
      // Beside the root, and beside nothing else; there is nothing to zoom into.
      if (step === "left" || event.key === "Home") this.#walkTo(0);
      else if (step === undefined && event.key !== "Enter" && event.key !== " ") return;
    } else if (step === "right" && box === 0 && picture.lost) this.#items.focusLost();
    else if (step) this.#walkTo(stepFrom(picture.layout, box, step));
    else if (event.key === "Home") this.#walkTo(0);
    else if (event.key === "PageUp") this.#scroll.byScreens(-1);
    else if (event.key === "PageDown") this.#scroll.byScreens(1);
    else if (event.key === "Enter" || event.key === " ") this.#zoomInto(box);
    else if (event.key === "Backspace") this.#events.zoomOut();
    else return;
    event.preventDefault();
  }

  #walkTo(box: number): void {
    this.#ring = false;
    this.#focusBox(box);
    this.#items.focus();
  }

  #zoomInto(box: number): void {
    if (!this.#picture) return;
    this.#focusRow = this.#picture.layout.row[box];
    this.#ring = false;
    this.#events.zoom(box);
    this.#items.focus();
  }

  #focusBox(box: number): void {
    if (!this.#picture) return;
    const { layout } = this.#picture;
    this.#focusRow = layout.row[box];
    this.#reveal(layout.depth[box]);
    const { from, to } = this.#window;
    if (layout.depth[box] < from || layout.depth[box] >= to) this.#drawWindow(OVERSCAN_ROWS);
    else this.#showItems();
    this.#scroll.settle();
    this.#events.focus(box);
  }

  /** The row the keyboard is on. */
  #currentRow(): number {
    if (!this.#picture) return 0;
    const { row } = this.#picture.layout.zoom;
    return this.#focusRow >= 0 && this.#boxOf(this.#focusRow) >= 0 ? this.#focusRow : row;
  }

  #boxOf(row: number): number {
    return this.#picture ? boxOfRow(this.#picture.layout, row) : -1;
  }

  #showItems(): void {
    const picture = this.#picture;
    if (!picture) return;
    const { tree, layout, width, rowHeight, direction, lost } = picture;
    const current = Math.max(0, this.#boxOf(this.#currentRow()));
    this.#items.show(treeItems(tree, layout, current), current, this.#ring, {
      layout,
      rowHeight,
      direction,
      label: (box) => picture.describe(box),
      lost: lost && { left: width - lost.width, width: lost.width, label: lost.sentence },
    });
  }
}
