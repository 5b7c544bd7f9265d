import type { CallTree } from "../../profile/call-tree.ts";
import { chartData, drawnRows, LOST, type RowWindow } from "../model/chart-data.ts";
import type { Colouring } from "../model/colouring.ts";
import { type FrameBound, type Layout, layoutBounded, type Zoom } from "../model/layout.ts";
import {
  DEEP_FROM,
  MIN_FRAME_WIDTH,
  OVERSCAN_ROWS,
  RESTING_FRAMES,
  rowsOfWindow,
  SAME_ROOM,
} from "../model/limits.ts";
import type { LostBlock } from "../model/lost-samples.ts";
import { boxOfRow, sameFrame, stepFrom, stepOfKey } from "../model/navigate.ts";
import { QuickFrames } from "../model/quick-frames.ts";
import type { SearchMatches } from "../model/search.ts";
import { treeItems } from "../model/tree-items.ts";
import { make } from "./elements.ts";
import { FrameDrawing, type FrameLook } from "./frame-drawing.ts";
import { frameLook } from "./frame-look.ts";
import { FrameTree } from "./frame-tree.ts";
import { Minimap } from "./minimap.ts";
import { Rest } from "./rest.ts";
import { ScrollBox } from "./scroll-box.ts";
import { timePicture } from "./time-picture.ts";

/** What is drawn, and how. */
export interface Graph {
  tree: CallTree;
  zoom: Zoom;
  width: number;
  rowHeight: number;
  direction: "flame" | "icicle";
  search: SearchMatches | undefined;
  colouring: Colouring;
  fold: boolean;
  /** Beside the root, right of the frames; undefined: nothing. */
  lost?: LostBlock | undefined;
  /** What is said of a box. */
  describe(layout: Layout, box: number): string;
}

interface Picture extends Graph {
  layout: Layout;
  detail: Detail;
}

/** Few frames at once; many when the page has come to rest; all rows, for paper. */
type Detail = "quick" | "resting" | "paper";

export interface ChartEvents {
  /** Frames lie so from now on; boxes of the layout before mean nothing any more. */
  laid(layout: Layout): void;
  /** A box was chosen to zoom into. Never `LOST`. */
  zoom(box: number): void;
  /** To the caller of what is zoomed into. */
  zoomOut(): void;
  /** The pointer came to a box or to `LOST`. `x`, `y` are in the window. */
  point(box: number, x: number, y: number): void;
  /** It moved there. */
  follow(x: number, y: number): void;
  /** It is on none any more, or what it is on has changed. */
  unpoint(): void;
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
  readonly #share: number;
  readonly #quick = new QuickFrames();
  #picture: Picture | undefined;
  /** The box of the picture that the pointer is on, or `LOST`. */
  #pointed: number | undefined;
  #look: FrameLook | undefined;
  #window: RowWindow = { from: 0, to: 0 };
  /** Pixels between the base and what is seen. */
  #distance = 0;
  /** What is in the page, but for its colours. */
  #drawn: { layout: Layout; window: RowWindow; fold: boolean } | undefined;
  readonly #rest = new Rest(this.element, () => this.#showAtRest());
  /** Row of the tree that the keyboard would go on from; -1: the zoomed one. */
  #focusRow = -1;
  /** Whether that is shown without the focus, too: the search led there. */
  #ring = false;
  #graphHeight = 0;
  /** Whether there is a minimap. */
  #deep = false;
  /** Height of the scroll box by which that was judged; 0: not yet for this graph. */
  #judgedHeight = 0;

  /** `name` is what screen readers call it; `share`: of the frames that a page may draw. */
  constructor(name: string, events: ChartEvents, share = 1) {
    this.#events = events;
    this.#share = share;
    this.#items = new FrameTree(name);
    this.#drawing = new FrameDrawing(this.#canvas);
    this.#canvas.append(this.#items.element);
    this.#scroll = new ScrollBox(this.#canvas, {
      scroll: () => {
        // Where the graph has become higher, it is scrolled by us, so that frames stay where they are.
        const { distance } = this.#scroll;
        if (distance !== this.#distance) this.unpoint();
        this.#distance = distance;
        this.#drawIfNeeded();
      },
      resize: (widthChanged) => {
        this.#drawIfNeeded();
        if (widthChanged || !this.#isAsHigh()) events.resize();
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
      this.#judgedHeight = 0;
    }
    if (!this.#isAsHigh()) {
      this.#judgedHeight = this.#scroll.height;
      this.#deep = graphHeight > DEEP_FROM * this.#scroll.height;
      this.element.classList.toggle("deep", this.#deep);
      this.#scroll.measure();
    }
    return { width: this.#scroll.width, height: this.#scroll.height };
  }

  /** Whether there is as much room as when it was judged. A line more or less below the controls is no reason for another width of all frames. */
  #isAsHigh(): boolean {
    return Math.abs(this.#scroll.height - this.#judgedHeight) < SAME_ROOM * this.#judgedHeight;
  }

  /**
   * Draws what is seen of a graph: at once with few frames, and when the page has come to rest with more, if there are any, and
   * with some rows beyond what is seen. Frames stay where they are on the screen as far as the new graph allows.
   */
  show(graph: Graph): void {
    this.leave();
    const shown = this.#picture;
    if (shown && shown.detail !== "paper" && liesAs(graph, shown)) {
      this.#setPicture({ ...graph, layout: shown.layout, detail: shown.detail });
      this.#draw();
      this.#settle();
    } else this.#drawQuickly(graph);
    this.#rest.begin();
  }

  #drawQuickly(graph: Graph): void {
    let frames = 0;
    timePicture(
      () => {
        this.#lay(graph, "quick");
        this.#drawWindow(0);
        this.#settle();
        frames = this.#drawing.size / this.#share;
      },
      (ms) => this.#quick.took(frames, ms),
    );
  }

  /** Leaves the picture as it is; nothing of it is pointed at any more. */
  leave(): void {
    this.#rest.cancel();
    this.unpoint();
  }

  /** Whatever is pointed at is so no more, until the pointer comes to a box again. Returns whether something was. */
  unpoint(): boolean {
    if (this.#pointed === undefined) return false;
    this.#pointed = undefined;
    this.#events.unpoint();
    return true;
  }

  /** Draws all rows, as far as they are not more than the bound's, whatever is seen: for paper. */
  showAll(graph: Graph, bound: FrameBound): void {
    this.leave();
    this.#present(graph, bound, "paper");
    this.#window = { from: 0, to: Math.min(bound.rows, this.#picture?.layout.rows ?? 0) };
    this.#draw();
  }

  #showAtRest(): void {
    const picture = this.#picture;
    if (!picture) return;
    const isWhole = picture.detail === "resting" || picture.layout.minWidth <= MIN_FRAME_WIDTH;
    const { from, to } = drawnRows(this.#viewedRows(), picture.layout.rows, OVERSCAN_ROWS);
    if (!isWhole) this.#lay(picture, "resting");
    else if (this.#window.from <= from && this.#window.to >= to) return;
    this.#drawWindow(OVERSCAN_ROWS);
    this.#settle();
  }

  #settle(): void {
    this.#scroll.settle();
    this.#distance = this.#scroll.distance;
    this.#drawMinimap();
  }

  #lay(graph: Graph, detail: "quick" | "resting"): void {
    this.#present(graph, this.boundOf(detail, graph.rowHeight), detail);
  }

  /** How many frames it draws in the rows that this window can show at once. */
  boundOf(detail: "quick" | "resting", rowHeight: number): FrameBound {
    const frames = detail === "quick" ? this.#quick.bound : RESTING_FRAMES;
    return { rows: rowsOfWindow(window.innerHeight, rowHeight), frames: frames * this.#share };
  }

  /** Has the frames lie anew; they are to be drawn, and the scroll box to be settled. */
  #present(graph: Graph, bound: FrameBound, detail: Detail): void {
    const before = this.#picture;
    const { tree, zoom, width, rowHeight, direction, lost } = graph;
    const layout = layoutBounded(tree, zoom, width - (lost?.width ?? 0), MIN_FRAME_WIDTH, bound);
    // What is pointed at stays so when the same graph comes with more frames.
    const pointed = before && sameFrame(before.layout, this.#pointed, layout);
    this.#setPicture({ ...graph, layout, detail });
    this.#events.laid(layout);
    if (pointed === undefined) this.unpoint();
    else this.#pointed = pointed;
    this.element.style.setProperty("--row-height", `${rowHeight}px`);
    const stays = before?.tree === tree && before.direction === direction;
    this.#scroll.setContent(layout.rows * rowHeight, direction === "flame", stays);
    if (stays && before.zoom.row !== zoom.row) this.#reveal(tree.depth[zoom.row]);
  }

  #setPicture(picture: Picture): void {
    const before = this.#picture;
    const { tree, layout, search, colouring, fold, lost } = picture;
    this.#picture = picture;
    this.#look = frameLook(tree, layout, search, colouring, fold, lost);
    if (before?.tree !== tree) this.#focusRow = -1;
    if (before?.search !== search) this.#ring = false;
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

  /** Draws what is seen and `overscan` rows beyond. */
  #drawWindow(overscan: number): void {
    if (!this.#picture) return;
    this.#window = drawnRows(this.#viewedRows(), this.#picture.layout.rows, overscan);
    this.#draw();
  }

  #draw(): void {
    if (!this.#picture || !this.#look) return;
    const { layout, width, rowHeight, direction, lost, fold } = this.#picture;
    const window = this.#window;
    // Before the picture: whether an element can have the focus, browsers tell only after laying out all that is new.
    this.#showItems();
    const drawn = this.#drawn;
    this.#drawn = { layout, window, fold };
    if (drawn?.layout === layout && drawn.window === window && drawn.fold === fold) {
      this.#drawing.repaint(this.#look, rowHeight);
      return;
    }
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
      this.#point(FrameDrawing.boxAt(event.target), event.clientX, event.clientY);
    });
    canvas.addEventListener("pointerleave", () => this.unpoint());
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    this.#items.element.addEventListener("focusin", (event) => {
      if (FrameTree.isLost(event.target)) this.#events.focus(LOST);
      // A screen reader moved here by itself.
      const row = FrameTree.rowAt(event.target);
      if (row !== undefined && row !== this.#focusRow && row !== this.#currentRow()) this.goTo(row, true);
    });
  }

  #point(box: number | undefined, x: number, y: number): void {
    if (box === undefined) this.unpoint();
    else if (box === this.#pointed) this.#events.follow(x, y);
    else {
      this.#pointed = box;
      this.#events.point(box, x, y);
    }
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
      label: (box) => picture.describe(layout, box),
      lost: lost && { left: width - lost.width, width: lost.width, label: lost.sentence },
    });
  }
}

/** Whether the frames of a graph lie where those of another do: what differs is their colours and words. */
function liesAs(graph: Graph, other: Graph): boolean {
  return (
    graph.tree === other.tree &&
    graph.zoom.row === other.zoom.row &&
    graph.zoom.end === other.zoom.end &&
    graph.width === other.width &&
    graph.lost?.width === other.lost?.width &&
    graph.rowHeight === other.rowHeight &&
    graph.direction === other.direction
  );
}
