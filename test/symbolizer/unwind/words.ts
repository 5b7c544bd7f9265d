import type { UnwindMachine } from "../../../symbolizer/unwind/machine.ts";
import { Cfa, Fp, Ra, type UnwindRule } from "../../../symbolizer/unwind/rule.ts";

/** DWARF numbers of registers as the judges call them. */
const X86 = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15".split(" ");

export interface RuleWords {
  cfa: string;
  fp: string;
  ra: string;
}

const signed = (value: number) => (value < 0 ? `${value}` : `+${value}`);

/** A rule in readelf's words; "same" and "link" for what readelf has none for. */
export function wordsOf(rule: UnwindRule, machine: UnwindMachine): RuleWords {
  return { cfa: cfaWords(rule, machine), fp: fpWords(rule, machine), ra: raWords(rule) };
}

function cfaWords(rule: UnwindRule, machine: UnwindMachine): string {
  const [sp, fp] = machine === "arm64" ? ["sp", "x29"] : ["rsp", "rbp"];
  switch (rule.cfa) {
    case Cfa.none:
      return "none";
    case Cfa.stackPointer:
      return `${sp}${signed(rule.cfaOffset)}`;
    case Cfa.framePointer:
      return `${fp}${signed(rule.cfaOffset)}`;
    case Cfa.plt:
      return `plt ${rule.cfaOffset}`;
    case Cfa.stackSlot:
      return `*(${sp}${signed(rule.cfaOffset)})${signed(rule.cfaAdd)}`;
    case Cfa.frameSlot:
      return `*(${fp}${signed(rule.cfaOffset)})${signed(rule.cfaAdd)}`;
    case Cfa.signal:
      return `signal *(${sp}${signed(rule.cfaOffset)})`;
    case Cfa.goroutine:
      return `*(*(*(*(t${signed(rule.cfaOffset)})${halves(rule)}${signed(rule.raOffset)})${signed(rule.register)}`;
    case Cfa.goroutineCall:
      return `*(*(*(*(t${signed(rule.cfaOffset)})${halves(rule)}${signed(rule.raOffset)})`;
    case Cfa.threadNote:
      return `*(*(*(t${signed(rule.cfaOffset)})${halves(rule)}${signed(rule.register)}`;
    case Cfa.stackDepth:
      return `*(*(${sp}${signed(rule.cfaOffset)})${signed(rule.cfaAdd)})-*(${sp}${signed(rule.raOffset)})${signed(rule.register)}`;
    case Cfa.register:
      return `${machine === "arm64" ? `x${rule.register}` : X86[rule.register]}${signed(rule.cfaOffset)}`;
    default:
      return rule.ra === Ra.register ? `${sp}${signed(rule.cfaOffset)}` : "inexpressible";
  }
}

function halves({ cfaAdd }: UnwindRule): string {
  return `+${cfaAdd & 0xffff})+${cfaAdd >>> 16})`;
}

function fpWords(rule: UnwindRule, machine: UnwindMachine): string {
  const fp = machine === "arm64" ? "x29" : "rbp";
  if (rule.cfa === Cfa.signal) return `*(rsp${signed(rule.fpOffset)})`;
  switch (rule.fp) {
    case Fp.same:
      return "same";
    case Fp.atCfa:
      return `c${signed(rule.fpOffset)}`;
    case Fp.atFramePointer:
      return `*(${fp}${signed(rule.fpOffset)})`;
    case Fp.isCfa:
      return `v${signed(rule.fpOffset)}`;
    default:
      return "lost";
  }
}

function raWords(rule: UnwindRule): string {
  if (rule.cfa === Cfa.signal) return `*(rsp${signed(rule.raOffset)})`;
  if (rule.ra === Ra.undefined) return "u";
  if (rule.cfa === Cfa.goroutineCall) return "called";
  if (rule.cfa >= Cfa.goroutine) return "c-8";
  if (rule.ra === Ra.register) return `r${rule.register}`;
  return rule.ra === Ra.linkRegister ? "link" : `c${signed(rule.raOffset)}`;
}
