import type { UnwindMachine } from "../../symbolizer/unwind/machine.ts";
import { Cfa, Fp, Ra, type UnwindRule } from "../../symbolizer/unwind/rule.ts";

/** A rule in the words of readelf's table of call frame information. */
export interface RuleWords {
  cfa: string;
  /** undefined where nothing is known. */
  fp: string | undefined;
  ra: string | undefined;
}

/** What registers are called, by DWARF number; the rest by that. */
const X86_NAMES = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split(" ");

export const FRAME_POINTER_NAMES: Record<UnwindMachine, string> = { "x86-64": "rbp", arm64: "x29" };
const STACK_POINTER_NAMES: Record<UnwindMachine, string> = { "x86-64": "rsp", arm64: "sp" };

export function ruleWords(rule: UnwindRule, machine: UnwindMachine): RuleWords {
  const sp = STACK_POINTER_NAMES[machine];
  const fp = FRAME_POINTER_NAMES[machine];
  switch (rule.cfa) {
    case Cfa.none:
      return { cfa: "none", fp: undefined, ra: undefined };
    case Cfa.inexpressible:
      if (rule.ra !== Ra.register) return { cfa: "?", fp: undefined, ra: undefined };
      return {
        cfa: sum(sp, rule.cfaOffset),
        fp: fpWords(rule, fp),
        ra: registerName(rule.register, machine),
      };
    case Cfa.signal:
      return {
        cfa: `signal *(${sum(sp, rule.cfaOffset)})`,
        fp: rule.fp === Fp.lost ? "u" : `*(${sum(sp, rule.fpOffset)})`,
        ra: `*(${sum(sp, rule.raOffset)})`,
      };
    default:
      return { cfa: cfaWords(rule, machine), fp: fpWords(rule, fp), ra: raWords(rule) };
  }
}

function cfaWords(rule: UnwindRule, machine: UnwindMachine): string {
  const sp = STACK_POINTER_NAMES[machine];
  const fp = FRAME_POINTER_NAMES[machine];
  switch (rule.cfa) {
    case Cfa.stackPointer:
      return sum(sp, rule.cfaOffset);
    case Cfa.framePointer:
      return sum(fp, rule.cfaOffset);
    case Cfa.plt:
      return `plt ${rule.cfaOffset}`;
    case Cfa.stackSlot:
      return sum(`*(${sum(sp, rule.cfaOffset)})`, rule.cfaAdd);
    case Cfa.frameSlot:
      return sum(`*(${sum(fp, rule.cfaOffset)})`, rule.cfaAdd);
    case Cfa.goroutine:
    case Cfa.threadNote:
    case Cfa.stackDepth:
    case Cfa.goroutineCall:
      return elsewhere(rule, sp);
    default:
      return sum(registerName(rule.register, machine), rule.cfaOffset);
  }
}

/** Of another stack; `t` is the thread pointer. */
function elsewhere(rule: UnwindRule, sp: string): string {
  const at = (place: string, offset: number) => `*(${sum(place, offset)})`;
  if (rule.cfa === Cfa.stackDepth) {
    const end = at(at(sp, rule.cfaOffset), rule.cfaAdd);
    return sum(`${end}-${at(sp, rule.raOffset)}`, rule.register);
  }
  const noted = at(at(at("t", rule.cfaOffset), rule.cfaAdd & 0xffff), rule.cfaAdd >>> 16);
  if (rule.cfa === Cfa.goroutineCall) return at(noted, rule.raOffset);
  return sum(rule.cfa === Cfa.goroutine ? at(noted, rule.raOffset) : noted, rule.register);
}

function registerName(register: number, machine: UnwindMachine): string {
  if (machine === "arm64") return `x${register}`;
  return X86_NAMES[register] ?? `r${register}`;
}

function fpWords(rule: UnwindRule, fp: string): string {
  switch (rule.fp) {
    case Fp.same:
      return "s";
    case Fp.atCfa:
      return sum("c", rule.fpOffset);
    case Fp.atFramePointer:
      return `*(${sum(fp, rule.fpOffset)})`;
    case Fp.isCfa:
      return sum("v", rule.fpOffset);
    default:
      return "u";
  }
}

function raWords(rule: UnwindRule): string {
  if (rule.ra === Ra.undefined) return "u";
  if (rule.cfa === Cfa.goroutineCall) return "called";
  if (rule.cfa >= Cfa.goroutine) return "c-8";
  return rule.ra === Ra.linkRegister ? "s" : sum("c", rule.raOffset);
}

function sum(term: string, add: number): string {
  return add < 0 ? `${term}${add}` : `${term}+${add}`;
}
