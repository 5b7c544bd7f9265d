import { LOST } from "../model/chart-data.ts";
import type { FrameFacts } from "../model/frame-facts.ts";
import {
  describeFrame,
  factsSentence,
  frameFacts,
  sliverFacts,
  undrawnWords,
  zoomTarget,
} from "../model/frame-facts.ts";
import { heaviestRow } from "../model/heaviest-row.ts";
import { type FrameBound, type Layout, layoutBounded, type Zoom, zoomBase } from "../model/layout.ts";
import {
  MAX_PRINTED_FRAMES,
  MAX_PRINTED_ROWS,
  MAX_TOOLTIP_STACKS,
  MIN_FRAME_WIDTH,
  rowHeightFor,
} from "../model/limits.ts";
import { lostBlock, lostFacts, lostSentence } from "../model/lost-samples.ts";
import { hiddenSentence, levelsSentence, printedSentence } from "../model/messages.ts";
import { nextMatch } from "../model/search.ts";
import { byId } from "./elements.ts";
import { FlameChart, type Graph } from "./flame-chart.ts";
import type { Page, Scene, View } from "./scene.ts";
import { FrameTooltip } from "./tooltip.ts";

const WHOLE: Zoom = { row: 0, end: 0 };
/** Pixels of a sheet of A4 on its side, as browsers count them, without margins, title and legend (style/print.css). */
const PAPER = { width: 1_020, height: 530 };

/** The flame graph and the icicle, also turned around. */
export class GraphView implements View {
  readonly #page: Page;
  readonly #chart: FlameChart;
  readonly #tooltip = new FrameTooltip();
  readonly #status = byId("frame-status", HTMLElement);
  readonly #hiddenStatus = byId("hidden-status", HTMLElement);
  readonly #levelsStatus = byId("levels-status", HTMLElement);
  #scene: Scene | undefined;
  #layout: Layout | undefined;
  /** That can be seen at once. */
  #fittingRows = 0;
  /** Rows of the whole tree's layout, which is made for each size once. */
  #whole: { tree: Scene["tree"]; key: string; rows: number } | undefined;
  #matchRow = -1;
  #printing = false;

  constructor(host: HTMLElement, page: Page) {
    this.#page = page;
    this.#chart = new FlameChart("Frames, from callers to callees", {
      zoom: (box) => this.#zoomInto(box),
      zoomOut: () => this.#zoomOut(),
      point: (box, x, y) => this.#point(box, x, y),
      follow: (x, y) => this.#tooltip.moveTo(x, y),
      unpoint: () => this.#unpoint(),
      focus: (box) => {
        this.#showStatus(box);
        const layout = this.#layout;
        if (box !== LOST && layout && layout.runEnd[box] === 0) page.choose(layout.row[box]);
      },
      laid: (layout) => this.#onLaid(layout),
      resize: () => this.#draw(),
    });
    host.append(this.#chart.element);
    addEventListener("beforeprint", () => this.#setPrinting(true));
    addEventListener("afterprint", () => this.#setPrinting(false));
  }

  show(scene: Scene): void {
    if (this.#scene?.search !== scene.search) this.#matchRow = -1;
    const isNew = this.#scene === undefined;
    this.#scene = scene;
    this.#draw();
    if (isNew) this.#goToChosen(scene);
  }

  hide(): void {
    this.#chart.leave();
    this.#scene = undefined;
    for (const status of [this.#status, this.#hiddenStatus, this.#levelsStatus]) status.textContent = "";
  }

  /** A function that was chosen in another view is where one goes on, unless that is zoomed into already. */
  #goToChosen({ state, tree, zoom }: Scene): void {
    if (state.chosen === undefined || zoom.row > 0) return;
    const row = heaviestRow(tree, state.chosen);
    if (row > 0) this.#chart.goTo(row, false);
  }

  goToMatch(direction: 1 | -1): void {
    const search = this.#scene?.search;
    if (!search || !this.#layout) return;
    this.#matchRow = nextMatch(this.#layout, search, this.#matchRow, direction);
    if (this.#matchRow >= 0) this.#chart.goTo(this.#matchRow, false);
  }

  escape(): boolean {
    return this.#chart.unpoint();
  }

  #draw(): void {
    if (!this.#scene) return;
    if (this.#printing) {
      this.#drawForPaper();
      return;
    }
    const rowHeight = rowHeightFor(window.innerWidth);
    const bound = this.#chart.boundOf("resting", rowHeight);
    // Zooming in leaves the graph as high as it was, so that nothing jumps away from under the pointer.
    const { width, height } = this.#chart.makeRoom(this.#wholeRows(bound) * rowHeight);
    this.#fittingRows = Math.floor(height / rowHeight);
    this.#chart.show(this.#graph(width, rowHeight));
    this.#showStatus(undefined);
  }

  /** All rows, as wide as the sheet when they are made as small as they must be to fit its height. */
  #drawForPaper(): void {
    const rowHeight = rowHeightFor(0);
    const bound = { rows: MAX_PRINTED_ROWS, frames: MAX_PRINTED_FRAMES };
    const rows = Math.min(MAX_PRINTED_ROWS, this.#wholeRows(bound));
    const width = PAPER.width * Math.max(1, (rows * rowHeight) / PAPER.height);
    this.#chart.showAll(this.#graph(width, rowHeight), bound);
  }

  #graph(width: number, rowHeight: number): Graph {
    const scene = this.#scene;
    if (!scene) throw new Error("There is no scene to draw.");
    const { tree, zoom, search, colouring, state, shown, changes, lost } = scene;
    return {
      tree,
      zoom,
      width,
      rowHeight,
      direction: state.view === "inverted" ? "icicle" : state.direction,
      search,
      colouring,
      fold: state.fold,
      lost: lost && lostBlock(lost, width),
      describe: (layout, box) => describeFrame(tree, layout, box, { inverted: shown.inverted, changes }),
    };
  }

  #onLaid(layout: Layout): void {
    const tree = this.#scene?.tree;
    if (!tree) return;
    this.#layout = layout;
    this.#hiddenStatus.textContent = hiddenSentence(tree, layout);
    this.#levelsStatus.textContent = this.#printing
      ? printedSentence(layout.rows, MAX_PRINTED_ROWS)
      : levelsSentence(layout.rows, this.#fittingRows);
  }

  /** How many rows the graph has when nothing is zoomed into: as wide as the window, to depend on nothing else. */
  #wholeRows(bound: FrameBound): number {
    const tree = this.#scene?.tree;
    if (tree === undefined) return 0;
    const width = window.innerWidth;
    const key = `${width} ${bound.rows} ${bound.frames}`;
    if (this.#whole?.tree !== tree || this.#whole.key !== key) {
      const { rows } = layoutBounded(tree, WHOLE, width, MIN_FRAME_WIDTH, bound);
      this.#whole = { tree, key, rows };
    }
    return this.#whole.rows;
  }

  #zoomInto(box: number): void {
    if (!this.#scene || !this.#layout) return;
    this.#page.zoomTo(zoomTarget(this.#scene.tree, this.#layout, box));
  }

  #zoomOut(): void {
    if (!this.#scene) return;
    const { tree, zoom } = this.#scene;
    const caller = tree.parent[zoom.row];
    if (caller >= 0) this.#page.zoomTo({ row: caller, end: 0 });
  }

  #point(box: number, x: number, y: number): void {
    const facts = this.#factsOf(box, true);
    if (facts) this.#tooltip.show(facts, x, y);
    const isFrame = box !== LOST && this.#layout?.runEnd[box] === 0;
    if (this.#layout) this.#page.point(isFrame ? this.#layout.row[box] : -1);
  }

  #unpoint(): void {
    this.#tooltip.hide();
    this.#page.point(-1);
    this.#showStatus(undefined);
  }

  /** One line on a box; without one, on the zoomed frame. */
  #showStatus(box: number | undefined): void {
    const scene = this.#scene;
    const layout = this.#layout;
    if (!scene || !layout) return;
    if (box === LOST && scene.lost) {
      this.#status.textContent = lostSentence(scene.lost);
      return;
    }
    const facts = this.#factsOf(box ?? scene.tree.depth[zoomBase(scene.tree, layout.zoom)]);
    this.#status.textContent = facts ? factsSentence(facts) : "";
  }

  /** `withLines`: the busiest lines too, which take a pass over the profile. */
  #factsOf(box: number, withLines = false): FrameFacts | undefined {
    const layout = this.#layout;
    const scene = this.#scene;
    if (!layout || !scene) return undefined;
    if (box === LOST) return scene.lost && lostFacts(scene.lost);
    const { tree, shown, source, state, changes } = scene;
    const type = source.type(state);
    if (layout.runEnd[box] > 0) return sliverFacts(tree, layout, box, type, { inverted: shown.inverted });
    const row = layout.row[box];
    const sampled =
      withLines && source.linesCost <= MAX_TOOLTIP_STACKS ? source.lines(state, shown, row) : undefined;
    const facts = frameFacts(tree, row, layout.zoom, type, source.time(state, shown, row), sampled, {
      inverted: shown.inverted,
      changes,
    });
    const undrawn = undrawnWords(layout, box);
    return undrawn === "" ? facts : { ...facts, hint: `${undrawn} here: zoom in to see them.` };
  }

  #setPrinting(printing: boolean): void {
    this.#printing = printing;
    this.#draw();
  }
}
