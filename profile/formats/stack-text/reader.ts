import { ProfileFormatError } from "../../format-error.ts";
import { GrowableFloat64, GrowableInt32 } from "../../growable.ts";
import { LabelColumns } from "../../label-columns.ts";
import { LabelKey, type Profile } from "../../profile.ts";
import { decodeUtf8 } from "../../text-codec.ts";
import { TupleInterner } from "../../tuple-interner.ts";
import { ImportBuilder } from "../import-builder.ts";
import { Ascii, skipBlanks, trimEnd } from "../text/ascii.ts";
import { ByteInterner } from "../text/byte-interner.ts";
import { LineSplitter } from "../text/line-splitter.ts";
import { parseDtraceFrame, parseStapFrame } from "./frame.ts";
import { TextFrames } from "./text-frames.ts";

export type StackTextDialect = "stap" | "dtrace";

const PARSERS = { stap: parseStapFrame, dtrace: parseDtraceFrame };
const TOOLS = { stap: "SystemTap", dtrace: "DTrace" };
/** A line that is nothing but a count, perhaps with a word or mark before it: `12`, `count: 12`. */
const COUNT = /^(?:[\w #@-]{0,32}[:=]\s*)?(-?\d{1,15})$/;

/**
 * Reads stacks as the usual scripts of SystemTap and DTrace print them: frames leaf first, then a line with their
 * count. A kernel stack followed by a user stack is one stack. A line that is neither frame nor count, just before a
 * stack, names its process:
 *
 *     mysqld
 *      0xffffffff8104f45a : native_write_msr+0xa/0x20 [kernel]
 *      0x401136 : main+0x16/0x30 [/usr/sbin/mysqld]
 *         12
 *
 * Throws `ProfileFormatError` when there is no stack with a count. Stacks without a count are told in a warning.
 */
export class StackTextReader {
  readonly #builder = new ImportBuilder();
  readonly #frames: TextFrames;
  readonly #dialect: StackTextDialect;
  readonly #splitter = new LineSplitter((bytes, start, end) => this.#line(bytes, start, end));
  readonly #comms = new ByteInterner();
  readonly #rows = new TupleInterner();
  readonly #counts = new GrowableFloat64();
  /** Locations of the current stack, leaf first. */
  #stack = new GrowableInt32();
  /** Row of `#comms`; -1 when the stack has no name. */
  #comm = -1;
  #stacksWithoutCount = 0;

  constructor(dialect: StackTextDialect) {
    this.#dialect = dialect;
    this.#frames = new TextFrames(this.#builder, PARSERS[dialect]);
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  finish(): Profile {
    this.#splitter.finish();
    this.#dropStack();
    const { length } = this.#rows;
    if (length === 0) {
      throw new ProfileFormatError(`The text has no stack of ${TOOLS[this.#dialect]} with a count below it.`);
    }
    const builder = this.#builder;
    const commKey = builder.string(LabelKey.comm);
    const labels = new LabelColumns(length);
    const stack = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      stack[row] = this.#rows.word(this.#rows.start(row));
      const comm = this.#rows.word(this.#rows.start(row) + 1);
      if (comm >= 0) labels.addText(row, commKey, builder.string(this.#comms.text(comm)));
    }
    return builder.finishCounts(stack, this.#counts.finish(), labels, TOOLS[this.#dialect], {
      what: "Left out what has no count below it",
      count: this.#stacksWithoutCount,
      unit: "stacks",
    });
  }

  #line(bytes: Uint8Array, lineStart: number, lineEnd: number): void {
    const end = trimEnd(bytes, lineStart, lineEnd);
    const start = skipBlanks(bytes, lineStart, end);
    if (start === end) return;
    const location = this.#frames.location(bytes, start, end);
    if (location >= 0) {
      this.#stack.push(location);
      return;
    }
    const [, count] = COUNT.exec(end - start > 64 ? "" : decodeUtf8(bytes.subarray(start, end))) ?? [];
    if (count !== undefined) this.#endStack(Number(count));
    else {
      this.#dropStack();
      this.#comm = this.#comms.intern(bytes, start, bytes[end - 1] === Ascii.colon ? end - 1 : end);
    }
  }

  #endStack(count: number): void {
    if (this.#stack.length > 0) {
      let row = -1;
      for (let at = this.#stack.length - 1; at >= 0; at--) {
        row = this.#builder.stacks.child(row, this.#stack.get(at));
      }
      this.#rows.add(row);
      this.#rows.add(this.#comm);
      const sample = this.#rows.intern();
      if (sample === this.#counts.length) this.#counts.push(0);
      this.#counts.add(sample, count);
    }
    this.#clear();
  }

  #dropStack(): void {
    if (this.#stack.length > 0) this.#stacksWithoutCount++;
    this.#clear();
  }

  #clear(): void {
    this.#stack.length = 0;
    this.#comm = -1;
  }
}
