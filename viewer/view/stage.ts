import type { ViewState } from "../model/view-state.ts";
import { make } from "./elements.ts";
import type { Page, Part, Scene, View } from "./scene.ts";
import { entryOf, type ViewEntry } from "./views.ts";

/** The middle of the page: makes the view of the state when it is first wanted, and shows that one alone. */
export class Stage implements Part {
  readonly #host: HTMLElement;
  readonly #page: Page;
  readonly #made = new Map<ViewEntry["make"], { view: View; element: HTMLElement }>();
  #current: { view: View; element: HTMLElement } | undefined;

  constructor(host: HTMLElement, page: Page) {
    this.#host = host;
    this.#page = page;
  }

  show(scene: Scene): void {
    const next = this.#viewOf(scene.state);
    if (next !== this.#current) {
      this.#current?.view.hide();
      if (this.#current) this.#current.element.hidden = true;
      next.element.hidden = false;
      this.#current = next;
    }
    next.view.show(scene);
  }

  choose(scene: Scene, row: number): void {
    this.#current?.view.choose?.(scene, row);
  }

  goToMatch(direction: 1 | -1): void {
    this.#current?.view.goToMatch?.(direction);
  }

  escape(): boolean {
    return this.#current?.view.escape?.() ?? false;
  }

  #viewOf(state: ViewState): { view: View; element: HTMLElement } {
    const { make: maker } = entryOf(state);
    let made = this.#made.get(maker);
    if (made === undefined) {
      const element = make("div", "view");
      this.#host.append(element);
      made = { view: maker(element, this.#page), element };
      this.#made.set(maker, made);
    }
    return made;
  }
}
