import type { CallTree } from "../../profile/call-tree.ts";
import { matchRows } from "../../profile/search/tree-matches.ts";
import { makeColouring } from "../model/colouring.ts";
import type { ChangesOfRows } from "../model/diff/change-tones.ts";
import {
  describeFrame,
  factsSentence,
  frameFacts,
  sliverFacts,
  type TreeMeaning,
} from "../model/frame-facts.ts";
import { type Layout, layoutBounded } from "../model/layout.ts";
import { MIN_FRAME_WIDTH, rowHeightFor } from "../model/limits.ts";
import { FlameChart } from "./flame-chart.ts";
import type { Scene } from "./scene.ts";
import type { FrameTooltip } from "./tooltip.ts";

const WHOLE = { row: 0, end: 0 };
/** Of the frames that the page may draw. */
const HALF = 1 / 2;

export interface HalfEvents {
  /** A frame was clicked: row of `tree.frames`. */
  open(frame: number): void;
  /** The keyboard is on a frame. */
  choose(frame: number): void;
  /** The pointer is on a frame; -1: on none. */
  point(frame: number): void;
  /** What is to be said of the frame that is pointed at; "" of none. */
  status(sentence: string): void;
}

/** One half of the sandwich: the callers of a function growing upwards, or its callees hanging down. */
export class HalfGraph {
  readonly #chart: FlameChart;
  readonly #direction: "flame" | "icicle";
  readonly #tooltip: FrameTooltip;
  readonly #events: HalfEvents;
  #tree: CallTree | undefined;
  #scene: Scene | undefined;
  #layout: Layout | undefined;
  #changes: ChangesOfRows | undefined;

  constructor(
    host: HTMLElement,
    name: string,
    direction: "flame" | "icicle",
    tooltip: FrameTooltip,
    events: HalfEvents,
  ) {
    this.#direction = direction;
    this.#tooltip = tooltip;
    this.#events = events;
    this.#chart = new FlameChart(
      name,
      {
        zoom: (box) => this.#withFrame(box, (frame) => events.open(frame)),
        zoomOut: () => {},
        point: (box, x, y) => this.#point(box, x, y),
        follow: (x, y) => tooltip.moveTo(x, y),
        unpoint: () => this.#unpoint(),
        focus: (box) => {
          this.#withFrame(box, (frame) => events.choose(frame));
          const facts = this.#factsOf(box);
          events.status(facts ? factsSentence(facts) : "");
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

  /** Pixels that frames can have in the page as it is. */
  get width(): number {
    return this.#chart.makeRoom(rowHeightFor(window.innerWidth)).width;
  }

  show(tree: CallTree, scene: Scene): void {
    this.#tree = tree;
    this.#scene = scene;
    this.#draw();
  }

  hide(): void {
    this.#chart.leave();
    this.#tree = undefined;
  }

  #draw(): void {
    const tree = this.#tree;
    const scene = this.#scene;
    if (!tree || !scene) return;
    const rowHeight = rowHeightFor(window.innerWidth);
    const bound = this.#chart.boundOf("resting", rowHeight);
    const { rows } = layoutBounded(tree, WHOLE, window.innerWidth, MIN_FRAME_WIDTH, bound);
    const { width } = this.#chart.makeRoom(rows * rowHeight);
    const { source, state, colours, theme, foundFrames, shown } = scene;
    const changes = source.comparison?.rows(tree, shown, state.minChange);
    this.#changes = changes;
    this.#chart.show({
      tree,
      zoom: WHOLE,
      width,
      rowHeight,
      direction: this.#direction,
      search: foundFrames && matchRows(tree, foundFrames),
      colouring: makeColouring(tree, source.whole(state), colours, theme, changes),
      fold: state.fold,
      describe: (layout, box) => describeFrame(tree, layout, box, this.#meaning()),
    });
  }

  #meaning(): TreeMeaning {
    return {
      all: this.#scene?.shown.base.total[0] ?? 0,
      inverted: this.#direction === "flame",
      changes: this.#changes,
    };
  }

  #withFrame(box: number, then: (frame: number) => void): void {
    if (!this.#tree || !this.#layout || this.#layout.runEnd[box] > 0) return;
    then(this.#tree.frame[this.#layout.row[box]]);
  }

  #point(box: number, x: number, y: number): void {
    const facts = this.#factsOf(box);
    if (facts) this.#tooltip.show(facts, x, y);
    this.#withFrame(box, (frame) => this.#events.point(frame));
  }

  #unpoint(): void {
    this.#tooltip.hide();
    this.#events.point(-1);
    this.#events.status("");
  }

  #factsOf(box: number) {
    const scene = this.#scene;
    const tree = this.#tree;
    const layout = this.#layout;
    if (!scene || !tree || !layout) return undefined;
    const type = scene.source.type(scene.state);
    if (layout.runEnd[box] > 0) return { ...sliverFacts(tree, layout, box, type, this.#meaning()), hint: "" };
    const facts = frameFacts(tree, layout.row[box], WHOLE, type, undefined, undefined, this.#meaning());
    return layout.row[box] === 0 ? facts : { ...facts, hint: "Click to put it in the middle." };
  }
}
