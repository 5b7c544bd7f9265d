import { REST_DELAY } from "../model/limits.ts";

/**
 * When a picture has come to rest: some time after it was drawn, and not while a button is held down. What that is on must not be
 * drawn anew, for browsers tell of a click only if its element is the same at the end.
 */
export class Rest {
  readonly #element: HTMLElement;
  readonly #arrive: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHeld = false;

  /** `element` has the attribute `data-at-rest` from when `arrive` was called. */
  constructor(element: HTMLElement, arrive: () => void) {
    this.#element = element;
    this.#arrive = arrive;
    // Of a scroll bar browsers do not tell that it was let go, but of the next move they do.
    for (const each of ["pointerdown", "pointermove", "pointerup", "pointercancel"] as const) {
      addEventListener(each, (event) => {
        this.#isHeld = event.buttons !== 0;
      });
    }
  }

  /** A picture was drawn. */
  begin(): void {
    this.#timer = setTimeout(() => {
      if (this.#isHeld) return this.begin();
      this.#arrive();
      this.#element.setAttribute("data-at-rest", "");
    }, REST_DELAY);
  }

  /** There will be another one, or none. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#element.removeAttribute("data-at-rest");
  }
}
