/**
 * Turns what a terminal sends into keys: `<up>`, `<enter>`, `<ctrl-c>` and the like, and a character for itself. Knows
 * what xterm, the Linux console, screen, tmux and rxvt send (ECMA-48 sequences; ctlseqs "PC-Style Function Keys").
 * A key may come in pieces over a slow line; an Esc with nothing behind it is told from a sequence by time, which is
 * the caller's business.
 */
const BY_FINAL = new Map([
  ["A", "<up>"],
  ["B", "<down>"],
  ["C", "<right>"],
  ["D", "<left>"],
  ["H", "<home>"],
  ["F", "<end>"],
  ["Z", "<shift-tab>"],
  ["M", "<enter>"],
]);
const BY_NUMBER = new Map([
  ["1", "<home>"],
  ["4", "<end>"],
  ["5", "<pageup>"],
  ["6", "<pagedown>"],
  ["7", "<home>"],
  ["8", "<end>"],
]);
const BY_BYTE = new Map([
  ["\r", "<enter>"],
  ["\n", "<enter>"],
  ["\t", "<tab>"],
  ["\x7f", "<backspace>"],
  ["\b", "<backspace>"],
]);

/** A sequence longer than this is none: something else was sent. */
const MAX_SEQUENCE = 32;

export class KeyDecoder {
  #rest = "";

  /** Whether an Esc, or the beginning of a sequence, waits for what comes next. */
  get isWaiting(): boolean {
    return this.#rest !== "";
  }

  /** The keys that are whole by now. */
  push(text: string): string[] {
    this.#rest += text;
    const keys: string[] = [];
    while (this.#rest !== "") {
      const length = sequenceLength(this.#rest);
      if (length === undefined) break;
      const key = keyOf(this.#rest.slice(0, length));
      if (key !== "") keys.push(key);
      this.#rest = this.#rest.slice(length);
    }
    return keys;
  }

  /** Nothing came: an Esc was one. */
  flush(): string[] {
    const wasEscape = this.#rest.startsWith("\x1b");
    this.#rest = "";
    return wasEscape ? ["<escape>"] : [];
  }
}

/** Length of the first key of `text`; undefined while it is not whole. */
function sequenceLength(text: string): number | undefined {
  if (text[0] !== "\x1b") return String.fromCodePoint(text.codePointAt(0) ?? 0).length;
  if (text.length === 1) return undefined;
  if (text[1] === "\x1b") return 1;
  if (text[1] === "O") return text.length < 3 ? undefined : 3;
  // Alt and a character: two bytes that mean nothing here.
  if (text[1] !== "[") return 2;
  // The Linux console's function keys: "[[" and a letter.
  if (text[2] === "[") return text.length < 4 ? undefined : 4;
  for (let at = 2; at < text.length && at < MAX_SEQUENCE; at++) {
    if (/[@-~]/.test(text[at])) return at + 1;
  }
  return text.length < MAX_SEQUENCE ? undefined : MAX_SEQUENCE;
}

/** "" for what is no key that is known. */
function keyOf(sequence: string): string {
  if (sequence.startsWith("\x1b")) {
    if (sequence === "\x1b") return "<escape>";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    const [, number, final] = /^\x1b[[O](\d*)[\d;:]*([A-Za-z~])$/.exec(sequence) ?? [];
    if (final === undefined) return "";
    return (final === "~" ? BY_NUMBER.get(number) : BY_FINAL.get(final)) ?? "";
  }
  const key = BY_BYTE.get(sequence);
  if (key !== undefined) return key;
  const code = sequence.charCodeAt(0);
  if (code > 0 && code < 0x1b) return `<ctrl-${String.fromCharCode(0x60 + code)}>`;
  return code < 0x20 ? "" : sequence;
}
