import { judge } from "../judges.ts";
import type { JudgedRow } from "./judged-row.ts";

/** LLVM calls arm64's registers by their lower halves, and the return address RIP or W30. */
const FP_NAMES = ["RBP", "W29"];
const SP_NAMES = ["RSP", "WSP"];
const RA_NAMES = ["RIP", "W30"];

/** The rows with an expression that `llvm-dwarfdump` tells of, by address, expressions in full: "[DW_OP_breg6 RBP+0]". */
export function llvmExpressions(path: string): Map<number, Omit<JudgedRow, "end">> {
  const text = judge("llvm-dwarfdump", ["--eh-frame", path]);
  const rows = new Map<number, Omit<JudgedRow, "end">>();
  for (const [, address, cfa, rules = ""] of text.matchAll(/^ {2}0x([0-9a-f]+): CFA=(.*?)(?:: (.*))?$/gm)) {
    if (!cfa.includes("DW_OP") && !rules.includes("DW_OP")) continue;
    const registers = new Map<string, string>();
    // "RBX=[CFA-40], RBP=[DW_OP_breg6 RBP+0], RIP=RDX"
    for (const [, name, rule] of rules.matchAll(/([A-Z]\w*)=(\[[^\]]*\]|[^,]*)/g)) registers.set(name, rule);
    const of = (names: string[]) =>
      names.map((name) => registers.get(name)).find((rule) => rule !== undefined);
    const start = Number.parseInt(address, 16);
    rows.set(start, { address: start, cfa, fp: of(FP_NAMES), ra: of(RA_NAMES), sp: of(SP_NAMES) });
  }
  return rows;
}
