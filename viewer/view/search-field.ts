import { SEARCH_DELAY } from "../model/limits.ts";
import { byId } from "./elements.ts";
import type { Page, Part, Scene } from "./scene.ts";

/** The search field and what it says of the result. */
export class SearchField implements Part {
  readonly #input = byId("search", HTMLInputElement);
  readonly #matchCase = byId("match-case", HTMLButtonElement);
  readonly #clear = byId("clear-search", HTMLButtonElement);
  readonly #result = byId("search-result", HTMLElement);
  readonly #page: Page;
  #pending: number | undefined;

  /** `goToMatch`: Enter was pressed: to the next match (1) or the previous (-1). */
  constructor(page: Page, goToMatch: (direction: 1 | -1) => void) {
    this.#page = page;
    this.#input.addEventListener("input", () => {
      clearTimeout(this.#pending);
      this.#pending = window.setTimeout(() => this.#send(), SEARCH_DELAY);
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      this.#send();
      goToMatch(event.shiftKey ? -1 : 1);
    });
    this.#clear.addEventListener("click", () => {
      this.clear();
      this.focus();
    });
    this.#matchCase.addEventListener("click", () =>
      page.change({ matchCase: this.#matchCase.getAttribute("aria-pressed") !== "true" }, "replace"),
    );
  }

  show({ state, found }: Scene): void {
    // Not while it is being typed in, or the text would jump back to what was searched last.
    if (this.#pending === undefined && this.#input.value !== state.query) this.#input.value = state.query;
    this.#clear.hidden = state.query === "";
    this.#matchCase.setAttribute("aria-pressed", String(state.matchCase));
    this.#result.textContent = found.sentence;
    this.#result.dataset.bad = String(found.bad);
    this.#input.setAttribute("aria-invalid", String(found.bad));
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  get isEmpty(): boolean {
    return this.#input.value === "";
  }

  clear(): void {
    this.#input.value = "";
    this.#send();
  }

  #send(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#page.change({ query: this.#input.value }, "replace");
  }
}
