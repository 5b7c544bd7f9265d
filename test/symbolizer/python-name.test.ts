import { expect, it } from "vitest";
import { parsePythonName } from "../../symbolizer/python-name.ts";

/** Entries as Python 3.13 wrote them. */
it.each([
  ["py::rounds:/root/work.py", "rounds work.py", "/root/work.py"],
  [
    "py::names.<locals>.<genexpr>:/root/my work.py",
    "names.<locals>.<genexpr> my work.py",
    "/root/my work.py",
  ],
  ["py::_find_and_load:<frozen importlib._bootstrap>", "_find_and_load <frozen importlib._bootstrap>", ""],
  ["py::<module>:<string>", "<module> <string>", ""],
])("CPython's %s in a perf map has a name and a file", (entry, name, file) => {
  expect(parsePythonName(entry)).toEqual({ name, file });
});

it.each(["py::rounds", "py:::", "JS:*f file:///a.mjs:1:1", "void Work.main(java.lang.String[])", ""])(
  "%s is none of CPython's",
  (entry) => {
    expect(parsePythonName(entry)).toBeUndefined();
  },
);
