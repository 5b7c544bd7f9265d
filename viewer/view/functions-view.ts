import { type FrameKey, frameKeyOf } from "../../profile/analysis/frame-key.ts";
import {
  FUNCTION_COLUMNS,
  type FunctionTable,
  sortedFunctions,
} from "../../profile/analysis/function-table.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { INITIAL_ANALYSIS, type SortColumn } from "../model/analysis-state.ts";
import { allOwnChanges, changeRows, changeSort, sortedChanges } from "../model/diff/change-table.ts";
import type { ComparisonSource } from "../model/diff/comparison-source.ts";
import { formatCount, plural } from "../model/format.ts";
import { heaviestRow } from "../model/heaviest-row.ts";
import { ChangeTableView } from "./change-table-view.ts";
import { byId, make } from "./elements.ts";
import type { Page, Scene, View } from "./scene.ts";
import { TableView } from "./table-view.ts";

/** The table of functions, of a comparison that of their changes; a search shows those alone that it finds. */
export class FunctionsView implements View {
  readonly #page: Page;
  readonly #table: TableView;
  readonly #changes: ChangeTableView;
  readonly #hosts = { table: make("div", "table-host"), changes: make("div", "table-host") };
  readonly #status = byId("hidden-status", HTMLElement);
  #scene: Scene | undefined;

  constructor(host: HTMLElement, page: Page) {
    this.#page = page;
    const events = {
      select: (frame: number) => this.#select(frame),
      open: (frame: number) => this.#open(frame),
      sort: (by: SortColumn, direction: "ascending" | "descending") =>
        page.change({ sort: { by, direction } }, "replace"),
    };
    this.#table = new TableView(this.#hosts.table, events);
    this.#changes = new ChangeTableView(this.#hosts.changes, events);
    host.append(this.#hosts.table, this.#hosts.changes);
  }

  show(scene: Scene): void {
    const isNew = this.#scene === undefined;
    this.#scene = scene;
    const { shown, source, state } = scene;
    const { base } = shown;
    const { comparison } = source;
    const { table } = source.analysis.functions(base);
    const chosen = isNew ? state.chosen : undefined;
    const frame = chosen && frameOf(base, table, chosen);
    this.#hosts.table.hidden = comparison !== undefined;
    this.#hosts.changes.hidden = comparison === undefined;
    const listed = comparison
      ? this.#showChanges(scene, comparison, frame)
      : this.#showFunctions(scene, frame);
    const hidden = table.length - listed;
    const count = `${plural(listed, "function")}${hidden > 0 ? `, ${formatCount(hidden)} not shown` : ""}`;
    this.#status.textContent = `${count}. Enter or a double click shows callers and callees.`;
  }

  hide(): void {
    this.#scene = undefined;
    this.#status.textContent = "";
  }

  /** Returns how many are listed. */
  #showFunctions({ shown, source, state, foundFrames }: Scene, frame: number | undefined): number {
    const { base } = shown;
    const { table, ranks } = source.analysis.functions(base);
    const least = state.minShare * base.total[0];
    const { direction } = state.sort;
    // A table of changes has other columns, which an address may ask for.
    const by = FUNCTION_COLUMNS.find((column) => column === state.sort.by) ?? "self";
    const rows = sortedFunctions(base, table, by, direction, foundFrames, ranks).filter(
      (row) => table.total[row] >= least,
    );
    this.#table.show({ tree: base, table, rows, type: source.type(state), sort: { by, direction } }, frame);
    return rows.length;
  }

  #showChanges(scene: Scene, comparison: ComparisonSource, frame: number | undefined): number {
    const { shown, source, state, foundFrames } = scene;
    const { base } = shown;
    const { table, ranks } = source.analysis.functions(base);
    const all = changeRows(table, comparison.ofFunctions(base));
    const least = state.minShare * base.total[0];
    const isShown = ({ row, frame: each, total, self }: (typeof all)[number]) =>
      (foundFrames === undefined || foundFrames[each] === 1) &&
      (least === 0 || table.total[row] >= least) &&
      (comparison.isEnough(total, state.minChange) || comparison.isEnough(self, state.minChange));
    const by = changeSort(state.sort.by);
    const direction = by === state.sort.by ? state.sort.direction : INITIAL_ANALYSIS.sort.direction;
    const rows = sortedChanges(all.filter(isShown), by, direction, ranks);
    const greatest = all.reduce((most, { total }) => Math.max(most, Math.abs(total.after - total.before)), 0);
    this.#changes.show(
      {
        tree: base,
        comparison: comparison.comparison,
        rows,
        allOwn: allOwnChanges(all),
        greatest,
        sort: { by, direction },
      },
      frame,
    );
    return rows.length;
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

/** The row of `tree.frames` that is a function; undefined where the table has it not. */
function frameOf(
  { frames }: CallTree,
  { frame }: FunctionTable,
  { name, module }: FrameKey,
): number | undefined {
  return frame.find((each) => {
    const key = frameKeyOf(frames, each);
    return key.name === name && key.module === module;
  });
}
