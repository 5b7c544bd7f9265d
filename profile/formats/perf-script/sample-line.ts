import { Ascii, isDigit } from "../text/ascii.ts";

/** Where the parts of the line that begins a sample lie, as offsets into its bytes; -1 or an empty range: not there. */
export interface SampleLine {
  commStart: number;
  commEnd: number;
  pid: number;
  tid: number;
  cpu: number;
  /** Nanoseconds on perf's clock; NaN when there is no time. */
  timeNanos: number;
  /** NaN when there is none. */
  period: number;
  /** Without its last colon. */
  eventStart: number;
  eventEnd: number;
  /** What follows the event: the only frame of a sample without call chain, or a tracepoint's fields. */
  restStart: number;
}

/** A comm has 16 bytes at most, so all that matters lies in the first words; more are not looked at. */
const MAX_WORDS = 24;

/**
 * Understands the line that begins a sample, whichever fields `perf script -F` was asked for:
 *
 *     comm with spaces  1234/1240  [003]  KU  12985.105276:  5025125 cpu-clock:pppH:  rest
 *
 * Its anchor is the time, or without time the event; names before it may hold any bytes. One object is used for all
 * lines: this runs a million times.
 */
export class SampleLineParser {
  readonly line: SampleLine = {
    commStart: 0,
    commEnd: 0,
    pid: -1,
    tid: -1,
    cpu: -1,
    timeNanos: Number.NaN,
    period: Number.NaN,
    eventStart: 0,
    eventEnd: 0,
    restStart: 0,
  };
  readonly #wordStart = new Int32Array(MAX_WORDS);
  readonly #wordEnd = new Int32Array(MAX_WORDS);
  #words = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  /** Whether the bytes are such a line; `line` then has its parts. */
  parse(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#split(start, end);
    if (this.#words === 0) return false;
    const time = this.#timeWord();
    const line = this.line;
    line.timeNanos = time < 0 ? Number.NaN : this.#time(time);
    line.period = Number.NaN;
    line.restStart = end;
    if (time >= 0) {
      if (!this.#takeEvent(time + 1, end)) return this.#takeTask(time);
      return this.#takeTask(time);
    }
    const event = this.#eventWord();
    if (event < 0) {
      line.eventStart = line.eventEnd = end;
      return this.#takeTask(this.#words) && line.tid >= 0;
    }
    const period = event - 1;
    const hasPeriod = period > 0 && this.#isNumber(period) && this.#isPadded(period);
    this.#takeEvent(hasPeriod ? period : event, end);
    return this.#takeTask(hasPeriod ? period : event) && (line.tid >= 0 || event === 0);
  }

  #split(start: number, end: number): void {
    const bytes = this.#bytes;
    let at = start;
    this.#words = 0;
    while (this.#words < MAX_WORDS) {
      while (at < end && bytes[at] === Ascii.space) at++;
      if (at === end) return;
      this.#wordStart[this.#words] = at;
      while (at < end && bytes[at] !== Ascii.space) at++;
      this.#wordEnd[this.#words++] = at;
    }
  }

  /** The first word of the form `123.456:`; -1 when there is none. */
  #timeWord(): number {
    const bytes = this.#bytes;
    for (let word = 0; word < this.#words; word++) {
      const last = this.#wordEnd[word] - 1;
      if (bytes[last] !== Ascii.colon) continue;
      let dots = 0;
      let at = this.#wordStart[word];
      while (at < last && (isDigit(bytes[at]) || (bytes[at] === Ascii.dot && dots++ === 0))) at++;
      if (at === last && dots === 1 && isDigit(bytes[this.#wordStart[word]])) return word;
    }
    return -1;
  }

  #time(word: number): number {
    const bytes = this.#bytes;
    const end = this.#wordEnd[word] - 1;
    let at = this.#wordStart[word];
    let seconds = 0;
    for (; bytes[at] !== Ascii.dot; at++) seconds = seconds * 10 + bytes[at] - Ascii.zero;
    let nanos = 0;
    let unit = 1e8;
    for (at++; at < end; at++) {
      nanos += (bytes[at] - Ascii.zero) * unit;
      unit /= 10;
    }
    return seconds * 1e9 + Math.round(nanos);
  }

  /** Without time: the first word that ends with a colon behind a number, a CPU or the flags of `-F misc`. */
  #eventWord(): number {
    const bytes = this.#bytes;
    for (let word = 0; word < this.#words; word++) {
      if (bytes[this.#wordEnd[word] - 1] !== Ascii.colon || this.#wordEnd[word] - this.#wordStart[word] < 2)
        continue;
      if (word === 0) {
        // `-F event`: nothing else is on the line.
        if (this.#words === 1) return 0;
        continue;
      }
      if (
        this.#isNumber(word - 1) ||
        this.#isPair(word - 1) ||
        this.#isCpu(word - 1) ||
        this.#isMisc(word - 1)
      ) {
        return word;
      }
    }
    return -1;
  }

  /** `[PERIOD] EVENT:` from `word` on. */
  #takeEvent(word: number, end: number): boolean {
    const line = this.line;
    let at = word;
    line.eventStart = line.eventEnd = end;
    if (at < this.#words && this.#isNumber(at) && at + 1 < this.#words && this.#endsWithColon(at + 1)) {
      line.period = this.#number(this.#wordStart[at], this.#wordEnd[at]);
      at++;
    }
    if (at >= this.#words) return false;
    if (!this.#endsWithColon(at)) {
      line.restStart = this.#wordStart[at];
      return false;
    }
    line.eventStart = this.#wordStart[at];
    line.eventEnd = this.#wordEnd[at] - 1;
    line.restStart = Math.min(end, this.#wordEnd[at] + 1);
    return true;
  }

  /** `COMM TID|PID/TID [CPU] MISC` before word `end`. */
  #takeTask(end: number): boolean {
    const line = this.line;
    let word = end - 1;
    line.pid = -1;
    line.tid = -1;
    line.cpu = -1;
    if (word > 0 && this.#isMisc(word) && (this.#isId(word - 1) || this.#isCpu(word - 1))) word--;
    if (word >= 0 && this.#isCpu(word)) {
      line.cpu = this.#number(this.#wordStart[word] + 1, this.#wordEnd[word] - 1);
      word--;
    }
    if (word >= 0 && this.#isId(word)) this.#takeId(word--);
    line.commStart = word < 0 ? 0 : this.#wordStart[0];
    line.commEnd = word < 0 ? 0 : this.#wordEnd[word];
    return true;
  }

  #takeId(word: number): void {
    const bytes = this.#bytes;
    const line = this.line;
    const start = this.#wordStart[word];
    const end = this.#wordEnd[word];
    let slash = start;
    while (slash < end && bytes[slash] !== Ascii.slash) slash++;
    if (slash < end) line.pid = this.#number(start, slash);
    line.tid = this.#number(slash < end ? slash + 1 : start, end);
  }

  #endsWithColon(word: number): boolean {
    return this.#bytes[this.#wordEnd[word] - 1] === Ascii.colon;
  }

  #isId(word: number): boolean {
    return this.#isNumber(word) || this.#isPair(word);
  }

  #isNumber(word: number): boolean {
    return this.#areDigits(this.#wordStart[word], this.#wordEnd[word]);
  }

  /** `123/124`; a process that perf could not tell is -1. */
  #isPair(word: number): boolean {
    const bytes = this.#bytes;
    const end = this.#wordEnd[word];
    let slash = this.#wordStart[word];
    while (slash < end && bytes[slash] !== Ascii.slash) slash++;
    if (slash === end) return false;
    return this.#isSigned(this.#wordStart[word], slash) && this.#isSigned(slash + 1, end);
  }

  #isSigned(start: number, end: number): boolean {
    return this.#areDigits(this.#bytes[start] === Ascii.minus ? start + 1 : start, end);
  }

  #isCpu(word: number): boolean {
    const start = this.#wordStart[word];
    const last = this.#wordEnd[word] - 1;
    return (
      this.#bytes[start] === Ascii.bracket &&
      this.#bytes[last] === Ascii.closeBracket &&
      this.#areDigits(start + 1, last)
    );
  }

  /** The flags of `-F misc`: capital letters, perhaps with `/`. */
  #isMisc(word: number): boolean {
    for (let at = this.#wordStart[word]; at < this.#wordEnd[word]; at++) {
      const byte = this.#bytes[at];
      if ((byte < 65 || byte > 90) && byte !== Ascii.slash) return false;
    }
    return true;
  }

  /** perf pads a period to ten columns, so it stands behind two spaces or has ten digits. */
  #isPadded(word: number): boolean {
    const start = this.#wordStart[word];
    return this.#bytes[start - 2] === Ascii.space || this.#wordEnd[word] - start >= 10;
  }

  #areDigits(start: number, end: number): boolean {
    if (start >= end) return false;
    for (let at = start; at < end; at++) if (!isDigit(this.#bytes[at])) return false;
    return true;
  }

  #number(start: number, end: number): number {
    const isNegative = this.#bytes[start] === Ascii.minus;
    let value = 0;
    for (let at = isNegative ? start + 1 : start; at < end; at++)
      value = value * 10 + this.#bytes[at] - Ascii.zero;
    return isNegative ? -value : value;
  }
}
