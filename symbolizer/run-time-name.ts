import { erlangFunction } from "./erlang-name.ts";
import { javaNameWithoutResult } from "./java-name.ts";
import { jscFunction } from "./jsc-name.ts";
import { parsePythonName } from "./python-name.ts";
import { parseV8Name, type V8Name } from "./v8-name.ts";

/** What a run-time compiler's name of a function tells. */
export interface RunTimeName {
  /** For people. */
  name: string;
  /** Path or URL of its source, "" when unknown. */
  file: string;
  /** Line on which it begins, 0 when unknown. */
  startLine: number;
  /** As V8 tells it, if it does. */
  v8: V8Name | undefined;
  /** Whether the lines that a dump has beside the name are the source's, address by address. */
  hasOwnLines: boolean;
}

/** Splits the names that V8 and CPython give into name and place in the source; leaves of those that others give what tells the function. */
export function runTimeName(entry: string): RunTimeName {
  const v8 = parseV8Name(entry);
  if (v8 !== undefined) {
    const { name, file, startLine, isOptimized } = v8;
    // What V8 made without optimization has the lines of the bytecode, at the bytecode's offsets.
    return { name, file, startLine, v8, hasOwnLines: isOptimized };
  }
  const python = parsePythonName(entry);
  if (python !== undefined) return { ...python, startLine: 0, v8, hasOwnLines: true };
  const jsc = jscFunction(entry);
  const name = jsc ?? javaNameWithoutResult(entry) ?? erlangFunction(entry) ?? entry;
  // JavaScriptCore's lines are those of what Bun made of the source before.
  return { name, file: "", startLine: 0, v8, hasOwnLines: jsc === undefined };
}
