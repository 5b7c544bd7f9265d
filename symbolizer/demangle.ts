import { demangleD } from "./demangle/d.ts";
import { demangleItanium } from "./demangle/itanium.ts";
import { demangleOcaml } from "./demangle/ocaml.ts";
import { demangleRustLegacy } from "./demangle/rust-legacy.ts";
import { demangleRustV0 } from "./demangle/rust-v0.ts";
import { ENDLESS, type Endless } from "./demangle/unreadable.ts";

/** Longer mangled names stay as they are. */
const MAX_MANGLED_LENGTH = 8192;
/** Longer results are cut: no one reads them, and the profile carries every one. */
const MAX_DEMANGLED_LENGTH = 16 * 1024;
/** After so many names that mean more than anyone would read, someone is playing with us: no more are tried. */
const MAX_ENDLESS = 100;

/** Names for people. One instance per run: it remembers what it has demangled. */
export interface Demangler {
  /** The demangled name, or `name` itself when it is not a mangled one. */
  demangle(name: string): string;
}

/**
 * C++ names by the Itanium ABI (`_Z`), as c++filt writes them but without the types of results, and Rust names (legacy
 * `_ZN…17h<hash>E`, whose hash is dropped, and v0 `_R`). Suffixes that compilers give to copies stay visible as c++filt
 * shows them, `f() [clone .cold]`; suffixes behind `@` (symbol version, `plt`) stay as they are. D's names (`_D`) are as c++filt has them, OCaml's (`caml` and a capital) paths of modules. A name that means more than
 * 64 KiB of text, or that nests absurdly deep, stays as it is too.
 */
export function createDemangler(): Demangler {
  const known = new Map<string, string>();
  let endless = 0;

  function demangleNew(name: string): string {
    const at = name.indexOf("@");
    const symbol = at < 0 ? name : name.slice(0, at);
    if (symbol.length > MAX_MANGLED_LENGTH || endless >= MAX_ENDLESS) return name;
    const demangled = withCloneSuffix(symbol);
    if (demangled === ENDLESS) endless++;
    return typeof demangled === "string" ? shown(demangled) + (at < 0 ? "" : name.slice(at)) : name;
  }

  return {
    demangle(name) {
      if (name.startsWith("caml")) return demangleOcaml(name) ?? name;
      if (!/^_[ZRD]/.test(name)) return name;
      const memo = known.get(name);
      if (memo !== undefined) return memo;
      const demangled = demangleNew(name);
      known.set(name, demangled);
      return demangled;
    },
  };
}

function shown(demangled: string): string {
  return demangled.length > MAX_DEMANGLED_LENGTH ? `${demangled.slice(0, MAX_DEMANGLED_LENGTH)}…` : demangled;
}

/** Behind this, a name of rustc's legacy mangling ends. Only such names have dots in themselves. */
const LEGACY_HASH = /17h[0-9a-f]{16}E/;

/**
 * A `.cold` part of a function is not the function. `.llvm.1234` only tells apart same-named local symbols of modules and
 * is dropped for Rust, as rustc-demangle does.
 */
function withCloneSuffix(symbol: string): string | Endless | undefined {
  const hash = LEGACY_HASH.exec(symbol);
  const dot = symbol.indexOf(".", hash === null ? 0 : hash.index + hash[0].length);
  const mangled = dot < 0 ? symbol : symbol.slice(0, dot);
  const rust = mangled.startsWith("_R") ? demangleRustV0(mangled) : demangleRustLegacy(mangled);
  const base = rust ?? (mangled.startsWith("_D") ? demangleD(mangled) : demangleItanium(mangled));
  if (typeof base !== "string" || dot < 0) return base;
  let suffix = symbol.slice(dot);
  if (rust !== undefined) suffix = suffix.replace(/\.llvm\.[0-9A-Fa-f]+(?=\.|$)/, "");
  const clones = suffix.match(/\.[a-z0-9_]+(?:\.\d+)*/gi);
  if (clones === null) return base + suffix;
  // c++filt's rule (libiberty/cp-demangle.c, d_clone_suffix): a word takes the numbers behind it along.
  return clones.join("") === suffix
    ? base + clones.map((clone) => ` [clone ${clone}]`).join("")
    : base + suffix;
}
