import type { ByteSource } from "../byte-source.ts";
import { decodeName, MAX_NAME_BYTES } from "../symbol-text.ts";

/** Small units and line tables lie one after another: one read from the file serves several. */
const WINDOW_BYTES = 128 * 1024;
/** What is larger is read by itself: half of the next ones may not be wanted. */
const SMALL_BYTES = 32 * 1024;
/** Nearly all names are shorter. */
const FIRST_TEXT_BYTES = 192;

/** Names of one unit lie together; those of a large file in some megabytes. */
const TEXT_PAGE_BYTES = 64 * 1024;
const MAX_TEXT_PAGES = 64;

const NOTHING = new Uint8Array(0);

/** A section that is read in pieces, mostly ascending. Of an absent section every piece is empty. */
export class SectionReader {
  readonly size: number;
  readonly #source: ByteSource | undefined;
  #window: Uint8Array = NOTHING;
  #windowStart = 0;
  readonly #textPages = new Map<number, Buffer>();

  constructor(source: ByteSource | undefined) {
    this.#source = source;
    this.size = source?.size ?? 0;
  }

  /** `length` bytes from `offset`, fewer where the section ends first. */
  read(offset: number, length: number): Uint8Array {
    const within = offset - this.#windowStart;
    if (within >= 0 && within + length <= this.#window.length) {
      return this.#window.subarray(within, within + length);
    }
    if (this.#source === undefined || !(offset >= 0 && offset < this.size)) return NOTHING;
    if (length > SMALL_BYTES) return this.#source.read(offset, length);
    this.#window = this.#source.read(offset, WINDOW_BYTES);
    this.#windowStart = offset;
    return this.#window.subarray(0, length);
  }

  /** A few bytes from anywhere, which move no window: the source keeps pages of its own. */
  peek(offset: number, length: number): Uint8Array {
    const within = offset - this.#windowStart;
    if (within >= 0 && within + length <= this.#window.length) {
      return this.#window.subarray(within, within + length);
    }
    return this.#source?.read(offset, length) ?? NOTHING;
  }

  /** The NUL-terminated string at `offset`, "" where there is none. */
  text(offset: number): string {
    const number = Math.floor(offset / TEXT_PAGE_BYTES);
    const page = this.#textPage(number);
    let at = offset - number * TEXT_PAGE_BYTES;
    const start = at;
    while (at < page.length && page[at] >= 0x20 && page[at] < 0x7f) at++;
    if (at < page.length && page[at] === 0) return page.toString("latin1", start, at);
    return this.#anyText(offset);
  }

  #textPage(number: number): Buffer {
    const known = this.#textPages.get(number);
    if (known !== undefined) return known;
    const bytes = this.peek(number * TEXT_PAGE_BYTES, TEXT_PAGE_BYTES);
    const page = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#textPages.size >= MAX_TEXT_PAGES) this.#textPages.clear();
    this.#textPages.set(number, page);
    return page;
  }

  /** Text that is not plain ASCII, or that lies in two pages. */
  #anyText(offset: number): string {
    for (let length = FIRST_TEXT_BYTES; ; length = MAX_NAME_BYTES) {
      const bytes = this.peek(offset, length);
      const nul = bytes.indexOf(0);
      if (nul >= 0) return decodeName(bytes.subarray(0, nul));
      if (length === MAX_NAME_BYTES || bytes.length < length) return decodeName(bytes);
    }
  }
}
