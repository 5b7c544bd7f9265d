import { fromHash, toHash, type ViewState } from "../model/view-state.ts";

/** Keeps the view in the part of the page's address behind `#`, and goes back to it when the browser does. */
export class Address {
  constructor(changed: (state: ViewState) => void) {
    // Fires for back, forward, and a hash typed by hand.
    addEventListener("popstate", () => changed(fromHash(location.hash)));
  }

  get state(): ViewState {
    return fromHash(location.hash);
  }

  /** `push` makes a step that "back" undoes; `replace` does not. */
  write(state: ViewState, how: "push" | "replace"): void {
    const hash = toHash(state);
    if (hash === location.hash) return;
    const url = hash === "" ? location.href.split("#")[0] : hash;
    try {
      if (how === "push") history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    } catch {
      // Safari refuses more than 100 steps in 30 seconds; the view itself is not affected.
    }
  }
}
