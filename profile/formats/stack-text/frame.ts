import { splitModule } from "../perf-script/frame-line.ts";
import { parseAddress } from "../text/ascii.ts";

/** A frame of a stack that SystemTap, bpftrace or DTrace printed. */
export interface TextFrame {
  /** 0 when the line has none. */
  address: number;
  /** `""` when the tool had none. */
  name: string;
  /** As the tool calls it; `""` when it says nothing. */
  module: string;
  file: string;
  /** 0 when unknown. */
  line: number;
}

/** No symbol is longer; what is, is no frame. */
const MAX_LENGTH = 2 ** 14;
const OFFSET = /\+0x[0-9a-f]+(?:\/0x[0-9a-f]+)?$/i;

/**
 * SystemTap's `print_stack`, `print_ustack`, `print_backtrace` and their brief and file:line forms (runtime/sym.c):
 *
 *     0xffffffff8104f45a : native_write_msr+0xa/0x20 [kernel] (inexact)
 *     0x401136 : main+0x16/0x30 [/usr/bin/app]
 *     0x7f0c02a1 [/usr/lib/libc.so.6+0x2a1/0x1c0000]
 *     main+0x16 [/usr/bin/app]
 *     main at app.c:12 [/usr/bin/app]
 *
 * undefined when `text` (without blanks at its ends) is no such line.
 */
export function parseStapFrame(text: string): TextFrame | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const line = text.replace(/ \(inexact\)$/, "");
  const [head, address] = leadingAddress(line);
  const body = line
    .slice(head.length)
    .replace(/^ ?: ?/, "")
    .trim();
  const [symbol, bracket] = splitBracket(body);
  if (address === undefined && bracket === undefined && !OFFSET.test(symbol)) return undefined;
  if (symbol === "" && bracket !== undefined) {
    return { address: address ?? 0, name: "", module: bracket.replace(OFFSET, ""), file: "", line: 0 };
  }
  const at = / at ([^ ].*):(\d{1,9})$/.exec(symbol);
  const named = (at ? symbol.slice(0, at.index) : symbol).replace(OFFSET, "");
  return {
    address: address ?? 0,
    name: /^0x[0-9a-f]+$/i.test(named) ? "" : named,
    module: (bracket ?? "").replace(OFFSET, ""),
    file: at ? at[1] : "",
    line: at ? Number(at[2]) : 0,
  };
}

/** DTrace's stack() and ustack(): ``module`function+0x12`` or an address alone; undefined for anything else. */
export function parseDtraceFrame(text: string): TextFrame | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const tick = text.indexOf("`");
  if (tick > 0 && !/\s/.test(text.slice(0, tick))) {
    const module = text.slice(0, tick);
    const rest = text.slice(tick + 1).replace(OFFSET, "");
    const address = addressOf(rest);
    return address === undefined
      ? { address: 0, name: rest, module, file: "", line: 0 }
      : { address, name: "", module, file: "", line: 0 };
  }
  const address = addressOf(text);
  return address === undefined ? undefined : { address, name: "", module: "", file: "", line: 0 };
}

/**
 * bpftrace's stacks in its three modes:
 *
 *     do_syscall_64+113                                      bpftrace
 *     ffffffff821ed511 do_syscall_64+113 (/usr/bin/app)      perf; kernel frames have no module
 *     0x7f436cca9433                                         raw, and what no mode can name
 */
export function parseBpftraceFrame(text: string): TextFrame {
  const [head] = /^[0-9a-f]{1,16} /i.exec(text) ?? [""];
  if (head !== "") {
    const [symbol, module] = splitModule(text.slice(head.length).trim());
    return {
      address: parseAddress(head.trimEnd()),
      name: bpftraceName(symbol),
      module: module === "[unknown]" ? "" : module,
      file: "",
      line: 0,
    };
  }
  const address = addressOf(text) ?? (/^[0-9a-f]{8,16}$/.test(text) ? parseAddress(text) : undefined);
  if (address !== undefined) return { address, name: "", module: "", file: "", line: 0 };
  return { address: 0, name: bpftraceName(text), module: "", file: "", line: 0 };
}

function bpftraceName(symbol: string): string {
  const name = symbol.replace(/\+\d+$/, "");
  return /^0x[0-9a-f]+$/i.test(name) || name === "[unknown]" ? "" : name;
}

function leadingAddress(text: string): [string, number | undefined] {
  const [head] = /^0x[0-9a-f]{1,16}(?=[ :]|$)/i.exec(text) ?? [""];
  return [head, addressOf(head)];
}

function addressOf(text: string): number | undefined {
  if (!/^0x[0-9a-f]{1,16}$/i.test(text)) return undefined;
  return parseAddress(text.slice(2));
}

/** The text before the bracket that ends the line, and what is in it. */
function splitBracket(text: string): [string, string | undefined] {
  if (!text.endsWith("]")) return [text, undefined];
  const open = text.lastIndexOf("[");
  if (open < 0 || (open > 0 && text[open - 1] !== " ")) return [text, undefined];
  return [text.slice(0, open).trimEnd(), text.slice(open + 1, -1)];
}
