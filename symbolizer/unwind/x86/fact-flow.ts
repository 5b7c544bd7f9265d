import { WORD } from "../rule.ts";
import { ALIGNMENT, type CodeColumns, Mark } from "./code-columns.ts";
import type { CodeRuns } from "./code-runs.ts";
import { UNKNOWN } from "./depth-classes.ts";
import { Instruction, NONE, OpcodeMap } from "./instruction.ts";
import { CALLER_SAVED, RBP, RSP, writtenRegisters } from "./registers.ts";
import { Effect } from "./stack-effect.ts";
import {
  above,
  belowCfa,
  belowClass,
  classDepthOf,
  classOf,
  depthOf,
  FACTS,
  Fact,
  factsOfEntry,
  forget,
  meetFacts,
  NOWHERE,
} from "./stack-facts.ts";

/** Opcodes: of push and pop that of register 0; mov to and from memory or a register; lea; leave. */
const PUSH = 0x50;
const POP = 0x58;
const STORE = 0x89;
const LOAD = 0x8b;
const LEA = 0x8d;
const LEAVE = 0xc9;
const UNSURE = -1;
/** So many times its instructions are gone through at most: usual code asks for 1.1 to 2. */
const MAX_ROUNDS = 6;

/** An instruction, and what is known as it begins. */
export interface Place {
  index: number;
  /** Of the stack, or `UNKNOWN`. */
  depth: number;
  facts: Float64Array;
  /** The root of the depth's class, and how deep the stack is below where that begins. */
  root: number;
  classDepth: number;
}

/** What is known beside the depths: it flows along the code from where functions begin, until nothing changes. */
export class FactFlow {
  readonly #columns: CodeColumns;
  readonly #runs: CodeRuns;
  readonly #instruction = new Instruction();
  /** As each run begins. */
  readonly #facts: Float64Array;
  readonly #isVisited: Uint8Array;
  /** Where it is being gone through. */
  readonly #current = new Float64Array(FACTS);
  readonly #work: number[] = [];
  /** Of each run the last one up to it with which a function begins; `UNSURE`: one of unknown depth may have begun since. */
  readonly #functions: Int32Array;
  /** Of each function: where its code saves the frame pointer; `NOWHERE`: in several places. */
  readonly #saves = new Map<number, number>();
  /** Functions that change the frame pointer. */
  readonly #changers = new Set<number>();
  /** Instructions that may still be gone through. */
  #budget: number;

  constructor(columns: CodeColumns, runs: CodeRuns) {
    this.#columns = columns;
    this.#runs = runs;
    this.#facts = new Float64Array(runs.count * FACTS);
    this.#isVisited = new Uint8Array(runs.count);
    this.#budget = MAX_ROUNDS * columns.count;
    this.#functions = new Int32Array(runs.count);
    this.#enterFunctions();
    this.#enterTableTargets();
  }

  /** Visits all instructions of which anything is known; none where the code is too entangled. `place` is filled anew for each. */
  eachPlace(visit: (place: Place) => void): void {
    if (this.#budget < 0) return;
    for (let run = 0; run < this.#runs.count; run++)
      if (this.#isVisited[run] && !this.#runs.depths.isSpoilt(run)) this.#follow(run, visit);
  }

  /**
   * Has depths told by what the stack pointer is taken back from: a register, or a place in memory. Returns whether there are any that were
   * not known.
   */
  equateReturns(): boolean {
    const { kinds, marks, count } = this.#columns;
    const { depths, runAt } = this.#runs;
    let isMore = false;
    this.eachPlace((place) => {
      const next = place.index + 1;
      if (kinds[place.index] !== Effect.leaps || next >= count || !(marks[next] & Mark.goneOnTo)) return;
      const to = this.#leapTarget(place);
      if (to === NOWHERE) return;
      isMore ||= depths.depthOf(runAt[next]) === UNKNOWN || place.depth === UNKNOWN;
      const root = classOf(to);
      const depth = depthOf(to);
      if (depth !== undefined) depths.fix(runAt[next], depth);
      else if (root !== undefined) depths.join(root, runAt[next], classDepthOf(to));
    });
    return isMore;
  }

  #isLedTo(run: number): boolean {
    return (this.#columns.marks[this.#runs.firsts[run]] & (Mark.target | Mark.goneOnTo)) !== 0;
  }

  #enterFunctions(): void {
    const { count, firsts, depths } = this.#runs;
    const { marks, base, offsets } = this.#columns;
    const entered = factsOfEntry();
    let last = UNSURE;
    for (let run = 0; run < count; run++) {
      const depth = depths.depthOf(run);
      const isCalled = (marks[firsts[run]] & Mark.called) !== 0;
      if (isCalled || (!this.#isLedTo(run) && depth === WORD)) {
        this.#bring(run, entered);
        last = run;
      } else if (!this.#isLedTo(run) && depth === UNKNOWN && (base + offsets[firsts[run]]) % ALIGNMENT === 0)
        last = UNSURE;
      this.#functions[run] = last;
    }
    this.#drain();
  }

  /** What nothing leads to inside of a function is jumped to by a table of addresses. */
  #enterTableTargets(): void {
    const { count, depths } = this.#runs;
    const entered = factsOfEntry();
    const facts = new Float64Array(FACTS);
    for (let run = 0; run < count; run++) {
      if (this.#isVisited[run] || this.#isLedTo(run)) continue;
      facts.set(entered);
      // Behind a call that does not return anything may begin.
      const isBehindCall = this.#columns.kinds[this.#runs.firsts[run] - 1] === Effect.call;
      const inFunction = isBehindCall ? UNSURE : this.#functions[run];
      const saved = depthOf(this.#saves.get(inFunction) ?? NOWHERE);
      if (inFunction === UNSURE) facts[Fact.changed] = 1;
      else {
        if (saved !== undefined && depths.depthOf(run) >= saved) facts[Fact.saved] = belowCfa(saved);
        if (this.#changers.has(inFunction)) facts[Fact.changed] = 1;
      }
      this.#bring(run, facts);
      this.#drain();
    }
  }

  /** Of what contradicts itself nothing is known. */
  #bring(run: number, facts: Float64Array): void {
    if (this.#runs.depths.isSpoilt(run)) return;
    const at = run * FACTS;
    if (this.#isVisited[run] === 0) this.#facts.set(facts, at);
    else if (!meetFacts(this.#facts, at, facts)) return;
    this.#isVisited[run] = 1;
    this.#work.push(run);
  }

  #drain(): void {
    for (let run = this.#work.pop(); run !== undefined && this.#budget >= 0; run = this.#work.pop())
      this.#follow(run);
  }

  /** Goes through a run with the facts at its beginning, either to bring them to those behind it or, with `look`, to tell them. */
  #follow(run: number, look?: (place: Place) => void): void {
    const { code, count, offsets, kinds, grown, leadsTo, marks } = this.#columns;
    const { firsts, runAt, depths } = this.#runs;
    const facts = this.#current;
    for (let fact = 0; fact < FACTS; fact++) facts[fact] = this.#facts[run * FACTS + fact];
    const end = run + 1 < firsts.length ? firsts[run + 1] : count;
    const depth = depths.depthOf(run);
    const root = depths.rootOf(run);
    const place: Place = { index: firsts[run], depth, facts, root, classDepth: depths.above };
    for (; place.index < end; place.index++) {
      const { index } = place;
      if (look === undefined) this.#budget--;
      if (!this.#instruction.read(code, offsets[index])) return;
      look?.(place);
      if (kinds[index] === Effect.call) forget(facts, CALLER_SAVED);
      else this.#change(place, this.#functions[run]);
      place.classDepth += grown[index];
      if (place.depth !== UNKNOWN) place.depth += grown[index];
      const jumps = kinds[index] === Effect.jump || kinds[index] === Effect.branch;
      if (look === undefined && jumps && leadsTo[index] >= 0) this.#bring(runAt[leadsTo[index]], facts);
    }
    // Nothing of one function is another's.
    const isNext = end < count && (marks[end] & (Mark.goneOnTo | Mark.called)) === Mark.goneOnTo;
    if (look === undefined && isNext) this.#bring(run + 1, facts);
  }

  /** What an instruction does to the facts. */
  #change(place: Place, inFunction: number): void {
    const { map, isVector } = this.#instruction;
    const isMoving = !isVector && map === OpcodeMap.one && this.#changeByMove(place, inFunction);
    if (!isMoving) this.#write(place.facts, writtenRegisters(this.#instruction), inFunction);
  }

  /** Whether the instruction was one of those that move what facts are about. */
  #changeByMove(place: Place, inFunction: number): boolean {
    const { opcode, reg, rm, isMemory, isWide } = this.#instruction;
    const { facts } = place;
    if (opcode === PUSH + RBP && rm === RBP) this.#save(facts, above(top(place), -WORD), inFunction);
    else if (opcode === POP + RBP && rm === RBP) this.#restore(facts, top(place), inFunction);
    else if (opcode === LEAVE) this.#restore(facts, facts[RBP], inFunction);
    else if (opcode === STORE && isWide && isMemory) this.#store(place, inFunction);
    else if ((opcode === LOAD || opcode === STORE) && isWide) this.#move(place, inFunction);
    else if (opcode === LEA && isWide) {
      const pointed = this.#operandPlace(place);
      this.#write(facts, 1 << reg, inFunction);
      facts[reg] = pointed;
    } else return false;
    facts[RSP] = NOWHERE;
    return true;
  }

  /** Where the operand in memory lies, or `NOWHERE`. */
  #operandPlace(place: Place): number {
    const { base, index, displacement } = this.#instruction;
    if (base < 0 || base > 15 || index !== NONE) return NOWHERE;
    return above(base === RSP ? top(place) : place.facts[base], displacement);
  }

  /** From memory or another register to a register. */
  #move(place: Place, inFunction: number): void {
    const { opcode, reg, rm, isMemory } = this.#instruction;
    const { facts } = place;
    const to = opcode === LOAD ? reg : rm;
    const from = opcode === LOAD ? rm : reg;
    if (isMemory && to === RBP) this.#restore(facts, this.#operandPlace(place), inFunction);
    else {
      const pointed = from === RSP ? top(place) : facts[from];
      this.#write(facts, 1 << to, inFunction);
      if (!isMemory) facts[to] = pointed;
    }
  }

  #store(place: Place, inFunction: number): void {
    const { reg } = this.#instruction;
    const { facts } = place;
    const at = this.#operandPlace(place);
    if (at === NOWHERE) return;
    const pointed = reg === RSP ? top(place) : facts[reg];
    if (reg === RBP && pointed === NOWHERE) this.#save(facts, at, inFunction);
    if (pointed !== NOWHERE) {
      facts[Fact.slot] = at;
      facts[Fact.kept] = pointed;
    } else if (facts[Fact.slot] === at) facts[Fact.slot] = NOWHERE;
  }

  /** Where the stack pointer is taken back from, by an instruction that makes it leap. */
  #leapTarget(place: Place): number {
    const { opcode, reg, rm, isMemory, isWide, map, isVector } = this.#instruction;
    const { facts } = place;
    if (isVector || map !== OpcodeMap.one) return NOWHERE;
    if (opcode === LEAVE) return above(facts[RBP], WORD);
    if (!isWide) return NOWHERE;
    if (opcode === LEA && reg === RSP) return this.#operandPlace(place);
    if (opcode === STORE && !isMemory && rm === RSP) return facts[reg];
    if (opcode !== LOAD || reg !== RSP) return NOWHERE;
    if (!isMemory) return facts[rm];
    const at = this.#operandPlace(place);
    return at !== NOWHERE && at === facts[Fact.slot] ? facts[Fact.kept] : NOWHERE;
  }

  /** The frame pointer, if it is still the caller's, lies at `at` from now on. */
  #save(facts: Float64Array, at: number, inFunction: number): void {
    if (facts[Fact.changed] === 1 || facts[Fact.saved] !== NOWHERE) return;
    facts[Fact.saved] = at;
    const known = this.#saves.get(inFunction);
    this.#saves.set(inFunction, known === undefined || known === at ? at : NOWHERE);
  }

  /** The frame pointer is read from `at`. */
  #restore(facts: Float64Array, at: number, inFunction: number): void {
    const isOwn = at !== NOWHERE && facts[Fact.saved] === at;
    this.#write(facts, 1 << RBP, inFunction);
    if (!isOwn) return;
    facts[Fact.changed] = 0;
    facts[Fact.saved] = NOWHERE;
  }

  #write(facts: Float64Array, registers: number, inFunction: number): void {
    forget(facts, registers);
    if ((registers & (1 << RBP)) === 0) return;
    facts[Fact.changed] = 1;
    this.#changers.add(inFunction);
  }
}

/** Where the stack pointer points. */
function top({ depth, root, classDepth }: Place): number {
  return depth === UNKNOWN ? belowClass(root, classDepth) : belowCfa(depth);
}
