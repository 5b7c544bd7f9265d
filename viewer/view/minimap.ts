import type { Layout } from "../model/layout.ts";
import { make } from "./elements.ts";

/** What the minimap shows: the whole height of a graph and the part of it that is seen. */
export interface MinimapPicture {
  layout: Layout;
  /** Pixels that the layout is wide. */
  width: number;
  direction: "flame" | "icicle";
  fill(box: number): string;
}

/** No more boxes are painted into a picture of a few ten thousand pixels. */
const MAX_PAINTED = 20_000;
/** Pixels that the seen part is marked with at least, so that it can be taken hold of. */
const MIN_MARK = 10;

/** A small picture of a graph that is much higher than the window, to drag the seen part through. */
export class Minimap {
  readonly element = make("div", "minimap");
  readonly #canvas = make("canvas");
  readonly #mark = make("div", "minimap-mark");
  readonly #scrollTo: (part: number) => void;

  /** `scrollTo(part)`: a person wants the point at `part` (0 top, 1 bottom) of the height in the middle of the window. */
  constructor(scrollTo: (part: number) => void) {
    this.#scrollTo = scrollTo;
    // The keyboard and screen readers scroll the graph itself.
    this.element.setAttribute("aria-hidden", "true");
    this.element.title = "The whole graph; drag to scroll";
    this.element.append(this.#canvas, this.#mark);
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      this.#follow(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) this.#follow(event);
    });
  }

  draw({ layout, width, direction, fill }: MinimapPicture): void {
    const { clientWidth, clientHeight } = this.element;
    const sharpness = Math.min(2, devicePixelRatio);
    this.#canvas.width = Math.max(1, Math.round(clientWidth * sharpness));
    this.#canvas.height = Math.max(1, Math.round(clientHeight * sharpness));
    const context = this.#canvas.getContext("2d");
    if (context === null || width <= 0) return;
    const { width: across, height: down } = this.#canvas;
    const scale = across / width;
    const rowHeight = down / layout.rows;
    // Several rows of a deep graph share a pixel: one of them stands for all.
    const everyRow = Math.max(1, Math.floor(1 / rowHeight));
    const step = Math.max(1, Math.ceil(layout.length / everyRow / MAX_PAINTED));
    for (let box = 0; box < layout.length; box += step) {
      const depth = layout.depth[box];
      if (depth % everyRow !== 0) continue;
      const top = direction === "icicle" ? depth * rowHeight : down - (depth + 1) * rowHeight;
      context.fillStyle = fill(box);
      context.fillRect(
        layout.left[box] * scale,
        top,
        Math.max(1, (layout.right[box] - layout.left[box]) * scale),
        Math.max(1, rowHeight),
      );
    }
  }

  /** Marks the seen part: from `from` to `to`, of the height (0 … 1, from the top). */
  mark(from: number, to: number): void {
    const height = this.element.clientHeight;
    const size = Math.max(MIN_MARK, (to - from) * height);
    const top = Math.max(0, Math.min(from * height, height - size));
    this.#mark.style.transform = `translateY(${top}px)`;
    this.#mark.style.height = `${size}px`;
  }

  #follow(event: PointerEvent): void {
    const { top, height } = this.element.getBoundingClientRect();
    if (height > 0) this.#scrollTo(Math.min(1, Math.max(0, (event.clientY - top) / height)));
    event.preventDefault();
  }
}
