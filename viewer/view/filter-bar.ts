import type { LabelFilter, SampleFilter } from "../../profile/analysis/sample-filter.ts";
import { filterWords, labelWords, valueWords } from "../model/filter-words.ts";
import { formatShare } from "../model/format.ts";
import { make } from "./elements.ts";

/** A label to choose by, with its values, heaviest first: `labelValues` of the profile. */
export interface FilterChoice {
  key: string;
  values: readonly { value: string; weight: number }[];
}

export interface FilterBarEvents {
  change(filter: SampleFilter): void;
  /** From 0 to 1. */
  changeMinShare(share: number): void;
  collapseRecursion(collapsed: boolean): void;
}

export interface FilterBarState {
  filter: SampleFilter;
  choices: readonly FilterChoice[];
  minShare: number;
  /** What the least share leaves out, in words; "" when nothing is. */
  pruned: string;
  recursionCollapsed: boolean;
}

/** Values that a menu offers; of more, the lightest are left to the table and the time strip. */
const MAX_OFFERED = 200;

/** Which samples are taken: a menu for each label that has several values, what is chosen, and the least share drawn. */
export class FilterBar {
  readonly #events: FilterBarEvents;
  readonly #menus = make("div", "bar-menus");
  readonly #chosen = make("ul", "chips");
  readonly #note = make("span", "bar-note");
  readonly #minShare = make("input");
  readonly #recursion = make("button", "", "Collapse recursion");
  #filter: SampleFilter = { labels: [], range: undefined };
  #choices: readonly FilterChoice[] = [];

  constructor(container: HTMLElement, events: FilterBarEvents) {
    this.#events = events;
    const bar = make("div", "bar filter-bar");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Which samples are shown");
    const { label, input } = this.#minShareField();
    const recursion = this.#recursion;
    recursion.type = "button";
    recursion.title = "Frames that call themselves directly become one frame";
    recursion.addEventListener("click", () =>
      events.collapseRecursion(recursion.getAttribute("aria-pressed") !== "true"),
    );
    bar.append(this.#menus, this.#chosen, label, recursion, this.#note);
    input.addEventListener("change", () => {
      const percent = Number(input.value);
      events.changeMinShare(Number.isFinite(percent) ? Math.max(0, Math.min(100, percent)) / 100 : 0);
    });
    container.replaceChildren(bar);
  }

  show({ filter, choices, minShare, pruned, recursionCollapsed }: FilterBarState): void {
    this.#filter = filter;
    this.#recursion.setAttribute("aria-pressed", String(recursionCollapsed));
    if (choices !== this.#choices) {
      this.#choices = choices;
      this.#menus.replaceChildren(
        ...choices.filter(({ values }) => values.length > 1).map((each) => this.#menu(each)),
      );
    }
    for (const menu of this.#menus.querySelectorAll("select")) menu.value = "";
    this.#chosen.replaceChildren(...filter.labels.map((label, at) => this.#chip(label, at)));
    this.#minShare.value = minShare === 0 ? "" : String(Number((minShare * 100).toPrecision(4)));
    this.#note.textContent = pruned;
  }

  #menu({ key, values }: FilterChoice): HTMLElement {
    const label = make("label", "bar-menu", labelWords(key));
    const menu = make("select");
    const whole = values.reduce((sum, { weight }) => sum + weight, 0);
    menu.append(
      option("all", ""),
      // The value is a number, as a label may have any text.
      ...values
        .slice(0, MAX_OFFERED)
        .map(({ value, weight }, at) =>
          option(`${valueWords(value)} · ${formatShare(weight, whole)}`, String(at)),
        ),
    );
    menu.addEventListener("change", () => {
      const chosen = values[Number(menu.value)];
      if (menu.value !== "" && chosen) this.#add({ key, values: [chosen.value], exclude: false });
    });
    label.append(menu);
    return label;
  }

  /** A value of a label that is chosen already joins it: one or the other. */
  #add(added: LabelFilter): void {
    const { labels } = this.#filter;
    const at = labels.findIndex(({ key, exclude }) => key === added.key && !exclude);
    const joined =
      at < 0
        ? [...labels, added]
        : labels.map((label, other) =>
            other === at ? { ...label, values: [...new Set([...label.values, ...added.values])] } : label,
          );
    this.#events.change({ ...this.#filter, labels: joined });
  }

  /** A click on the words takes the opposite: `process nginx`, `not process nginx`. */
  #chip(label: LabelFilter, at: number): HTMLElement {
    const words = filterWords(label);
    const others = this.#filter.labels.filter((_, other) => other !== at);
    const opposite = { ...label, exclude: !label.exclude };
    const turned = this.#filter.labels.map((each, other) => (other === at ? opposite : each));
    const item = make("li", "chip");
    const turn = make("button", "chip-turn", words);
    turn.type = "button";
    turn.title = label.exclude ? "Show these only" : "Show all but these";
    turn.addEventListener("click", () => this.#events.change({ ...this.#filter, labels: turned }));
    const remove = make("button", "chip-remove", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove: ${words}`);
    remove.addEventListener("click", () => this.#events.change({ ...this.#filter, labels: others }));
    item.append(turn, remove);
    return item;
  }

  #minShareField(): { label: HTMLElement; input: HTMLInputElement } {
    const input = this.#minShare;
    input.type = "number";
    input.min = "0";
    input.max = "100";
    input.step = "any";
    input.placeholder = "0";
    const label = make("label", "bar-menu", "least share");
    label.append(input, make("span", "", "%"));
    return { label, input };
  }
}

function option(text: string, value: string): HTMLOptionElement {
  const element = make("option", "", text);
  element.value = value;
  return element;
}
