import { expect, test } from "vitest";
import { debugFileFinder } from "../../symbolizer/debug-files/finder.ts";
import { createDemangler } from "../../symbolizer/demangle.ts";
import { frameNames } from "../../symbolizer/frame-names.ts";
import { openBinary } from "../../symbolizer/open-binary.ts";
import { corpusFiles } from "./dwarf/corpus/corpus.ts";
import { judge } from "./judges.ts";

/** A function that the symbol table has. */
interface FunctionSymbol {
  address: number;
  name: string;
}

/**
 * GCC tells no linkage name of functions that only their file knows, so what is around them must be put together from
 * the tree. Their symbols have it: demangled by binutils they are the judge.
 */
test.each([
  "g++ -O0 DWARF 4",
  "g++ -O0 DWARF 5",
  "g++ -O2 DWARF 5",
  "g++ -O2 LTO",
  "g++ -O2 type units DWARF 4",
  "g++ -O2 DWARF 4 split, packaged",
  "g++ -O2 DWARF 5, dwz -m",
  "g++ -O2 DWARF 5, 64-bit format",
])("functions without linkage name get their namespaces and types: %s", async (name) => {
  const file = corpusFiles("small").find((one) => one.name === name);
  if (file === undefined) throw new Error(`${name} is not of the corpus`);
  const symbols = functionSymbols(file.path);
  const finder = debugFileFinder({ standardFolder: "/nonexistent" });
  const opened = await openBinary(file.path, { inlines: true, finder });
  if (opened.found === undefined) throw new Error(opened.missing);
  using binary = Object.assign(opened.found, { [Symbol.dispose]: opened.found.close });
  const frames = binary.resolve(Float64Array.from(symbols, ({ address }) => address));
  const demangler = createDemangler();
  const demangle = (text: string) => demangler.demangle(text);
  let enclosed = 0;
  for (const [i, symbol] of symbols.entries()) {
    const outermost = frames.frameStart[i + 1] - 1;
    if (outermost < frames.frameStart[i] || (frames.enclosing?.[outermost] ?? []).length === 0) continue;
    enclosed++;
    const names = frameNames(frames, outermost, demangle);
    expect(names.linkageName).toBe("");
    expect(bare(symbol.name)).toBe(bare(names.name));
  }
  console.info(`${name}: ${enclosed} of ${symbols.length} functions named by what is around them`);
  expect(enclosed).toBeGreaterThan(0);
  expect(binary.problems()).toEqual([]);
});

/** Functions by ascending address; of several at one address the first. */
function functionSymbols(path: string): FunctionSymbol[] {
  const known = new Map<number, string>();
  for (const line of judge("nm", ["-C", "-n", path]).split("\n")) {
    const [, address, name] = /^([0-9a-f]+) [tTwW] (.*)$/.exec(line) ?? [];
    if (address === undefined || name.startsWith("_") || known.has(Number.parseInt(address, 16))) continue;
    known.set(Number.parseInt(address, 16), name);
  }
  return [...known].map(([address, name]) => ({ address, name }));
}

/** Without result type, arguments, template arguments, and what compilers add: `int a::f<int>(int) [clone .cold]` is `a::f`. */
function bare(name: string): string {
  let text = name
    .replaceAll("(anonymous namespace)", "{anonymous}")
    .replaceAll("operator()", "{call}")
    .replace(/\{lambda[^{}]*\}(#\d+)?/g, "{lambda}")
    .replace(/ \[clone .*| const$/g, "");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/\([^()]*\)|<[^<>]*>/g, "");
  }
  return text.replace(/ const$/, "").replace(/^.* /, "");
}
