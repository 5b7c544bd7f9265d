import { judge } from "../judges.ts";
import { type JudgedFunction, type JudgedRow, withEnds } from "./judged-row.ts";

/** LLVM calls arm64's registers by their lower halves, and the return address RIP or W30. */
const FP_NAMES = ["RBP", "W29"];
const SP_NAMES = ["RSP", "WSP"];
const RA_NAMES = ["RIP", "W30"];

/** All functions that `llvm-dwarfdump` tells of, with their rows, expressions in full: "[DW_OP_breg6 RBP+0]". */
export function llvmFunctions(path: string): JudgedFunction[] {
  const text = judge("llvm-dwarfdump", ["--eh-frame", path]);
  const functions: JudgedFunction[] = [];
  let section = "";
  let current: { start: number; end: number } | undefined;
  let rows: Omit<JudgedRow, "end">[] = [];
  const finish = () => {
    if (current === undefined) return;
    const { start, end } = current;
    functions.push({ section, start, end, rows: withEnds(start, end, rows) });
    current = undefined;
  };
  for (const line of text.split("\n")) {
    const contents = /^(\.\w+) contents:/.exec(line);
    if (contents !== null) {
      finish();
      section = contents[1];
      continue;
    }
    const entry =
      /^[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ (?:CIE|FDE cie=[0-9a-f]+ pc=([0-9a-f]+)\.\.\.([0-9a-f]+))/.exec(line);
    if (entry !== null) {
      finish();
      rows = [];
      if (entry[1] !== undefined)
        current = { start: Number.parseInt(entry[1], 16), end: Number.parseInt(entry[2], 16) };
      continue;
    }
    const row = /^ {2}(?:0x([0-9a-f]+): )?CFA=(.*?)(?:: (.*))?$/.exec(line);
    if (row === null || current === undefined) continue;
    const registers = new Map<string, string>();
    // "RBX=[CFA-40], RBP=[DW_OP_breg6 RBP+0], RIP=RDX"
    for (const [, name, rule] of (row[3] ?? "").matchAll(/([A-Z]\w*)=(\[[^\]]*\]|[^,]*)/g))
      registers.set(name, rule);
    const of = (names: string[]) =>
      names.map((name) => registers.get(name)).find((rule) => rule !== undefined);
    rows.push({
      address: row[1] === undefined ? current.start : Number.parseInt(row[1], 16),
      cfa: row[2],
      fp: of(FP_NAMES),
      ra: of(RA_NAMES),
      sp: of(SP_NAMES),
    });
  }
  finish();
  return functions;
}
