import { Cfa } from "../../../symbolizer/unwind/rule.ts";
import { lookUp, rowOf, type UnwindTable } from "../../../symbolizer/unwind/unwind-table.ts";
import { judge } from "../judges.ts";
import type { JudgedRow } from "./judged-row.ts";
import { llvmExpressions } from "./llvm-rows.ts";
import { readelfFunctions } from "./readelf-rows.ts";
import { type RuleWords, wordsOf } from "./words.ts";

/** What the comparison of one file came to. */
export interface Agreement {
  functions: number;
  rows: number;
  /** Rows with an expression, which readelf does not show and LLVM does; how many of them LLVM showed. */
  expressions: number;
  judgedExpressions: number;
  /** Rows that we call inexpressible, in readelf's words, with how many. */
  inexpressible: Map<string, number>;
  /** Rows whose frame pointer we call lost, in readelf's words. */
  lost: Map<string, number>;
  /** The first differences, in words. */
  differences: string[];
}

type LlvmRow = Omit<JudgedRow, "end">;

const MAX_SHOWN = 10;

/**
 * Compares all rows that readelf tells of, at their first and last address. Where it has only "exp", LLVM's row is asked:
 * for nothing else, since LLVM 14 forgets to restore the CFA with DW_CFA_restore_state. `others`: where functions begin that have
 * other rules, and the byte before them too.
 */
export function agree(table: UnwindTable, path: string, others: ReadonlySet<number> = new Set()): Agreement {
  const functions = readelfFunctions(path);
  const result: Agreement = {
    functions: functions.length,
    rows: 0,
    expressions: 0,
    judgedExpressions: 0,
    inexpressible: new Map(),
    lost: new Map(),
    differences: [],
  };
  // What readelf does not know: nothing calls `__start_context`; nor the byte before it.
  const contexts = new Set(startContexts(path));
  const entry = table.machine === "x86-64" ? processEntry(path) : undefined;
  if (entry !== undefined && wordsAt(table, entry).ra !== "u") result.differences.push("the entry goes on");
  const starts = new Set(functions.map(({ start }) => start));
  const covered = functions.map(({ start, end }) => [start, end]).sort((a, b) => a[0] - b[0]);
  const differ = (text: string) => {
    if (result.differences.length < MAX_SHOWN) result.differences.push(text);
  };
  let llvm: Map<number, LlvmRow> | undefined;
  for (const { start, rows } of functions) {
    if (others.has(start)) continue;
    for (const row of rows) {
      result.rows++;
      let expected = readelfWords(row, table.machine);
      if (Object.values(expected).includes("exp")) {
        llvm ??= llvmExpressions(path);
        const words = llvm.get(row.address);
        const known = words !== undefined && showsExpressions(words, expected);
        result.expressions++;
        if (known) {
          result.judgedExpressions++;
          expected = withExpressions(expected, words, table.machine);
        }
      }
      if (contexts.has(row.address)) {
        if (wordsAt(table, row.address).ra !== "u") differ(`${row.address.toString(16)}: goes on`);
        continue;
      }
      for (const address of [row.address, row.end - 1])
        compare(result, table, row, address, expected, differ);
    }
  }
  // Behind each function nothing is known, unless another one goes on there.
  let reach = 0;
  covered.forEach(([start, end], i) => {
    reach = Math.max(reach, end);
    const next = covered[i + 1]?.[0] ?? Number.POSITIVE_INFINITY;
    if (start === end || starts.has(reach) || next <= reach) return;
    for (const address of [reach, Math.min(next - 1, reach + 1000)]) {
      // But for a signal's trampoline, of which the address behind its last instruction, a system call, is a part.
      const rule = lookUp(table, address).cfa;
      if (contexts.has(address + 1) || others.has(address + 1)) continue;
      if (entry !== undefined && address >= entry && wordsAt(table, address).ra === "u") continue;
      if (rule !== Cfa.none && !(rule === Cfa.signal && address === reach))
        differ(`${address.toString(16)}: a rule where there is no function`);
    }
  });
  return result;
}

/** Addresses of `__start_context` in a file, by its first instruction as objdump has it, in a file that has makecontext. */
function startContexts(path: string): number[] {
  if (!/FUNC .* \d+ makecontext(@|$)/m.test(judge("readelf", ["-sW", "--dyn-syms", path]))) return [];
  const text = judge("objdump", ["-d", "--no-show-raw-insn", path]);
  const code = /^ +([0-9a-f]+):\tmov +%rbx,%rsp\n.*:\tmov +\(%rsp\),%rdi\n.*:\ttest +%rdi,%rdi\n/gm;
  return [...text.matchAll(code)].map(([, address]) => Number.parseInt(address, 16));
}

/** Where a process begins in a file, if its code there takes the stack for its argument as objdump has it. */
function processEntry(path: string): number | undefined {
  const [, entry = ""] = /Entry point address: +0x([0-9a-f]+)/.exec(judge("readelf", ["-hW", path])) ?? [];
  const from = Number.parseInt(entry, 16);
  const range = [`--start-address=${from}`, `--stop-address=${from + 16}`];
  const text = judge("objdump", ["-d", "--no-show-raw-insn", ...range, path]);
  const code = new RegExp(`^ +${entry}:\t(endbr64\n.*\t)?(xor +%[er]bp,%[er]bp\n.*\t)?mov +%rsp,%rdi$`, "m");
  return code.test(text) ? from : undefined;
}

/** Whether LLVM has an expression wherever readelf says that there is one. */
function showsExpressions(row: LlvmRow, expected: RuleWords): boolean {
  return (["cfa", "fp", "ra"] as const).every(
    (key) => expected[key] !== "exp" || row[key]?.includes("DW_OP") === true,
  );
}

/** The words of readelf with LLVM's in the place of "exp". */
function withExpressions(expected: RuleWords, row: LlvmRow, machine: UnwindTable["machine"]): RuleWords {
  const words = llvmWords(row, machine);
  if (words === NOTHING) return NOTHING;
  const pick = (key: keyof RuleWords) => (expected[key] === "exp" ? words[key] : expected[key]);
  return { cfa: pick("cfa"), fp: pick("fp"), ra: pick("ra") };
}

const KNOWN_WORDS = new WeakMap<UnwindTable, Map<number, RuleWords>>();

/** The words of the rule for an address; each rule's are made once. */
function wordsAt(table: UnwindTable, address: number): RuleWords {
  const known = KNOWN_WORDS.get(table) ?? new Map<number, RuleWords>();
  KNOWN_WORDS.set(table, known);
  const row = rowOf(table, address);
  const rule = row < 0 ? 0 : table.ruleIndexes[row];
  const words = known.get(rule) ?? wordsOf(lookUp(table, address), table.machine);
  known.set(rule, words);
  return words;
}

function compare(
  result: Agreement,
  table: UnwindTable,
  row: JudgedRow,
  address: number,
  expected: RuleWords,
  differ: (text: string) => void,
): void {
  const ours = wordsAt(table, address);
  const judged = () => `cfa ${row.cfa} fp ${row.fp ?? "-"} ra ${row.ra ?? "-"} sp ${row.sp ?? "-"}`;
  const count = (map: Map<string, number>) => {
    const words = judged();
    if (address === row.address) map.set(words, (map.get(words) ?? 0) + 1);
  };
  if (ours.cfa === "inexpressible" || expected.cfa === "inexpressible") {
    // An expression that nobody showed may be either.
    const at = address.toString(16);
    if (ours.cfa !== expected.cfa && expected.cfa !== "exp")
      differ(`${at}: ours ${ours.cfa}, judged ${judged()}`);
    count(result.inexpressible);
    return;
  }
  if (ours.fp === "lost") count(result.lost);
  const same = (key: keyof RuleWords) => expected[key] === ours[key] || expected[key] === "exp";
  if (
    same("cfa") &&
    same("ra") &&
    (same("fp") || (expected.fp === "u" && ["same", "lost"].includes(ours.fp)))
  )
    return;
  differ(`${address.toString(16)}: ours cfa ${ours.cfa} fp ${ours.fp} ra ${ours.ra}, judged ${judged()}`);
}

const NOTHING = { cfa: "inexpressible", fp: "lost", ra: "u" };
const OFFSET = /^c[+-]\d+$/;

/** readelf says "u" for a register that it knows nothing of yet and for one that is lost, "exp" for all expressions. */
function readelfWords(row: JudgedRow, machine: UnwindTable["machine"]): RuleWords {
  const spMoves = row.sp !== undefined && row.sp !== "u" && row.sp !== "s" && row.sp !== "v+0";
  let ra = row.ra ?? "link";
  if (machine === "arm64" && (ra === "u" || ra === "s")) ra = "link";
  const inLeaf = /^r\d+$/.test(ra) && /^r?sp\+/.test(row.cfa);
  const raKnown = OFFSET.test(ra) || ra === "u" || ra === "link" || ra === "exp" || inLeaf;
  if (!raKnown) return NOTHING;
  if (spMoves && row.cfa !== "exp" && ra !== "u") return NOTHING;
  let fp = row.fp ?? "same";
  if (fp === "s") fp = "same";
  else if (fp === "vexp") fp = "exp";
  else if (/^[rx]\d+$/.test(fp)) fp = "lost";
  return { cfa: row.cfa, fp, ra };
}

const REG = "DW_OP_b?reg\\d+ (\\w+)([+-]\\d+)";

function llvmWords(row: LlvmRow, machine: UnwindTable["machine"]): RuleWords {
  const cfa = llvmCfa(row.cfa);
  const isSignal = cfa.startsWith("*(") && row.ra?.includes("DW_OP_breg") === true;
  const ra = llvmPlace(
    row.ra,
    machine === "arm64" ? "link" : "inexpressible",
    row.ra?.startsWith("undefined") ? "u" : "inexpressible",
  );
  if (cfa === "inexpressible" || ra === "inexpressible") return NOTHING;
  const sp = row.sp === undefined || row.sp === "same" || row.sp === "CFA" || isSignal;
  if (!sp && ra !== "u") return NOTHING;
  const fp = llvmPlace(row.fp, "same", "lost");
  return { cfa: isSignal ? `signal ${cfa.replace(/\+0$/, "")}` : cfa, fp, ra };
}

function llvmCfa(text: string): string {
  const plain = /^(\w+?)([+-]\d+)?$/.exec(text);
  if (plain !== null && !text.startsWith("DW_OP")) return register(plain[1]) + (plain[2] ?? "+0");
  const plt = new RegExp(
    `^${REG}, DW_OP_breg16 RIP\\+0, DW_OP_lit15, DW_OP_and, DW_OP_lit(\\d+), DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus$`,
  ).exec(text);
  if (plt !== null) return `plt ${plt[3]}`;
  const slot = new RegExp(`^${REG}, DW_OP_deref(?:, DW_OP_plus_uconst (0x[0-9a-f]+))?$`).exec(text);
  if (slot !== null && ["RSP", "RBP"].includes(slot[1]))
    return `*(${register(slot[1])}${slot[2]})+${Number(slot[3] ?? 0)}`;
  return "inexpressible";
}

/** "[CFA-8]", "CFA-8", "[DW_OP_breg6 RBP+0]", "undefined", "RDX"; `none` for what is not told, `other` for the rest. */
function llvmPlace(text: string | undefined, none: string, other: string): string {
  if (text === undefined || text === "same") return none;
  const atCfa = /^\[CFA([+-]\d+)?\]$/.exec(text);
  if (atCfa !== null) return `c${atCfa[1] ?? "+0"}`;
  const isCfa = /^CFA([+-]\d+)?$/.exec(text);
  if (isCfa !== null) return other === "lost" ? `v${isCfa[1] ?? "+0"}` : other;
  const atRegister = new RegExp(`^\\[${REG}\\]$`).exec(text);
  if (atRegister !== null && ["RSP", "RBP"].includes(atRegister[1]))
    return `*(${register(atRegister[1])}${atRegister[2]})`;
  return other;
}

function register(name: string): string {
  const lower = name.toLowerCase();
  if (lower === "wsp") return "sp";
  return lower.replace(/^w(\d+)$/, "x$1");
}
