import type { FunctionIdentity } from "./function-facts.ts";

/** Rows of functions and inlined calls are numbered in the order in which they were found; -1 is none. */
export const NO_SCOPE = -1;

/**
 * The functions and inlined calls that hold wanted addresses, as columns that grow. A row's parent is the function or
 * call into which it was inlined, or that it is nested in.
 */
export class Scopes {
  count = 0;
  parent = new Int32Array(256);
  /** 1: an inlined call, whose caller is the parent; 0: a function. */
  inlined = new Uint8Array(256);
  /** Bytes of code. */
  size = new Float64Array(256);
  /** Offset of the entry in `.debug_info` of its unit's file. */
  entry = new Float64Array(256);
  /** Where it was called from, of inlined ones: file of the unit's line table, line and column; 0: unknown. */
  callFile = new Int32Array(256);
  callLine = new Int32Array(256);
  callColumn = new Int32Array(256);
  /** Index of the line table that `callFile` counts in, as the resolver numbers them; -1: none. */
  lineTable = new Int32Array(256);
  /** Line of the function's declaration, 0 when unknown. */
  startLine = new Int32Array(256);
  /** The function; undefined until somebody asked for it. */
  readonly identity: (FunctionIdentity | undefined)[] = [];
  /** Source file of the call, "" when unknown. */
  readonly callFileName: string[] = [];

  add(parent: number, inlined: boolean, size: number, entry: number): number {
    if (this.count === this.parent.length) this.#grow();
    const row = this.count++;
    this.parent[row] = parent;
    this.inlined[row] = inlined ? 1 : 0;
    this.size[row] = size;
    this.entry[row] = entry;
    this.lineTable[row] = -1;
    this.identity.push(undefined);
    this.callFileName.push("");
    return row;
  }

  /** The caller into which `row` was inlined; `NO_SCOPE` for functions. */
  caller(row: number): number {
    return this.inlined[row] === 1 ? this.parent[row] : NO_SCOPE;
  }

  #grow(): void {
    this.parent = wider(this.parent);
    this.callFile = wider(this.callFile);
    this.callLine = wider(this.callLine);
    this.callColumn = wider(this.callColumn);
    this.lineTable = wider(this.lineTable);
    this.startLine = wider(this.startLine);
    const inlined = new Uint8Array(this.count * 2);
    inlined.set(this.inlined);
    this.inlined = inlined;
    const size = new Float64Array(this.count * 2);
    size.set(this.size);
    this.size = size;
    const entry = new Float64Array(this.count * 2);
    entry.set(this.entry);
    this.entry = entry;
  }
}

function wider(column: Int32Array): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(column.length * 2);
  wide.set(column);
  return wide;
}
