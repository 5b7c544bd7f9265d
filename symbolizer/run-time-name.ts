import { erlangFunction } from "./erlang-name.ts";
import { javaNameWithoutResult } from "./java-name.ts";
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
}

/** Splits the names that V8 and CPython give into name and place in the source; leaves of those that Java and Erlang give what tells the function. */
export function runTimeName(entry: string): RunTimeName {
  const v8 = parseV8Name(entry);
  if (v8 !== undefined) return { name: v8.name, file: v8.file, startLine: v8.startLine, v8 };
  const python = parsePythonName(entry);
  if (python !== undefined) return { ...python, startLine: 0, v8 };
  return { name: javaNameWithoutResult(entry) ?? erlangFunction(entry) ?? entry, file: "", startLine: 0, v8 };
}
