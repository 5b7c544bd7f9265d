import { isPerfMapPath } from "../frame-kind.ts";
import { baseName } from "../frame-name.ts";

/** What makes two functions of two builds the same one. */
export interface KeyOptions {
  /** Take `push<int>` and `push<long>` for one function. */
  ignoreTemplates?: boolean;
}

/**
 * Suffixes that GCC and LLVM give to clones and parts of a function: `.isra.0 .constprop.1 .part.2 .cold .lto_priv.3
 * .llvm.123 .__uniq.456`, also as demanglers print them (` [clone .isra.0]`, ` (.cold)`).
 */
const CLONE_SUFFIX =
  /(?:\.(?:isra|constprop|part|cold|lto_priv|localalias|clone|llvm|__uniq|specialized|ltrans\d*)(?:\.\d+)*| \[clone \.[\w.]+\]| \(\.[\w.]+\))$/;
/** Rust's hash of a function's instance (legacy mangling). */
const RUST_HASH = /::h[0-9a-f]{16}$/;
/** `[abi:cxx11]`: tells of the library's ABI, not of the function. */
const ABI_TAG = /\[abi:\w+\]/g;
/** Longer names are rather data; the expressions above should not be tried on them again and again. */
const LONGEST_NAME = 4096;

/** A function's name without what compilers add and change from build to build. */
export function normalizeName(name: string, options: KeyOptions = {}): string {
  if (name.length > LONGEST_NAME) return name;
  let bare = name;
  for (;;) {
    const shorter = bare.replace(CLONE_SUFFIX, "");
    if (shorter === bare || shorter === "") break;
    bare = shorter;
  }
  bare = bare.replace(RUST_HASH, "").replace(ABI_TAG, "");
  return options.ignoreTemplates ? withoutTemplates(bare) : bare;
}

/** `map<int, list<char>>::find(int)` becomes `map<>::find(int)`. Operators keep their signs. */
export function withoutTemplates(name: string): string {
  let depth = 0;
  let kept = "";
  for (let at = 0; at < name.length; at++) {
    const operator =
      depth === 0 ? /^operator(?:<=>|<<=?|>>=?|->\*?|<=?|>=?)/.exec(name.slice(at, at + 12)) : null;
    if (operator) {
      kept += operator[0];
      at += operator[0].length - 1;
    } else if (name[at] === "<") {
      if (depth++ === 0) kept += "<>";
    } else if (name[at] === ">" && depth > 0) {
      depth--;
    } else if (depth === 0) kept += name[at];
  }
  // Not all brackets were of templates: `a < b`. Better the whole name than a wrong one.
  return depth === 0 ? kept : name;
}

/**
 * What a file is called across versions of it: no folder, no version in a library's name, no process in a perf map's.
 * `/lib/libc-2.36.so`, `/usr/lib/libc.so.6` and `libc.so.6 (deleted)` are all `libc.so`.
 */
export function normalizeModule(file: string): string {
  if (isPerfMapPath(file)) return "perf.map";
  return baseName(file.replace(/ \(deleted\)$/, ""))
    .replace(/\.so(?:\.\d+)+$/, ".so")
    .replace(/-\d+(?:\.\d+)+\.so$/, ".so");
}
