/**
 * Names for addresses of one binary (or one run-time compiler's output). The ELF symbol table and perf maps give one
 * frame an address; debug information gives several where calls were inlined.
 */
export interface Resolver {
  /** `addresses`: ascending, each once; ELF virtual addresses for binaries. Never throws on what the binary holds. */
  resolve(addresses: Float64Array): ResolvedFrames;
}

/** The frames of n addresses, as columns. */
export interface ResolvedFrames {
  /**
   * Frames of address i: rows `frameStart[i] … frameStart[i + 1] - 1`, innermost inlined callee first; none: unknown.
   * Has n + 1 entries.
   */
  frameStart: Int32Array;
  /** Name as the file bears it (mangled), one a row. Never empty. */
  name: string[];
  /**
   * Names of the namespaces, types and functions around a function whose own name does not tell them, outermost first,
   * as the file bears them. Absent: none is known in any row.
   */
  enclosing?: (readonly string[])[];
  /** Source file a row, "" when unknown. Absent columns: unknown in every row. */
  file?: string[];
  line?: Int32Array;
  column?: Int32Array;
  /** Line on which the function begins. */
  startLine?: Int32Array;
}

/** Frames of addresses that have at most one name each; undefined: unknown. */
export function singleFrames(names: readonly (string | undefined)[]): ResolvedFrames {
  const frameStart = new Int32Array(names.length + 1);
  const name: string[] = [];
  for (let i = 0; i < names.length; i++) {
    const text = names[i];
    if (text !== undefined && text !== "") name.push(text);
    frameStart[i + 1] = name.length;
  }
  return { frameStart, name };
}
