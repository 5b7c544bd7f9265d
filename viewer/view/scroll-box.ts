import { make } from "./elements.ts";

export interface ScrollEvents {
  /** Another part is seen. At most once a picture of the screen. */
  scroll(): void;
  /** It has another size. */
  resize(widthChanged: boolean): void;
}

/**
 * An element that scrolls up and down over higher content whose base is its top or its bottom. Knows its sizes and place
 * without asking the browser, which would have to lay out the whole page in the middle of each drawing.
 */
export class ScrollBox {
  readonly element = make("div", "scroller");
  readonly #content: HTMLElement;
  #width = 0;
  #height = 0;
  #top = 0;
  #contentHeight = 0;
  #fromBottom = false;
  /** Whether the browser does not know of `#top` yet. */
  #moved = false;

  constructor(content: HTMLElement, events: ScrollEvents) {
    this.#content = content;
    this.element.append(content);
    let scheduled = false;
    this.element.addEventListener("scroll", () => {
      // With another height the browser has moved the top by itself: the observer below knows where it belongs.
      if (this.element.clientHeight !== this.#height) return;
      if (!this.#moved) this.#top = this.element.scrollTop;
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        events.scroll();
      });
    });
    new ResizeObserver(() => {
      const { distance } = this;
      const before = this.#width;
      this.measure();
      // Browsers keep the top where it is when the height changes; the base of a flame is its bottom.
      this.#scrollToDistance(distance);
      this.settle();
      events.resize(this.#width !== before);
    }).observe(this.element);
  }

  /** Pixels that content can be wide. */
  get width(): number {
    if (this.#width === 0) this.measure();
    return this.#width;
  }

  /** Pixels that can be seen at once. */
  get height(): number {
    return this.#height;
  }

  /** Pixels scrolled away from the top. */
  get top(): number {
    return this.#top;
  }

  /** At least what can be seen at once. */
  get contentHeight(): number {
    return Math.max(this.#contentHeight, this.#height, 1);
  }

  /** Pixels scrolled away from the base. */
  get distance(): number {
    const distance = this.#fromBottom ? this.contentHeight - this.#height - this.#top : this.#top;
    return Math.max(0, distance);
  }

  /** Asks the browser for the size. */
  measure(): void {
    this.#width = this.element.clientWidth;
    this.#height = this.element.clientHeight;
  }

  /**
   * Has the browser scroll to where the content was put. To be called when all is drawn: it makes the browser lay out the
   * page.
   */
  settle(): void {
    if (!this.#moved) return;
    this.#moved = false;
    this.element.scrollTop = this.#top;
  }

  /** To be settled. `stays`: as far from the base as before, else at the base. */
  setContent(height: number, fromBottom: boolean, stays: boolean): void {
    const distance = stays ? this.distance : 0;
    this.#fromBottom = fromBottom;
    this.#contentHeight = height;
    this.#content.style.setProperty("--content-height", `${height}px`);
    this.#scrollToDistance(distance);
  }

  /** To be settled: scrolls if what is `near … near + size` pixels from the base is not seen. */
  reveal(near: number, size: number): void {
    const { distance } = this;
    if (near < distance || near + size > distance + this.#height) {
      this.#scrollToDistance(Math.max(0, near - this.#height / 3));
    }
  }

  /** Puts a point of the content (0 top, 1 bottom) into the middle. */
  centre(part: number): void {
    this.#scrollTo(part * this.contentHeight - this.#height / 2);
    this.settle();
  }

  byScreens(count: number): void {
    this.#scrollTo(this.#top + count * this.#height * 0.9);
    this.settle();
  }

  #scrollToDistance(distance: number): void {
    this.#scrollTo(this.#fromBottom ? this.contentHeight - this.#height - distance : distance);
  }

  #scrollTo(top: number): void {
    const possible = Math.max(0, Math.min(Math.round(top), this.contentHeight - this.#height));
    if (possible === this.#top) return;
    this.#top = possible;
    this.#moved = true;
  }
}
