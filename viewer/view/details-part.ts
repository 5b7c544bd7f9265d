import { frameKeyOf } from "../../profile/analysis/frame-key.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import type { SampledLines } from "../../profile/sampled-lines.ts";
import type { SourceText } from "../../profile/source-text.ts";
import { transformOf } from "../model/frame-changes.ts";
import { frameDetails } from "../model/frame-details.ts";
import { frameFacts } from "../model/frame-facts.ts";
import type { Zoom } from "../model/layout.ts";
import { sourceView } from "../model/source-view.ts";
import { FramePanel, type PanelEvents } from "./frame-panel.ts";
import type { Part, Scene } from "./scene.ts";

interface Unpacked {
  load: Scene["sources"];
  /** undefined while it is being unpacked. */
  text: SourceText | undefined;
}

/** Fills the panel beside the graph with the frame that is chosen, and unpacks the page's source text when first opened. */
export class DetailsPart implements Part {
  readonly #panel: FramePanel;
  /** What was asked for last: source text may come later. */
  #shown: { scene: Scene; row: number } | undefined;
  /** Of the profile that `load` is of. */
  #sources: Unpacked | undefined;

  constructor(events: PanelEvents) {
    this.#panel = new FramePanel(events);
  }

  show(scene: Scene): void {
    this.choose(scene, scene.zoom.end > 0 ? scene.tree.parent[scene.zoom.row] : scene.zoom.row);
  }

  choose(scene: Scene, row: number): void {
    this.#shown = { scene, row };
    const { state, shown, source } = scene;
    if (!state.panel) {
      this.#panel.hide();
      return;
    }
    const text = this.#sourceText(scene);
    const { tree, at, zoom, sampled, all, changes } = subjectOf(scene, row);
    const second = source.time(state, shown, at, tree);
    const meaning = { inverted: shown.inverted, all, changes };
    const facts = frameFacts(tree, at, zoom, source.type(state), second, sampled, meaning);
    const blocks = text && sourceView(sampled.lines, tree.frames.strings, text, tree.total[at]);
    this.#panel.show({
      facts,
      details: frameDetails(source.profile, tree, at, facts),
      blocks,
      possible: (change) => transformOf(change, shown, row, state.groupBy) !== undefined,
    });
  }

  /** undefined while it is being unpacked; then the row is shown again. */
  #sourceText({ sources: load }: Scene): SourceText | undefined {
    if (this.#sources?.load !== load) {
      const sources: Unpacked = { load, text: undefined };
      this.#sources = sources;
      void load().then((text) => {
        sources.text = text;
        if (this.#sources === sources && this.#shown) this.choose(this.#shown.scene, this.#shown.row);
      });
    }
    return this.#sources.text;
  }
}

/** What the panel is about: a row of a tree, its lines, and the weight that shares are of. */
interface Subject {
  tree: CallTree;
  at: number;
  zoom: Zoom;
  sampled: SampledLines;
  all: number;
  changes: Scene["changes"];
}

/** Tables of functions and sandwiches show a function wherever it was called, other views one row. */
function subjectOf({ state, shown, tree, source, zoom, changes }: Scene, row: number): Subject {
  if (state.view === "functions" || state.view === "sandwich") {
    const whole = source.wholeFunction(state, shown, frameKeyOf(tree.frames, tree.frame[row]));
    if (whole) {
      const ofFunction = source.comparison?.rows(whole.tree, shown, state.minChange);
      const { tree: callees, lines } = whole;
      const all = shown.base.total[0];
      return { tree: callees, at: 0, zoom: { row: 0, end: 0 }, sampled: lines, all, changes: ofFunction };
    }
  }
  return { tree, at: row, zoom, sampled: source.lines(state, shown, row), all: tree.total[0], changes };
}
