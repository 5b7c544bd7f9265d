import { ByteInterner } from "../text/byte-interner.ts";

/** Columns of values are one a sample and event; a text with more kinds of events than this is no recording. */
const MAX_EVENTS = 64;
const OTHER_EVENTS = "other events";
/** Events whose period is time: clocks in software. */
const CLOCKS = new Set(["cpu-clock", "task-clock"]);

/** The kinds of events of a `perf script` text, by name. */
export class PerfEvents {
  readonly #texts = new ByteInterner();
  readonly #eventOfText: number[] = [];
  readonly names: string[] = [];

  of(bytes: Uint8Array, start: number, end: number): number {
    const text = this.#texts.intern(bytes, start, end);
    if (text >= MAX_EVENTS * 16) return this.#named(OTHER_EVENTS);
    this.#eventOfText[text] ??= this.#named(eventName(this.#texts.text(text)));
    return this.#eventOfText[text];
  }

  #named(name: string): number {
    const known = this.names.indexOf(name);
    if (known >= 0) return known;
    if (this.names.length >= MAX_EVENTS - 1 && name !== OTHER_EVENTS) return this.#named(OTHER_EVENTS);
    return this.names.push(name) - 1;
  }
}

/** Without modifiers such as `:u` and `:pppH`; a tracepoint keeps its subsystem. */
function eventName(text: string): string {
  return text.replace(/:[ukhGHpPSDeIWb]+$/, "");
}

export function isClock(event: string): boolean {
  return CLOCKS.has(event);
}
