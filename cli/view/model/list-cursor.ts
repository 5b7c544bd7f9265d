/** A place in a list of which a window is seen. */
export class ListCursor {
  index = 0;
  #top = 0;
  #height = 1;

  /** Moves by a key of lists; false for others. `length` is that of the list. */
  press(key: string, length: number): boolean {
    const page = Math.max(1, this.#height - 1);
    const target = this.#target(key, length, page);
    if (target === undefined) return false;
    this.index = Math.max(0, Math.min(length - 1, target));
    return true;
  }

  /** Goes to a place far away, which is then seen with what is around it. */
  jump(index: number): void {
    this.index = Math.max(0, index);
    if (index >= this.#top && index < this.#top + this.#height) return;
    this.#top = Math.max(0, index - Math.floor(this.#height / 2));
  }

  /** The first place to be seen in a window of `height` lines. */
  window(height: number, length: number): number {
    this.#height = Math.max(1, height);
    this.index = Math.max(0, Math.min(length - 1, this.index));
    const last = Math.max(0, length - this.#height);
    this.#top = Math.min(Math.max(0, Math.min(last, this.#top), this.index - this.#height + 1), this.index);
    return this.#top;
  }

  #target(key: string, length: number, page: number): number | undefined {
    switch (key) {
      case "<up>":
      case "k":
        return this.index - 1;
      case "<down>":
      case "j":
        return this.index + 1;
      case "<pageup>":
      case "<ctrl-b>":
        return this.index - page;
      case "<pagedown>":
      case "<ctrl-f>":
      case " ":
        return this.index + page;
      case "<home>":
      case "g":
        return 0;
      case "<end>":
      case "G":
        return length - 1;
      default:
        return undefined;
    }
  }
}
