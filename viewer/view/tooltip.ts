import type { FrameFacts } from "../model/frame-facts.ts";
import { fillList, make } from "./elements.ts";
import { frameMarks } from "./frame-marks.ts";

/** Pixels between pointer and tooltip, and between tooltip and the window's edge. */
const OFFSET = 14;
const MARGIN = 8;

/** The box beside the pointer that tells all about a frame. */
export class FrameTooltip {
  readonly #element = make("div", "tooltip");

  constructor() {
    this.#element.setAttribute("role", "tooltip");
    this.#element.id = "tooltip";
    this.#element.hidden = true;
    document.body.append(this.#element);
  }

  /** Fills and shows it beside a point of the window. */
  show(facts: FrameFacts, x: number, y: number): void {
    const numbers = make("dl", "numbers");
    fillList(numbers, facts.numbers);
    const name = make("p", "tooltip-name", facts.name);
    name.dir = "ltr";
    this.#element.replaceChildren(name);
    if (facts.marks.length > 0) this.#element.append(frameMarks(facts));
    for (const place of facts.places) this.#element.append(make("p", "tooltip-place", place));
    if (facts.hotLines !== "") this.#element.append(make("p", "tooltip-place", `Lines ${facts.hotLines}`));
    this.#element.append(numbers);
    for (const sentence of facts.verdict) this.#element.append(make("p", "tooltip-verdict", sentence));
    if (facts.hint !== "") this.#element.append(make("p", "tooltip-hint", facts.hint));
    this.#element.hidden = false;
    this.moveTo(x, y);
  }

  /** Keeps it beside the pointer and inside the window: left of it and above it where there is no room otherwise. */
  moveTo(x: number, y: number): void {
    const { offsetWidth: width, offsetHeight: height } = this.#element;
    const { clientWidth, clientHeight } = document.documentElement;
    const left = x + OFFSET + width + MARGIN <= clientWidth ? x + OFFSET : x - OFFSET - width;
    const top = y + OFFSET + height + MARGIN <= clientHeight ? y + OFFSET : y - OFFSET - height;
    this.#element.style.left = `${Math.max(MARGIN, Math.min(left, clientWidth - width - MARGIN))}px`;
    this.#element.style.top = `${Math.max(MARGIN, Math.min(top, clientHeight - height - MARGIN))}px`;
  }

  hide(): void {
    this.#element.hidden = true;
  }
}
