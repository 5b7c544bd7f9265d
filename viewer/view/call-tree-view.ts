import { VisibleRows } from "../../profile/analysis/visible-rows.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { stepToMatch } from "../../profile/search/tree-matches.ts";
import { heaviestRow } from "../model/heaviest-row.ts";
import { byId, make } from "./elements.ts";
import type { Page, Scene, View } from "./scene.ts";
import { TreeTableView } from "./tree-table-view.ts";

/** The call tree as a table. */
export class CallTreeView implements View {
  /** Of a profile, and of a comparison. */
  readonly #tables: { host: HTMLElement; table: TreeTableView }[];
  readonly #status = byId("hidden-status", HTMLElement);
  /** What is unfolded stays so while the tree is the same. */
  readonly #visible = new WeakMap<CallTree, VisibleRows>();
  #scene: Scene | undefined;
  #row = 0;

  constructor(host: HTMLElement, page: Page) {
    const events = {
      select: (row: number) => {
        this.#row = row;
        page.choose(row);
      },
      open: (row: number) => page.zoomTo({ row, end: 0 }, { view: "graph" }),
    };
    this.#tables = [false, true].map((compared) => {
      const place = make("div", "table-host");
      host.append(place);
      return { host: place, table: new TreeTableView(place, "Call tree", events, compared) };
    });
  }

  get #table(): TreeTableView {
    return this.#tables[this.#scene?.changes ? 1 : 0].table;
  }

  show(scene: Scene): void {
    const { tree, state, zoom, search, source, changes } = scene;
    const before = this.#scene;
    if (before?.tree !== tree) this.#row = this.#startOf(scene);
    else if (before.zoom.row !== zoom.row) this.#row = zoom.row;
    this.#scene = scene;
    let visible = this.#visible.get(tree);
    if (visible === undefined) {
      visible = new VisibleRows(tree);
      visible.expandHeaviest(0);
      this.#visible.set(tree, visible);
    }
    for (const [at, { host }] of this.#tables.entries()) host.hidden = (at === 1) !== (changes !== undefined);
    this.#table.show({ visible, type: source.type(state), changes, matched: search?.matched }, this.#row);
    this.#status.textContent =
      "Arrows unfold and fold; * unfolds the heaviest path. Enter shows a row in the graph.";
  }

  hide(): void {
    this.#scene = undefined;
    this.#status.textContent = "";
  }

  goToMatch(direction: 1 | -1): void {
    const { tree, search } = this.#scene ?? {};
    if (!tree || !search) return;
    const row = stepToMatch(tree, search, this.#row, direction);
    if (row >= 0) this.#table.goTo(row);
  }

  #startOf({ tree, state, zoom }: Scene): number {
    if (zoom.row > 0) return zoom.row;
    return state.chosen ? Math.max(0, heaviestRow(tree, state.chosen)) : 0;
  }
}
