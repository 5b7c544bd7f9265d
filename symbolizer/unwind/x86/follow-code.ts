import { Cfa, Fp, PLAIN, type UnwindRule, WORD } from "../rule.ts";
import { CodeColumns } from "./code-columns.ts";
import type { DepthElsewhere } from "./code-runs.ts";
import { UNKNOWN } from "./depth-classes.ts";
import type { Place } from "./fact-flow.ts";
import { DWARF_NUMBERS, RBP } from "./registers.ts";
import { solveCode } from "./solve-code.ts";
import { classDepthOf, classOf, depthOf, Fact, REGISTER_COUNT } from "./stack-facts.ts";

const MAX_I16 = 0x7fff;

/** Takes the rule from an address on, up to that which it is given next; undefined: nothing is known there. */
export type TakeRule = (address: number, rule: UnwindRule | undefined) => void;

/**
 * Finds out from x86-64 code alone what unwinding needs to know of it, for code that nobody wrote call frame information of. Ascending
 * addresses, each instruction's, unless it tells nothing of all. The CFA is told by the depth of the stack, or, where a function has aligned its stack or made it
 * larger by a variable number, by a register or a place on the stack that holds the old stack pointer. Linear in the code's size, but for
 * looking up where jumps lead; never throws.
 */
export function followCode(code: Uint8Array, base: number, elsewhere: DepthElsewhere, take: TakeRule): void {
  const solved = solveCode(new CodeColumns(code, base), elsewhere);
  if (solved === undefined) {
    take(base, undefined);
    return;
  }
  const { columns, flow } = solved;
  let told = 0;
  const tellNothing = (to: number) => {
    if (told < to) take(base + columns.offsets[told], undefined);
  };
  flow.eachPlace((place) => {
    tellNothing(place.index);
    take(base + columns.offsets[place.index], ruleAt(place));
    told = place.index + 1;
  });
  tellNothing(columns.count);
}

function ruleAt(place: Place): UnwindRule | undefined {
  const { depth, facts } = place;
  const rule: UnwindRule = { ...PLAIN, cfaOffset: depth };
  if (depth === UNKNOWN && !leadElsewhere(rule, place)) return undefined;
  if (facts[Fact.changed] === 1) {
    const saved = depthOf(facts[Fact.saved]);
    const isTold = saved !== undefined && saved > WORD && saved <= MAX_I16;
    rule.fp = isTold ? Fp.atCfa : Fp.lost;
    rule.fpOffset = isTold ? -saved : 0;
  }
  return rule;
}

/** Has the CFA come from where it was kept. */
function leadElsewhere(rule: UnwindRule, { facts, root, classDepth }: Place): boolean {
  const framed = depthOf(facts[RBP]);
  if (framed !== undefined) {
    rule.cfa = Cfa.framePointer;
    rule.cfaOffset = framed;
    return true;
  }
  const kept = depthOf(facts[Fact.kept]);
  if (kept !== undefined && classOf(facts[Fact.slot]) === root) {
    rule.cfa = Cfa.stackSlot;
    rule.cfaOffset = classDepth - classDepthOf(facts[Fact.slot]);
    rule.cfaAdd = kept;
    return true;
  }
  for (let register = 0; register < REGISTER_COUNT; register++) {
    const below = depthOf(facts[register]);
    if (below === undefined) continue;
    rule.cfa = Cfa.register;
    rule.register = DWARF_NUMBERS[register];
    rule.cfaOffset = below;
    return true;
  }
  return false;
}
