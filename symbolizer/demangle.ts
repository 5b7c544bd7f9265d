import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as glue from "gecko-profiler-demangle/index_bg.js";
import { limitWasmMemory } from "./wasm-memory-limit.ts";

/** Longer mangled names stay as they are. */
const MAX_MANGLED_LENGTH = 8192;
/** Longer results are cut: no one reads them, and the profile carries every one. */
const MAX_DEMANGLED_LENGTH = 16 * 1024;
/**
 * 4 MiB, of which 1.1 are the demangler's own. A mangled name may refer back to its parts, so 200 characters can mean
 * gigabytes; such a name hits the bound within milliseconds.
 */
const MEMORY_PAGES = 64;
/** After so many names at which the demangler broke down, someone is playing with us: no more are tried. */
const MAX_BREAKDOWNS = 100;

/** Names for people. One instance per run: it remembers what it has demangled. */
export interface Demangler {
  /** The demangled name, or `name` itself when it is not a mangled one. */
  demangle(name: string): string;
}

/**
 * Itanium C++ names (`_Z`) and Rust names (legacy `_ZN…17h<hash>E`, whose hash is dropped, and v0 `_R`), by
 * gecko-profiler-demangle. Suffixes that compilers give to copies stay visible as c++filt shows them,
 * `f() [clone .cold]`; suffixes behind `@` (symbol version, `plt`) stay as they are. Throws when the package's wasm
 * file is not there.
 */
export function createDemangler(): Demangler {
  // Made when the first mangled name comes: a C program has none, and compiling the wasm takes its time.
  let run: ((name: string) => string) | undefined;
  let breakdowns = 0;
  const known = new Map<string, string>();

  function attempt(mangled: string): string | undefined {
    if (breakdowns >= MAX_BREAKDOWNS) return undefined;
    run ??= instantiate();
    try {
      const result = run(mangled);
      // What it doesn't know comes back without its leading underscores.
      return result === mangled || result === mangled.replace(/^_+/, "") || result === ""
        ? undefined
        : result;
    } catch {
      // Out of memory or of stack: the instance's state is lost with it.
      breakdowns++;
      run = instantiate();
      return undefined;
    }
  }

  function demangleNew(name: string): string {
    const at = name.indexOf("@");
    const symbol = at < 0 ? name : name.slice(0, at);
    if (symbol.length > MAX_MANGLED_LENGTH) return name;
    const plain = withCloneSuffix(symbol, attempt);
    if (plain === undefined) return name;
    const demangled = plain.replace(
      THUNK,
      (_, virtual, target) => `${virtual ? "" : "non-"}virtual thunk to ${target}`,
    );
    const shown =
      demangled.length > MAX_DEMANGLED_LENGTH ? `${demangled.slice(0, MAX_DEMANGLED_LENGTH)}…` : demangled;
    return at < 0 ? shown : shown + name.slice(at);
  }

  return {
    demangle(name) {
      if (!name.startsWith("_Z") && !name.startsWith("_R")) return name;
      const memo = known.get(name);
      if (memo !== undefined) return memo;
      const demangled = demangleNew(name);
      known.set(name, demangled);
      return demangled;
    },
  };
}

/** The package writes thunks as a term; these are the words of c++filt, gdb and perf. */
const THUNK = /^\{virtual override thunk\(\{(virtual )?offset\([-\d, ]*\)\}, (.*)\)\}/s;

/**
 * The suffix is taken off and put back here, because for Rust names the package drops it: a `.cold` part of a function
 * is not the function. `.llvm.1234` only tells apart same-named local symbols of modules and is dropped for Rust, as
 * rustc-demangle does.
 */
function withCloneSuffix(symbol: string, attempt: (name: string) => string | undefined): string | undefined {
  const dot = symbol.indexOf(".");
  // v0 names may hold dots only in the suffix, too; Itanium names never do elsewhere ("Mangled names … vendor suffix").
  if (dot < 0) return attempt(symbol);
  const base = attempt(symbol.slice(0, dot));
  if (base === undefined) return attempt(symbol);
  let suffix = symbol.slice(dot);
  if (isRust(symbol.slice(0, dot))) suffix = suffix.replace(/\.llvm\.[0-9A-Fa-f]+(?=\.|$)/, "");
  const clones = suffix.match(/\.[a-z0-9_]+(?:\.\d+)*/gi);
  if (clones === null) return base + suffix;
  // c++filt's rule (libiberty/cp-demangle.c, d_clone_suffix): a word takes the numbers behind it along.
  return clones.join("") === suffix
    ? base + clones.map((clone) => ` [clone ${clone}]`).join("")
    : base + suffix;
}

function isRust(symbol: string): boolean {
  return symbol.startsWith("_R") || /17h[0-9a-f]{16}E$/.test(symbol);
}

let compiled: WebAssembly.Module | undefined;
let current: WebAssembly.Instance | undefined;

/**
 * The package's own entry imports its wasm file as a module, which Node can't without a flag; so by hand. Its glue
 * serves one instance at a time: a new one takes the place of the one before.
 */
function instantiate(): (name: string) => string {
  if (compiled === undefined) {
    const path = createRequire(import.meta.url).resolve("gecko-profiler-demangle/index_bg.wasm");
    compiled = new WebAssembly.Module(limitWasmMemory(readFileSync(path), MEMORY_PAGES));
  }
  // The glue keeps a view of the instance's memory until that is detached, which growing by nothing does.
  const before = current?.exports.memory;
  if (before instanceof WebAssembly.Memory) before.grow(0);
  current = new WebAssembly.Instance(compiled, { "./index_bg.js": { ...glue } });
  glue.__wbg_set_wasm(current.exports);
  const start = current.exports.__wbindgen_start;
  if (typeof start === "function") start();
  return glue.demangle_any;
}
