import type { SourceText } from "../../profile/source-text.ts";
import { transformOf } from "../model/frame-changes.ts";
import { frameDetails } from "../model/frame-details.ts";
import { frameFacts } from "../model/frame-facts.ts";
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
    const { state, shown, tree, source, zoom, changes } = scene;
    if (!state.panel) {
      this.#panel.hide();
      return;
    }
    const text = this.#sourceText(scene);
    const sampled = source.lines(state, shown, row);
    const meaning = { inverted: shown.inverted, changes };
    const facts = frameFacts(
      tree,
      row,
      zoom,
      source.type(state),
      source.time(state, shown, row),
      sampled,
      meaning,
    );
    const blocks = text && sourceView(sampled.lines, tree.frames.strings, text, tree.total[row]);
    this.#panel.show({
      facts,
      details: frameDetails(source.profile, tree, row, facts),
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
