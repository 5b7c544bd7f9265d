/** Draws whole screens, of which only the lines that changed are sent: terminals may be far away. */

/** Alternate screen, hidden cursor, no wrapping (so that a line too wide stays one). */
export const ENTER_SCREEN = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J\x1b[H";
/** Cleared first, for terminals without an alternate screen (the Linux console). */
export const LEAVE_SCREEN = "\x1b[0m\x1b[2J\x1b[H\x1b[?7h\x1b[?25h\x1b[?1049l";

export class Screen {
  #shown: string[] = [];

  /** What to send so that the terminal shows these lines. */
  update(lines: readonly string[]): string {
    let output = "";
    for (const [row, line] of lines.entries()) {
      if (this.#shown[row] === line) continue;
      // Erased before: behind the last column there is no place from which to erase the rest.
      output += `\x1b[${row + 1};1H\x1b[2K${line}`;
    }
    this.#shown = lines.slice();
    return output;
  }

  /** The terminal shows something else by now: everything is sent next time. */
  forget(): void {
    this.#shown = [];
  }
}
