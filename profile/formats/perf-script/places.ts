import { baseName } from "../../frame-name.ts";
import { GrowableFloat64, GrowableInt32 } from "../../growable.ts";
import { StackBuilder } from "../../stack-builder.ts";
import type { ImportBuilder, ImportLine } from "../import-builder.ts";
import { ByteInterner } from "../text/byte-interner.ts";
import { parsePerfFrame } from "./frame-line.ts";

const NO_SOURCE = -1;

/**
 * The distinct frame lines of a `perf script` text, each understood once. A place is a frame line with its source
 * line; places of one address, of which all but the last say `(inlined)`, are one location:
 *
 *     1214 inner+0x44 (inlined)        ┐
 *     1214 middle+0x44 (inlined)       ├ one location of three lines
 *     1214 work+0x44 (/usr/bin/app)    ┘
 *     124c recurse+0x1c (/usr/bin/app)
 */
export class Places {
  readonly #builder: ImportBuilder;
  readonly #frameTexts = new ByteInterner();
  readonly #sourceTexts = new ByteInterner();
  /** The place of each frame text without a source line. */
  readonly #placeOfText = new GrowableInt32(1024);
  /** (frame text, source text) of places with a source line; `#placeOfPair` has their places. */
  readonly #pairs = new StackBuilder();
  readonly #placeOfPair = new GrowableInt32();
  readonly #textOfPlace = new GrowableInt32(1024);
  readonly #address = new GrowableFloat64(1024);
  readonly #mapping = new GrowableInt32(1024);
  /** Row of the builder's functions; -1 when the place has no name. */
  readonly #function = new GrowableInt32(1024);
  readonly #line = new GrowableInt32(1024);
  readonly #isInlined = new GrowableInt32(1024);
  /** The location of a place that stands alone; -1 until asked for. */
  readonly #location = new GrowableInt32(1024);

  constructor(builder: ImportBuilder) {
    this.#builder = builder;
  }

  /** The place of a frame line, given without the blanks around it. */
  of(bytes: Uint8Array, start: number, end: number): number {
    const text = this.#frameTexts.intern(bytes, start, end);
    if (text < this.#placeOfText.length) return this.#placeOfText.get(text);
    const place = this.#add(text, NO_SOURCE);
    this.#placeOfText.push(place);
    return place;
  }

  /** The same place with the source line that follows it: `file.c:12`, perhaps with ` (inlined)` behind. */
  withSource(place: number, bytes: Uint8Array, start: number, end: number): number {
    const text = this.#textOfPlace.get(place);
    const source = this.#sourceTexts.intern(bytes, start, end);
    const pair = this.#pairs.child(text, source);
    if (pair < this.#placeOfPair.length) return this.#placeOfPair.get(pair);
    const added = this.#add(text, source);
    this.#placeOfPair.push(added);
    return added;
  }

  isInlined(place: number): boolean {
    return this.#isInlined.get(place) !== 0;
  }

  /** Whether the compiler put `callee` into `caller`, both being places of one address. */
  belongTogether(callee: number, caller: number): boolean {
    return this.isInlined(callee) && this.#address.get(callee) === this.#address.get(caller);
  }

  /** The location of a place that is no part of a chain of inlined calls. */
  location(place: number): number {
    const known = this.#location.get(place);
    if (known >= 0) return known;
    const location = this.chainLocation([place]);
    this.#location.set(place, location);
    return location;
  }

  /** The location of places of one address, innermost first. */
  chainLocation(chain: readonly number[]): number {
    const outermost = chain[chain.length - 1];
    const lines: ImportLine[] = [];
    for (const place of chain) {
      const named = this.#function.get(place);
      if (named >= 0) lines.push({ function: named, line: this.#line.get(place), column: 0 });
    }
    return this.#builder.location(this.#mapping.get(outermost), this.#address.get(outermost), lines);
  }

  #add(text: number, source: number): number {
    const frame = parsePerfFrame(this.#frameTexts.text(text));
    const { file, line, isInlined } = parseSource(
      source === NO_SOURCE ? "" : this.#sourceTexts.text(source),
      frame.module,
    );
    this.#textOfPlace.push(text);
    this.#address.push(frame.address);
    this.#mapping.push(this.#builder.module(frame.module));
    this.#function.push(frame.name === "" ? -1 : this.#builder.function(frame.name, file));
    this.#line.push(line);
    this.#isInlined.push(frame.isInlined || isInlined ? 1 : 0);
    return this.#location.push(-1);
  }
}

/** `file.c:12 (inlined)`. Where perf knows no line it prints `:0`, `??:0` or the module and an address. */
function parseSource(text: string, module: string): { file: string; line: number; isInlined: boolean } {
  const isInlined = text.endsWith(" (inlined)");
  const place = (isInlined ? text.slice(0, -" (inlined)".length) : text).replace(
    / \(discriminator \d+\)$/,
    "",
  );
  const colon = place.lastIndexOf(":");
  const line = Number(place.slice(colon + 1));
  const file = place.slice(0, Math.max(0, colon));
  if (colon < 0 || !Number.isSafeInteger(line) || file === "" || file === "??" || file === baseName(module)) {
    return { file: "", line: 0, isInlined };
  }
  return { file, line: Math.max(0, Math.min(line, 2 ** 31 - 1)), isInlined };
}
