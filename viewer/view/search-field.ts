import { SEARCH_MODES, type SearchText } from "../../profile/search/search-text.ts";
import { QUICK_SEARCH, SEARCH_DELAY } from "../model/limits.ts";
import { INITIAL_STATE } from "../model/view-state.ts";
import { byId } from "./elements.ts";
import type { Page, Part, Scene } from "./scene.ts";

/** The search field and what it says of the result. */
export class SearchField implements Part {
  readonly #input = byId("search", HTMLInputElement);
  readonly #matchCase = byId("match-case", HTMLButtonElement);
  readonly #clear = byId("clear-search", HTMLButtonElement);
  readonly #result = byId("search-result", HTMLElement);
  readonly #mode = byId("search-mode", HTMLSelectElement);
  readonly #steps = byId("search-steps", HTMLElement);
  readonly #previous = byId("previous-match", HTMLButtonElement);
  readonly #next = byId("next-match", HTMLButtonElement);
  readonly #keep = byId("keep-matches", HTMLButtonElement);
  readonly #page: Page;
  #search: SearchText = INITIAL_STATE.search;
  #pending: number | undefined;
  /** Milliseconds that the last search took. */
  #took = 0;

  /** `goToMatch`: to the next match (1) or the previous (-1). `keepMatches`: leave out all samples without a match. */
  constructor(page: Page, goToMatch: (direction: 1 | -1) => void, keepMatches: () => void) {
    this.#page = page;
    this.#input.addEventListener("input", () => {
      clearTimeout(this.#pending);
      // Not at once: of letters that come together only the last is searched for.
      this.#pending = window.setTimeout(() => this.#send(), this.#took > QUICK_SEARCH ? SEARCH_DELAY : 0);
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
      this.#change({ matchCase: this.#matchCase.getAttribute("aria-pressed") !== "true" }),
    );
    this.#mode.addEventListener("change", () => {
      const mode = SEARCH_MODES.find((each) => each === this.#mode.value);
      if (mode) this.#change({ mode });
    });
    this.#previous.addEventListener("click", () => goToMatch(-1));
    this.#next.addEventListener("click", () => goToMatch(1));
    this.#keep.addEventListener("click", keepMatches);
  }

  show({ state: { search, view }, search: matches, found }: Scene): void {
    this.#search = search;
    // Not while it is being typed in, or the text would jump back to what was searched last.
    if (this.#pending === undefined && this.#input.value !== search.text) this.#input.value = search.text;
    this.#clear.hidden = search.text === "";
    this.#mode.value = search.mode;
    this.#steps.hidden = matches === undefined || !matches.matched.includes(1);
    // The table of functions shows matches alone, and the sandwich is of one function.
    this.#previous.hidden = this.#next.hidden = view === "functions" || view === "sandwich";
    this.#matchCase.setAttribute("aria-pressed", String(search.matchCase));
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
    const begun = performance.now();
    this.#change({ text: this.#input.value });
    this.#took = performance.now() - begun;
  }

  #change(part: Partial<SearchText>): void {
    this.#page.change({ search: { ...this.#search, ...part } }, "replace");
  }
}
