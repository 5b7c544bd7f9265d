import { KERNEL_MAPPING, perfMapPath } from "../../frame-kind.ts";
import { baseName } from "../../frame-name.ts";
import { parseAddress } from "../text/ascii.ts";

/** A frame as `perf script` prints it: `ADDRESS [NAME[+0xOFFSET]] [(MODULE)]`. */
export interface PerfFrame {
  /** 0 when the line has none. */
  address: number;
  /** `""` when perf has none. */
  name: string;
  /** File of the mapping as our profiles name it; `""` when unknown. */
  module: string;
  /** The compiler put it into the next frame of the same address. */
  isInlined: boolean;
}

/** `text` is a line without blanks at its ends. */
export function parsePerfFrame(text: string): PerfFrame {
  const firstSpace = text.indexOf(" ");
  const head = firstSpace < 0 ? text : text.slice(0, firstSpace);
  const address = parseAddress(head);
  const hasAddress = !Number.isNaN(address);
  const rest = hasAddress ? text.slice(head.length).trim() : text;
  const [symbol, dso] = splitModule(rest);
  const isInlined = dso === "inlined";
  return {
    address: hasAddress ? address : 0,
    name: symbolName(symbol),
    module: isInlined ? "" : moduleOf(dso),
    isInlined,
  };
}

/** `sched:sched_switch`, `foo+0x12`: without the offset; `""` for what perf calls unknown. */
export function symbolName(symbol: string): string {
  const name = symbol.replace(/\+0x[0-9a-f]+$/, "");
  return name === "[unknown]" ? "" : name;
}

/** The text before the parenthesis that ends the line, and what is in it: names and paths may have parentheses too. */
export function splitModule(text: string): [string, string] {
  if (!text.endsWith(")")) return [text, ""];
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ")") depth++;
    else if (text[at] === "(" && --depth === 0) {
      if (at > 0 && text[at - 1] !== " ") return [text, ""];
      return [text.slice(0, at).trimEnd(), text.slice(at + 1, -1)];
    }
  }
  return [text, ""];
}

/** The mapping's file for a DSO of perf: the kernel's many names become one, as do memory's without a file. */
export function moduleOf(dso: string): string {
  const path = dso.replace(/ \(deleted\)$/, "");
  if (path === "" || path === "[unknown]" || path === "unknown") return "";
  if (/^\[(guest\.)?kernel(\.\w+)?\](_\w+)?$/.test(path) || /^vmlinux/.test(baseName(path)))
    return KERNEL_MAPPING;
  if (/^bpf_(prog|trampoline|dispatcher)_/.test(path)) return "[bpf]";
  const jit = /^\[JIT\] tid (\d+)$/.exec(path);
  if (jit) return perfMapPath(Number(jit[1]));
  if (/^(\/\/anon|anon|\/anon_hugepage|\/memfd:|\/dev\/zero)/.test(path)) return "[anon]";
  const kernelModule = /^(.+)\.ko(\.(gz|xz|zst))?$/.exec(baseName(path));
  if (kernelModule) return `[${kernelModule[1].replaceAll("-", "_")}]`;
  return path;
}
