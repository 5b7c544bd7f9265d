import { baseName } from "../../profile/frame-name.ts";
import type { TreeFrameKind } from "../../profile/frames.ts";
import { foldTemplates } from "./fold-templates.ts";

/**
 * The package or namespace a function belongs to, by how its language writes names. Functions of C have none: they go by
 * the file that holds them.
 */
export function packageOf(name: string, kind: TreeFrameKind, module: string): string {
  if (kind === "root" || kind === "process" || kind === "thread") return "";
  const found = kind === "kernel" ? "" : fromName(name);
  return found || (module === "" ? "unknown" : baseName(module));
}

/** Longer names are not looked into: no package is found so late. */
const MAX_LENGTH = 2_000;

function fromName(name: string): string {
  const text = name.slice(0, MAX_LENGTH);
  // V8: `LazyCompile:*render /app/view.js:12`, `heavy file:///app/x.mjs:3:1`, `* x node:internal/timers:512`.
  const script = /\s(?:file:\/\/)?(\S*?)(?::\d+){1,2}$/.exec(text)?.[1];
  if (script) return scriptPackage(script);
  const plain = withoutPrefix(foldTemplates(text));
  // Rust's `<alloc::vec::Vec<T> as core::ops::Drop>::drop` is of the type's crate.
  const path = plain.replace(/^<+(?:dyn |impl |&|\*const |\*mut |mut )*/, "");
  const scope = /^[\w$~]+(?:<…>)?::/.exec(path);
  if (scope) return scope[0].replace(/(?:<…>)?::$/, "");
  // Go: `net/http.(*conn).serve`, `runtime.mallocgc`, `github.com/a/b.F`.
  const go = /^((?:[\w.~-]+\/)*[\w~-]+)\.(?:\(\*?\w+\)|\w)/.exec(path);
  if (go && (path.includes("/") || /^[a-z0-9_]+\.(?:\(|[\w.]+$)/.test(path)) && !isJava(path)) return go[1];
  // OCaml: `Stdlib.Map.add_200`.
  const ocaml = /^([A-Z][\w']*)\.[^(]*_\d+$/.exec(path);
  if (ocaml) return ocaml[1];
  // Java: `java.util.HashMap.get`, `java/util/HashMap.get`, `Ljava/util/HashMap;::get`. D: `std.stdio.File.open(…)`, `std.stdio.writeln!(…).writeln(int)`.
  const java = /^L?((?:[a-z_][\w$]*[./])+)(?:[A-Z][\w$]*[.;:!]|\w+!?\()/.exec(path);
  return java ? java[1].slice(0, -1).replaceAll("/", ".") : "";
}

function isJava(path: string): boolean {
  return /^L?(?:[a-z_][\w$]*[./])+[A-Z][\w$]*[.;:]/.test(path);
}

/** `node:internal`, the package in node_modules, or the file. */
function scriptPackage(path: string): string {
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  return installed ?? /^(node):/.exec(path)?.[1] ?? baseName(path);
}

/** Without what stands before a qualified name: return types of templates are kept apart by a blank outside brackets. */
function withoutPrefix(name: string): string {
  const call = name.indexOf("(");
  const head = call > 0 ? name.slice(0, call) : name;
  const special = /^(?:non-virtual thunk to|virtual thunk to|vtable for|guard variable for) /.exec(name);
  if (special) return name.slice(special[0].length);
  if (head.startsWith("<")) return name;
  const blank = head.lastIndexOf(" ");
  return blank >= 0 && !head.includes("operator") ? name.slice(blank + 1) : name;
}
