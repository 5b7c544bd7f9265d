import { MangledText } from "../mangled-text.ts";
import { ENDLESS, Unreadable } from "../unreadable.ts";

const MAX_LENGTH = 64 * 1024;

/** A name of D that is being read: its parts, as text, from left to right, some of which refer back to where they stood before. */
export class DText extends MangledText {
  /** Types may refer back to what is before this only: so no type is part of itself. */
  #typesBefore: number;

  constructor(text: string) {
    super(text);
    this.#typesBefore = text.length;
  }

  /** What `read` makes of a part of a part. Throws `Unreadable` where it is too long, too. */
  part(read: (text: DText) => string): string {
    const part = this.deeper(read);
    if (part.length > MAX_LENGTH) throw new Unreadable(ENDLESS);
    return part;
  }

  override attempt<T>(read: () => T): T | undefined {
    const before = this.#typesBefore;
    const part = super.attempt(read);
    if (part === undefined) this.#typesBefore = before;
    return part;
  }

  /** What comes as the sticky `pattern` has it. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw new Unreadable();
    this.at += found.length;
    return found;
  }

  untilZ(read: (text: DText) => string): string {
    const parts: string[] = [];
    while (!this.eat("Z")) parts.push(this.part(read));
    return parts.join(", ");
  }

  /** A number, and so many parts. */
  counted(read: (text: DText) => string): string {
    const parts: string[] = [];
    for (let left = this.number(); left > 0; left--) parts.push(read(this));
    return parts.join(", ");
  }

  /** What `read` makes of the identifier that is referred to. */
  identifierReferredTo(read: (text: DText) => string): string {
    const place = this.#reference();
    if (!this.#isDigitAt(place)) throw new Unreadable();
    return this.#elsewhere(place, read);
  }

  typeReferredTo(read: (text: DText) => string): string {
    const from = this.at;
    if (from >= this.#typesBefore) throw new Unreadable();
    const place = this.#reference();
    const before = this.#typesBefore;
    this.#typesBefore = from;
    const type = this.#elsewhere(place, read);
    this.#typesBefore = before;
    return type;
  }

  /** The first character of what comes, be it here or where a reference leads to. */
  peekThrough(): string {
    return this.text.charAt(this.#placeAhead());
  }

  /** Whether a part of a qualified name comes. */
  isSymbol(): boolean {
    return this.#isDigitAt(this.#placeAhead()) || this.isTemplate();
  }

  isTemplate(): boolean {
    return this.text.startsWith("__T", this.at) || this.text.startsWith("__U", this.at);
  }

  isMangled(): boolean {
    const here = this.at;
    const is = this.eat("_D") && this.isSymbol();
    this.at = here;
    return is;
  }

  #placeAhead(): number {
    if (this.peek() !== "Q") return this.at;
    const here = this.at;
    const place = this.attempt(() => this.#reference());
    this.at = here;
    return place ?? here;
  }

  #isDigitAt(at: number): boolean {
    return this.isDigit(at - this.at);
  }

  /** `Q` and a distance back in base 26, the last digit a small letter. Gives the place referred to. */
  #reference(): number {
    const from = this.at;
    this.expect("Q");
    let distance = 0;
    for (const letter of this.take(/[A-Z]{0,6}[a-z]/y))
      distance = 26 * distance + (letter.toLowerCase().charCodeAt(0) - 97);
    if (distance === 0 || distance > from) throw new Unreadable();
    return from - distance;
  }

  /** What `read` makes of the place at `at`; then goes on from here. */
  #elsewhere(at: number, read: (text: DText) => string): string {
    const here = this.at;
    this.at = at;
    const part = this.part(read);
    this.at = here;
    return part;
  }
}
