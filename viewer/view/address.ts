import { ADDRESS_DELAY } from "../model/limits.ts";
import { fromHash, toHash, type ViewState } from "../model/view-state.ts";

/** `push` makes a step that "back" undoes; `replace` does not. */
type How = "push" | "replace";

/**
 * Keeps the view in the part of the page's address behind `#`, and goes back to it when the browser does. It is written when
 * the picture of the view is on the screen: browsers take longer for a step in their history than for the picture.
 */
export class Address {
  /** `before`: what the address was when it was asked for. */
  #waiting: { hash: string; how: How; before: string; timer: number } | undefined;

  constructor(changed: (state: ViewState) => void) {
    // Fires for back, forward, and a hash typed by hand.
    addEventListener("popstate", () => {
      this.#forget();
      changed(fromHash(location.hash));
    });
    addEventListener("pagehide", () => this.#settle());
  }

  get state(): ViewState {
    this.#settle();
    return fromHash(location.hash);
  }

  write(state: ViewState, how: How): void {
    this.#settle();
    const hash = toHash(state);
    if (hash === location.hash) return;
    const timer = window.setTimeout(() => this.#settle(), ADDRESS_DELAY);
    this.#waiting = { hash, how, before: location.hash, timer };
  }

  /** Writes what waits, unless somebody has gone elsewhere meanwhile. */
  #settle(): void {
    if (this.#waiting === undefined) return;
    const { hash, how, before } = this.#waiting;
    this.#forget();
    if (location.hash !== before) return;
    const url = hash === "" ? location.href.split("#")[0] : hash;
    try {
      if (how === "push") history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    } catch {
      // Safari refuses more than 100 steps in 30 seconds; the view itself is not affected.
    }
  }

  #forget(): void {
    clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
  }
}
