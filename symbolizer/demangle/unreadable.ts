/**
 * In place of a name: this one means more than anyone would read. A mangled name refers back to its parts, so some hundred
 * characters can mean gigabytes. Finding that out takes some milliseconds.
 */
export const ENDLESS = Symbol("endless");
export type Endless = typeof ENDLESS;

/** Thrown within this folder: what is read is no name, or (`answer`) means too much. */
export class Unreadable extends Error {
  readonly answer: Endless | undefined;

  constructor(answer?: Endless) {
    super();
    this.answer = answer;
  }
}

/** What `read` gives; where it throws `Unreadable`, its answer. */
export function answerOf<T>(read: () => T): T | Endless | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return error.answer;
    throw error;
  }
}
