import { ProfileFormatError } from "../../format-error.ts";
import { UNKNOWN_NAME } from "../../frame-name.ts";
import type { ImportBuilder, ImportLine } from "../import-builder.ts";
import {
  indexOf,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  objectAt,
  positionOf,
  textOf,
} from "../json.ts";

/** Calls inlined into one another at one address; more are damage, or another compiler than we know of. */
const MAX_INLINED = 256;

/** The stacks of one thread of a Firefox profile, as rows of ours. Its tables may be the thread's own or shared. */
export class ThreadStacks {
  readonly #builder: ImportBuilder;
  readonly #libs: readonly unknown[];
  readonly #strings: readonly unknown[];
  readonly #sources: JsonObject;
  readonly #prefix: Int32Array;
  readonly #frame: Int32Array;
  readonly #frames: JsonObject;
  readonly #funcs: JsonObject;
  readonly #resources: JsonObject;
  readonly #mappings: (number | undefined)[] = [];
  /** For each row the one that it is inlined into in the end, or itself. */
  readonly #start: Int32Array;
  /** Our rows, or -1 where nobody has asked yet. */
  readonly #rows: Int32Array;

  constructor(builder: ImportBuilder, thread: JsonObject, shared: JsonObject, libs: readonly unknown[]) {
    const table = (name: string) => objectAt(thread[name] ?? shared[name], `“${name}” of a thread`);
    this.#builder = builder;
    this.#libs = libs;
    this.#strings = listOf(thread.stringArray ?? shared.stringArray);
    this.#sources = isObject(shared.sources) ? shared.sources : {};
    this.#frames = table("frameTable");
    this.#funcs = table("funcTable");
    this.#resources = table("resourceTable");
    const stackTable = table("stackTable");
    const frameCount = listOf(this.#frames.func).length;
    const frame = listOf(stackTable.frame);
    const prefix = listOf(stackTable.prefix);
    this.#frame = Int32Array.from(frame, (index) => indexOf(index, frameCount));
    this.#prefix = Int32Array.from(frame, (_, row) =>
      prefix[row] === null ? -1 : indexOf(prefix[row], row),
    );
    if (this.#frame.includes(-1) || this.#prefix.some((above, row) => above < 0 && prefix[row] !== null)) {
      throw new ProfileFormatError(
        "The stacks of the Firefox profile are damaged: one names a row that is not there.",
      );
    }
    this.#start = this.#chainStarts();
    this.#rows = new Int32Array(this.#frame.length).fill(-1);
  }

  /** Our row for a row of `stackTable`, found when it is first asked for. */
  row(stack: unknown): number {
    const asked = indexOf(stack, this.#rows.length);
    if (asked < 0) {
      throw new ProfileFormatError(
        "The samples of the Firefox profile are damaged: one names a stack that is not there.",
      );
    }
    const missing: number[] = [];
    for (let up = asked; up >= 0 && this.#rows[up] < 0; up = this.#prefix[this.#start[up]]) missing.push(up);
    for (let row = missing.pop(); row !== undefined; row = missing.pop()) {
      const above = this.#prefix[this.#start[row]];
      const caller = above < 0 ? -1 : this.#rows[above];
      this.#rows[row] = this.#builder.stacks.child(caller, this.#location(row, this.#start[row]));
    }
    return this.#rows[asked];
  }

  #chainStarts(): Int32Array {
    const start = Int32Array.from(this.#frame, (_, row) => row);
    const depths = listOf(this.#frames.inlineDepth);
    const addresses = listOf(this.#frames.address);
    for (let row = 0; row < start.length; row++) {
      const above = this.#prefix[row];
      if (above < 0) continue;
      const [inner, outer] = [this.#frame[row], this.#frame[above]];
      const depth = numberOf(depths[inner]);
      if (depth < 1 || depth > MAX_INLINED || depth !== numberOf(depths[outer]) + 1) continue;
      if (addresses[inner] === addresses[outer]) start[row] = start[above];
    }
    return start;
  }

  /** The location of the frames from `row` up to `start`, which are one address. */
  #location(row: number, start: number): number {
    const lines: ImportLine[] = [];
    for (let at = row; ; at = this.#prefix[at]) {
      lines.push(this.#line(this.#frame[at]));
      if (at === start) break;
    }
    const outermost = this.#frame[start];
    const mapping = this.#mapping(outermost);
    // Addresses count from the beginning of a library: without one they tell nothing.
    const address = mapping < 0 ? 0 : numberOf(listOf(this.#frames.address)[outermost], -1);
    return this.#builder.location(mapping, Math.max(0, address), lines);
  }

  #line(frame: number): ImportLine {
    const func = this.#func(frame);
    const startLine = positionOf(listOf(this.#funcs.lineNumber)[func]);
    const name = this.#text(listOf(this.#funcs.name)[func]) || UNKNOWN_NAME;
    return {
      function: this.#builder.function(name, this.#file(func), startLine),
      line: positionOf(listOf(this.#frames.line)[frame]),
      column: positionOf(listOf(this.#frames.column)[frame]),
    };
  }

  #func(frame: number): number {
    return indexOf(listOf(this.#frames.func)[frame], listOf(this.#funcs.name).length);
  }

  #file(func: number): string {
    const source = listOf(this.#funcs.source)[func];
    if (typeof source === "number") return this.#text(listOf(this.#sources.filename)[source]);
    return this.#text(listOf(this.#funcs.fileName)[func]);
  }

  #mapping(frame: number): number {
    const resource = listOf(this.#funcs.resource)[this.#func(frame)];
    if (typeof resource !== "number" || resource < 0) return -1;
    const lib = indexOf(listOf(this.#resources.lib)[resource], this.#libs.length);
    if (lib < 0) return -1;
    this.#mappings[lib] ??= this.#addMapping(this.#libs[lib]);
    return this.#mappings[lib] ?? -1;
  }

  #addMapping(lib: unknown): number {
    if (!isObject(lib)) return -1;
    const codeId = textOf(lib.codeId);
    const path = textOf(lib.path) || textOf(lib.debugPath) || textOf(lib.name) || textOf(lib.debugName);
    return this.#builder.module(path, /^[0-9a-f]+$/i.test(codeId) ? codeId.toLowerCase() : "");
  }

  #text(index: unknown): string {
    return typeof index === "number" ? textOf(this.#strings[index]) : "";
  }
}
