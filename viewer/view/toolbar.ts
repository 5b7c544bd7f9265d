import type { Profile } from "../../profile/profile.ts";
import { COLOUR_MODE_WORDS } from "../model/colouring.ts";
import { COLOUR_MODES, GROUPINGS, PLAIN_COLOUR_MODES } from "../model/view-state.ts";
import { type Weighing, weighings } from "../model/weighings.ts";
import { byId, make } from "./elements.ts";
import type { Page, Part, Scene } from "./scene.ts";
import { entryOf, VIEW_ENTRIES } from "./views.ts";

/** The controls above the graph but search. They show the state and say what a person changed; they hold none of their own. */
export class Toolbar implements Part {
  readonly #weighField = byId("weigh-field", HTMLElement);
  readonly #weighBy = byId("weigh-by", HTMLSelectElement);
  readonly #groupBy = byId("group-by", HTMLSelectElement);
  readonly #order = byId("order", HTMLSelectElement);
  readonly #colours = byId("colours", HTMLSelectElement);
  readonly #fold = byId("fold", HTMLButtonElement);
  readonly #reset = byId("reset-zoom", HTMLButtonElement);
  readonly #panel = byId("toggle-panel", HTMLButtonElement);
  readonly #filters = byId("toggle-filters", HTMLButtonElement);
  readonly #time = byId("toggle-time", HTMLButtonElement);
  readonly #views = new Map<string, HTMLButtonElement>();
  #weighings: { profile: Profile; list: Weighing[] } | undefined;

  /** `choose`: a person chose what the colours mean. */
  constructor(page: Page, chooseColours: (mode: (typeof COLOUR_MODES)[number]) => void) {
    const views = byId("views", HTMLElement);
    for (const { id, label, title, state, where = "" } of VIEW_ENTRIES) {
      const button = make("button", where, label);
      button.type = "button";
      button.id = id;
      button.title = title;
      button.addEventListener("click", () => page.change(state, "push"));
      this.#views.set(id, button);
      views.append(button);
    }
    this.#colours.addEventListener("change", () => {
      const mode = COLOUR_MODES.find((each) => each === this.#colours.value);
      if (mode) chooseColours(mode);
    });
    this.#weighBy.addEventListener("change", () =>
      page.change({ valueIndex: Number(this.#weighBy.value) }, "push"),
    );
    this.#groupBy.addEventListener("change", () => {
      const groupBy = GROUPINGS.find((each) => each === this.#groupBy.value);
      if (groupBy) page.change({ groupBy }, "push");
    });
    this.#order.addEventListener("change", () =>
      page.change({ order: this.#order.value === "name" ? "name" : "weight" }, "push"),
    );
    this.#fold.addEventListener("click", () => page.change({ fold: !isPressed(this.#fold) }, "replace"));
    this.#panel.addEventListener("click", () => page.change({ panel: !isPressed(this.#panel) }, "replace"));
    this.#filters.addEventListener("click", () =>
      page.change({ filters: !isPressed(this.#filters) }, "replace"),
    );
    this.#time.addEventListener("click", () => page.change({ time: !isPressed(this.#time) }, "replace"));
    this.#reset.addEventListener("click", () => page.change({ zoom: "", zoomEnd: "" }, "push"));
  }

  show({ state, zoom, colours, source }: Scene): void {
    const modes = source.comparison ? COLOUR_MODES : PLAIN_COLOUR_MODES;
    if (this.#colours.length !== modes.length) {
      this.#colours.replaceChildren(...modes.map((mode) => new Option(COLOUR_MODE_WORDS[mode], mode)));
    }
    this.#offerWeighings(source);
    this.#weighBy.value = String(source.valueIndex(state));
    for (const [id, button] of this.#views) setPressed(button, entryOf(state).id === id);
    this.#groupBy.value = state.groupBy;
    this.#order.value = state.order;
    this.#colours.value = colours;
    setPressed(this.#fold, state.fold);
    setPressed(this.#panel, state.panel);
    setPressed(this.#filters, state.filters);
    setPressed(this.#time, state.time);
    this.#reset.disabled = zoom.row === 0;
  }

  /** Most recordings have one thing to weigh by: for them there is no menu, nor for the sides of a comparison. */
  #offerWeighings({ profile, comparison }: Scene["source"]): void {
    if (this.#weighings?.profile === profile) return;
    this.#weighings = { profile, list: comparison ? [] : weighings(profile) };
    const { list } = this.#weighings;
    this.#weighField.hidden = list.length < 2;
    this.#weighBy.replaceChildren(
      ...list.map(({ valueIndex, words }) => {
        const option = make("option", "", words);
        option.value = String(valueIndex);
        return option;
      }),
    );
  }
}

function isPressed(button: HTMLButtonElement): boolean {
  return button.getAttribute("aria-pressed") === "true";
}

function setPressed(button: HTMLButtonElement, pressed: boolean): void {
  button.setAttribute("aria-pressed", String(pressed));
}
