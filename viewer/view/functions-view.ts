import { frameKeyOf } from "../../profile/analysis/frame-key.ts";
import { sortedFunctions } from "../../profile/analysis/function-table.ts";
import { formatCount, plural } from "../model/format.ts";
import { heaviestRow } from "../model/heaviest-row.ts";
import { byId } from "./elements.ts";
import type { Page, Scene, View } from "./scene.ts";
import { TableView } from "./table-view.ts";

/** The table of functions; a search shows those alone that it finds. */
export class FunctionsView implements View {
  readonly #page: Page;
  readonly #table: TableView;
  readonly #status = byId("hidden-status", HTMLElement);
  #scene: Scene | undefined;

  constructor(host: HTMLElement, page: Page) {
    this.#page = page;
    this.#table = new TableView(host, {
      select: (frame) => this.#select(frame),
      open: (frame) => this.#open(frame),
      sort: (by, direction) => page.change({ sort: { by, direction } }, "replace"),
    });
  }

  show(scene: Scene): void {
    const isNew = this.#scene === undefined;
    this.#scene = scene;
    const { shown, source, state, foundFrames } = scene;
    const { base } = shown;
    const { table, ranks } = source.analysis.functions(base);
    const least = state.minShare * base.total[0];
    const { by, direction } = state.sort;
    const rows = sortedFunctions(base, table, by, direction, foundFrames, ranks).filter(
      (row) => table.total[row] >= least,
    );
    const chosen = isNew ? state.chosen : undefined;
    const frame = chosen
      ? table.frame.find((each) => {
          const key = frameKeyOf(base.frames, each);
          return key.name === chosen.name && key.module === chosen.module;
        })
      : undefined;
    this.#table.show({ tree: base, table, rows, type: source.type(state), sort: state.sort }, frame);
    const hidden = table.length - rows.length;
    const count = `${plural(rows.length, "function")}${hidden > 0 ? `, ${formatCount(hidden)} not shown` : ""}`;
    this.#status.textContent = `${count}. Enter or a double click shows callers and callees.`;
  }

  hide(): void {
    this.#scene = undefined;
    this.#status.textContent = "";
  }

  #select(frame: number): void {
    const scene = this.#scene;
    if (!scene) return;
    const row = heaviestRow(scene.tree, frameKeyOf(scene.shown.base.frames, frame));
    if (row > 0) this.#page.choose(row);
  }

  #open(frame: number): void {
    const scene = this.#scene;
    if (!scene) return;
    const chosen = frameKeyOf(scene.shown.base.frames, frame);
    this.#page.change({ view: "sandwich", chosen }, "push");
  }
}
