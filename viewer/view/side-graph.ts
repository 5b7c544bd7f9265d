import { matchRows } from "../../profile/search/tree-matches.ts";
import type { Side } from "../model/analysis-state.ts";
import { makeColouring } from "../model/colouring.ts";
import type { ChangesOfRows } from "../model/diff/change-tones.ts";
import { describeFrame, factsSentence, frameFacts, sliverFacts, zoomTarget } from "../model/frame-facts.ts";
import { type Layout, layoutBounded } from "../model/layout.ts";
import { MIN_FRAME_WIDTH, rowHeightFor } from "../model/limits.ts";
import type { ShownTree } from "../model/tree-source.ts";
import { FlameChart } from "./flame-chart.ts";
import type { Page, Scene } from "./scene.ts";
import type { FrameTooltip } from "./tooltip.ts";

/** Of the frames that the page may draw. */
const HALF = 1 / 2;

/** The graph of one side of a comparison, zoomed as the address says. */
export class SideGraph {
  readonly #chart: FlameChart;
  readonly #page: Page;
  readonly #side: Side;
  readonly #tooltip: FrameTooltip;
  readonly #status: (sentence: string) => void;
  #scene: Scene | undefined;
  #shown: ShownTree | undefined;
  #layout: Layout | undefined;
  #changes: ChangesOfRows | undefined;

  constructor(
    host: HTMLElement,
    side: Side,
    page: Page,
    tooltip: FrameTooltip,
    status: (sentence: string) => void,
  ) {
    this.#page = page;
    this.#side = side;
    this.#tooltip = tooltip;
    this.#status = status;
    this.#chart = new FlameChart(
      `Frames ${side}, from callers to callees`,
      {
        zoom: (box) => this.#zoomInto(box),
        zoomOut: () => this.#zoomOut(),
        point: (box, x, y) => this.#point(box, x, y),
        follow: (x, y) => tooltip.moveTo(x, y),
        unpoint: () => tooltip.hide(),
        focus: (box) => {
          const facts = this.#factsOf(box);
          status(facts ? factsSentence(facts) : "");
        },
        laid: (layout) => {
          this.#layout = layout;
        },
        resize: () => this.#draw(),
      },
      HALF,
    );
    host.append(this.#chart.element);
  }

  /** Whether this side has what is zoomed into. */
  show(scene: Scene): boolean {
    this.#scene = scene;
    this.#shown = scene.source.shown({ ...scene.state, side: this.#side });
    this.#changes = scene.source.comparison?.rows(this.#shown.tree, this.#shown, scene.state.minChange);
    this.#draw();
    return this.#zoomRow() >= 0;
  }

  hide(): void {
    this.#chart.leave();
    this.#scene = undefined;
  }

  /** Row of this side's tree; -1: it has not what is zoomed into. */
  #zoomRow(): number {
    const { source, state } = this.#scene ?? {};
    if (!source || !state || !this.#shown) return -1;
    return state.zoom === "" ? 0 : source.paths.rowOf(this.#shown.tree, state.zoom);
  }

  #draw(): void {
    const scene = this.#scene;
    const tree = this.#shown?.tree;
    if (!scene || !tree) return;
    const rowHeight = rowHeightFor(window.innerWidth);
    const zoom = { row: Math.max(0, this.#zoomRow()), end: 0 };
    const bound = this.#chart.boundOf("resting", rowHeight);
    const { rows } = layoutBounded(tree, zoom, window.innerWidth / 2, MIN_FRAME_WIDTH, bound);
    const { width } = this.#chart.makeRoom(rows * rowHeight);
    const { source, state, colours, theme, foundFrames } = scene;
    const side = { ...state, side: this.#side };
    this.#chart.show({
      tree,
      zoom,
      width,
      rowHeight,
      direction: state.direction,
      search: foundFrames && matchRows(tree, foundFrames),
      colouring: makeColouring(tree, source.whole(side), colours, theme, this.#changes),
      fold: state.fold,
      describe: (layout, box) => describeFrame(tree, layout, box, { changes: this.#changes }),
    });
  }

  #zoomInto(box: number): void {
    const tree = this.#shown?.tree;
    if (!tree || !this.#layout) return;
    this.#zoomTo(zoomTarget(tree, this.#layout, box).row);
  }

  #zoomOut(): void {
    const tree = this.#shown?.tree;
    if (tree) this.#zoomTo(tree.parent[Math.max(0, this.#zoomRow())]);
  }

  /** By its path, which both sides have a row of, or one. */
  #zoomTo(row: number): void {
    const { source } = this.#scene ?? {};
    const tree = this.#shown?.tree;
    if (!source || !tree || row < 0) return;
    // The zoom is looked for on the side that the page's own tree is of.
    this.#page.change({ zoom: source.paths.hashOf(tree, row), zoomEnd: "", side: this.#side }, "push");
  }

  #point(box: number, x: number, y: number): void {
    const facts = this.#factsOf(box);
    if (!facts) return;
    this.#tooltip.show(facts, x, y);
    this.#status(factsSentence(facts));
  }

  #factsOf(box: number) {
    const scene = this.#scene;
    const tree = this.#shown?.tree;
    const layout = this.#layout;
    if (!scene || !tree || !layout) return undefined;
    const type = scene.source.type(scene.state);
    if (layout.runEnd[box] > 0) return sliverFacts(tree, layout, box, type);
    const meaning = { changes: this.#changes };
    return frameFacts(tree, layout.row[box], layout.zoom, type, undefined, undefined, meaning);
  }
}
