import type { Glyphs } from "../text/fit.ts";
import { bothEnds, type Line, span } from "../text/line.ts";
import { ListCursor } from "./list-cursor.ts";

/** Lines shown over a pane, from the cursor on. */
export class Overlay {
  readonly #title: string;
  readonly #lines: (width: number) => Line[];
  readonly #cursor = new ListCursor();
  /** Places where the cursor can be. */
  #length = 1;

  constructor(title: string, lines: (width: number) => Line[]) {
    this.#title = title;
    this.#lines = lines;
  }

  /** False for a key that does not scroll, which closes it. */
  press(key: string): boolean {
    return this.#cursor.press(key, this.#length);
  }

  /** The heading, and at most `height` lines. */
  lines(width: number, height: number, glyphs: Glyphs): Line[] {
    const all = this.#lines(width);
    // The cursor is the first line seen, so that moving scrolls at once.
    this.#length = Math.max(1, all.length - height + 1);
    const top = this.#cursor.window(1, this.#length);
    const below = all.length - top - height;
    const more = below > 0 ? `${below} more lines below` : "";
    const heading = bothEnds(
      [span(this.#title, { dim: true })],
      [span(`${more}  any other key closes `, { dim: true })],
      width,
      glyphs,
    );
    return [heading, ...all.slice(top, top + height)];
  }
}
