import type { Transform } from "../../profile/analysis/transform.ts";
import { transformWords } from "../model/transform-words.ts";
import { make } from "./elements.ts";

/** The transforms in the order in which they are applied, each with a button that takes it away, and undo. */
export class TransformBar {
  readonly #bar = make("div", "bar transform-bar");
  readonly #change: (transforms: readonly Transform[]) => void;

  constructor(container: HTMLElement, change: (transforms: readonly Transform[]) => void) {
    this.#change = change;
    this.#bar.setAttribute("role", "group");
    this.#bar.setAttribute("aria-label", "Changes to the stacks");
    container.replaceChildren(this.#bar);
  }

  /**
   * `effective`: which of them concern something here; the others are marked. `dropped`: what is left out by them, in
   * words; "" when nothing is.
   */
  show(transforms: readonly Transform[], effective: readonly boolean[], dropped: string): void {
    this.#bar.hidden = transforms.length === 0;
    const list = make("ol", "chips");
    list.append(
      ...transforms.map((transform, at) => {
        const words = transformWords(transform);
        const item = make("li", effective[at] ? "chip" : "chip without-effect", words);
        if (!effective[at]) item.append(make("span", "chip-note", "(not found here)"));
        const remove = make("button", "chip-remove", "×");
        remove.type = "button";
        remove.setAttribute("aria-label", `Remove: ${words}`);
        remove.addEventListener("click", () => this.#change(transforms.filter((_, other) => other !== at)));
        item.append(remove);
        return item;
      }),
    );
    const undo = this.#button("Undo last", () => this.#change(transforms.slice(0, -1)));
    const clear = this.#button("Undo all", () => this.#change([]));
    clear.hidden = transforms.length < 2;
    this.#bar.replaceChildren(
      make("span", "bar-title", "Changed:"),
      list,
      undo,
      clear,
      make("span", "bar-note", dropped),
    );
  }

  #button(text: string, run: () => void): HTMLButtonElement {
    const button = make("button", "", text);
    button.type = "button";
    button.addEventListener("click", run);
    return button;
  }
}
