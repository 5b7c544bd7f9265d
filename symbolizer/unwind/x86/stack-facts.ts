/**
 * What is known at a place in code, beside the stack's depth: which registers hold places on the stack, and where the caller's
 * frame pointer is. One behind the other, so that remembering is copying.
 */
export const Fact = {
  /** Of each of 16 registers the place that it points to, or `NOWHERE`. */
  register: 0,
  /** Where the caller's frame pointer was saved, or `NOWHERE`. */
  saved: 16,
  /** 1: the frame pointer may be another one than the caller's. */
  changed: 17,
  /** A place in which another one is kept, or `NOWHERE`, and the kept one. */
  slot: 18,
  kept: 19,
} as const;
export const FACTS = 20;
export const REGISTER_COUNT = 16;

/**
 * Places on the stack are numbers: so many bytes below the CFA or, while that is not known, below a class of depths (its root's own depth). 2²⁴ classes
 * and 2²⁸ bytes fit in a double.
 */
const ROOM = 2 ** 29;
const MIDDLE = 2 ** 28;
const OF_CFA = -1;
export const NOWHERE = -(2 ** 53);

/** `depth` bytes below the CFA. */
export const belowCfa = (depth: number): number => belowClass(OF_CFA, depth);
/** `depth` bytes below where a class's root begins. */
export const belowClass = (root: number, depth: number): number =>
  Math.abs(depth) < MIDDLE ? (root + 1) * ROOM + depth + MIDDLE : NOWHERE;
/** The class of a place; undefined: it is told from the CFA, or is nowhere. */
export const classOf = (place: number): number | undefined => {
  const root = place === NOWHERE ? OF_CFA : Math.floor(place / ROOM) - 1;
  return root === OF_CFA ? undefined : root;
};
/** How far below the CFA a place is; undefined: that is not known. */
export const depthOf = (place: number): number | undefined =>
  place === NOWHERE || place >= ROOM ? undefined : place - MIDDLE;
/** How far below the beginning of its class. */
export const classDepthOf = (place: number): number => (place % ROOM) - MIDDLE;
/** The place so many bytes above another. */
export const above = (place: number, bytes: number): number => {
  if (place === NOWHERE) return NOWHERE;
  return belowClass(Math.floor(place / ROOM) - 1, classDepthOf(place) - bytes);
};

/** Those at a function's first instruction. */
export function factsOfEntry(): Float64Array {
  const facts = new Float64Array(FACTS).fill(NOWHERE);
  facts[Fact.changed] = 0;
  return facts;
}

export function forget(facts: Float64Array, registers: number): void {
  for (let register = 0; register < REGISTER_COUNT; register++)
    if (registers & (1 << register)) facts[register] = NOWHERE;
}

/** Leaves of the facts at `at` what the others tell, too. Returns whether any was lost. */
export function meetFacts(facts: Float64Array, at: number, other: Float64Array): boolean {
  let isLess = false;
  const lose = (fact: number, value: number) => {
    isLess ||= facts[at + fact] !== value;
    facts[at + fact] = value;
  };
  for (let fact = 0; fact <= Fact.saved; fact++) if (facts[at + fact] !== other[fact]) lose(fact, NOWHERE);
  if (other[Fact.changed] === 1) lose(Fact.changed, 1);
  const isSame = facts[at + Fact.slot] === other[Fact.slot] && facts[at + Fact.kept] === other[Fact.kept];
  if (!isSame) lose(Fact.slot, NOWHERE);
  return isLess;
}
