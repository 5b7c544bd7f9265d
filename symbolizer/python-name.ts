import { baseName } from "../profile/frame-name.ts";

/**
 * CPython, started with `-X perf`, writes each function into a perf map as `py::NAME:FILE` (Python/perf_trampoline.c):
 *
 *     py::Parser.parse:/srv/app/parser.py      py::_find_and_load:<frozen importlib._bootstrap>
 */
export interface PythonName {
  /** `Parser.parse parser.py`: functions of the same name are told apart by their file. */
  name: string;
  /** Path of the source; "" of what is in no file. */
  file: string;
}

const SHAPE = /^py::(.+?):([/<].*)$/;

/** The parts of a perf map's entry, if it is one of CPython's. */
export function parsePythonName(entry: string): PythonName | undefined {
  const match = SHAPE.exec(entry);
  if (!match) return undefined;
  const [, name, file] = match;
  return { name: `${name} ${baseName(file)}`, file: file.startsWith("/") ? file : "" };
}
