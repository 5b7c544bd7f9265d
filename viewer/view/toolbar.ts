import { SEARCH_DELAY } from "../model/limits.ts";
import { GROUPINGS, type ViewState } from "../model/view-state.ts";
import { byId } from "./elements.ts";

export interface ToolbarEvents {
  /** Parts of the state that a control changed. `push`: a step of its own for "back". */
  change(part: Partial<ViewState>, how: "push" | "replace"): void;
  resetZoom(): void;
  togglePanel(): void;
  /** Enter in the search box: go to the next match, or the previous. */
  nextMatch(direction: 1 | -1): void;
}

/** The controls above the graph. They show the state and say what a person changed; they hold none of their own. */
export class Toolbar {
  readonly #search = byId("search", HTMLInputElement);
  readonly #matchCase = byId("match-case", HTMLButtonElement);
  readonly #clear = byId("clear-search", HTMLButtonElement);
  readonly #result = byId("search-result", HTMLElement);
  readonly #groupBy = byId("group-by", HTMLSelectElement);
  readonly #order = byId("order", HTMLSelectElement);
  readonly #reset = byId("reset-zoom", HTMLButtonElement);
  readonly #flame = byId("flame", HTMLButtonElement);
  readonly #icicle = byId("icicle", HTMLButtonElement);
  readonly #panel = byId("toggle-panel", HTMLButtonElement);
  readonly #events: ToolbarEvents;
  #pending: number | undefined;

  constructor(events: ToolbarEvents) {
    this.#events = events;
    this.#flame.addEventListener("click", () => events.change({ direction: "flame" }, "push"));
    this.#icicle.addEventListener("click", () => events.change({ direction: "icicle" }, "push"));
    this.#groupBy.addEventListener("change", () => {
      const groupBy = GROUPINGS.find((each) => each === this.#groupBy.value);
      if (groupBy) events.change({ groupBy }, "push");
    });
    this.#order.addEventListener("change", () =>
      events.change({ order: this.#order.value === "name" ? "name" : "weight" }, "push"),
    );
    this.#reset.addEventListener("click", () => events.resetZoom());
    this.#panel.addEventListener("click", () => events.togglePanel());
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#pending);
      this.#pending = window.setTimeout(() => this.#sendQuery(), SEARCH_DELAY);
    });
    this.#search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      this.#sendQuery();
      events.nextMatch(event.shiftKey ? -1 : 1);
    });
    this.#clear.addEventListener("click", () => {
      this.clearSearch();
      this.focusSearch();
    });
    this.#matchCase.addEventListener("click", () =>
      events.change({ matchCase: this.#matchCase.getAttribute("aria-pressed") !== "true" }, "replace"),
    );
  }

  show(state: ViewState): void {
    // Not while it is being typed in, or the text would jump back to what was searched last.
    if (this.#pending === undefined && this.#search.value !== state.query) this.#search.value = state.query;
    this.#clear.hidden = state.query === "";
    this.#matchCase.setAttribute("aria-pressed", String(state.matchCase));
    this.#flame.setAttribute("aria-pressed", String(state.direction === "flame"));
    this.#icicle.setAttribute("aria-pressed", String(state.direction === "icicle"));
    this.#groupBy.value = state.groupBy;
    this.#order.value = state.order;
    this.#reset.disabled = state.zoom === 0;
    this.#panel.setAttribute("aria-pressed", String(state.panel));
  }

  /** What the search found, or why it could not search. */
  showResult(sentence: string, bad: boolean): void {
    this.#result.textContent = sentence;
    this.#result.dataset.bad = String(bad);
    this.#search.setAttribute("aria-invalid", String(bad));
  }

  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }

  get searching(): boolean {
    return this.#search.value !== "";
  }

  clearSearch(): void {
    this.#search.value = "";
    this.#sendQuery();
  }

  #sendQuery(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#events.change({ query: this.#search.value }, "replace");
  }
}
