import { MAX_TIME_COLUMNS, MAX_TIME_ROWS } from "../model/limits.ts";
import { byId } from "./elements.ts";
import type { Page, Part, Scene } from "./scene.ts";
import { TimeStrip } from "./time-strip.ts";

/** The time strip, when it is asked for or a range is chosen. Choosing a range is obeyed by every view. */
export class TimePart implements Part {
  readonly #slot = byId("slot-time", HTMLElement);
  readonly #strip: TimeStrip;
  #filter: Scene["state"]["filter"] | undefined;
  #theme: Scene["theme"] | undefined;

  constructor(page: Page) {
    const host = document.createElement("div");
    this.#slot.append(host);
    this.#slot.hidden = true;
    this.#strip = new TimeStrip(host, {
      choose: (range) => {
        if (this.#filter) page.change({ filter: { ...this.#filter, range } }, "push");
      },
      chooseRow: ({ labels }) => {
        if (!this.#filter) return;
        const others = this.#filter.labels.filter(({ key }) => labels.every((label) => label.key !== key));
        page.change({ filter: { ...this.#filter, labels: [...others, ...labels] } }, "push");
      },
    });
  }

  show({ state, source, theme }: Scene): void {
    const { filter, groupBy } = state;
    this.#filter = filter;
    this.#slot.hidden = !state.time && filter.range === undefined;
    if (this.#slot.hidden) return;
    const rowsBy = groupBy === "none" ? "process" : groupBy;
    const valueIndex = source.valueIndex(state);
    const matrix = source.analysis.time(filter, {
      rowsBy,
      maxColumns: MAX_TIME_COLUMNS,
      maxRows: MAX_TIME_ROWS,
      valueIndex,
    });
    this.#strip.show(matrix, filter.range, source.type(state));
    if (this.#theme !== undefined && this.#theme !== theme) this.#strip.redraw();
    this.#theme = theme;
  }
}
