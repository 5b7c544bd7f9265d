import { RULE_WORDS, type UnwindRule, wordsOfRule } from "./rule.ts";

/** Indexes have 16 bits. */
export const MAX_RULES = 0xffff;
const EMPTY = 0xffffffff;

/** Distinct rules, each by its index in the order of arrival. Rule 0 is "no information" (all zeros). */
export class RuleDictionary {
  #words = new Int32Array(256 * RULE_WORDS);
  #count = 0;
  /** Open addressing; a power of two, at most half full. */
  #slots = new Uint32Array(1024).fill(EMPTY);

  constructor() {
    this.indexOf(0, 0, 0, 0);
  }

  get count(): number {
    return this.#count;
  }

  /** The index of a rule, which is new or known; -1: there are `MAX_RULES` others. */
  indexOf(kinds: number, cfaOffset: number, cfaAdd: number, offsets: number): number {
    const words = this.#words;
    const mask = this.#slots.length - 1;
    let slot = hash(kinds, cfaOffset, cfaAdd, offsets) & mask;
    for (; this.#slots[slot] !== EMPTY; slot = (slot + 1) & mask) {
      const index = this.#slots[slot];
      const at = index * RULE_WORDS;
      if (
        words[at] === kinds &&
        words[at + 1] === cfaOffset &&
        words[at + 2] === cfaAdd &&
        words[at + 3] === offsets
      ) {
        return index;
      }
    }
    if (this.#count === MAX_RULES) return -1;
    this.#slots[slot] = this.#count;
    this.#append(kinds, cfaOffset, cfaAdd, offsets);
    if (2 * this.#count > this.#slots.length) this.#spread();
    return this.#count - 1;
  }

  /** The index of a rule; that of "no information" where there is none, and where `MAX_RULES` others are. */
  indexOfRule(rule: UnwindRule | undefined): number {
    return rule === undefined ? 0 : Math.max(0, this.indexOf(...wordsOfRule(rule)));
  }

  /** All rules, `RULE_WORDS` each. */
  words(): Int32Array {
    return this.#words.slice(0, this.#count * RULE_WORDS);
  }

  #append(kinds: number, cfaOffset: number, cfaAdd: number, offsets: number): void {
    const at = this.#count * RULE_WORDS;
    if (at === this.#words.length) {
      const larger = new Int32Array(2 * at);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[at] = kinds;
    this.#words[at + 1] = cfaOffset;
    this.#words[at + 2] = cfaAdd;
    this.#words[at + 3] = offsets;
    this.#count++;
  }

  #spread(): void {
    const slots = new Uint32Array(2 * this.#slots.length).fill(EMPTY);
    const mask = slots.length - 1;
    const words = this.#words;
    for (let index = 0; index < this.#count; index++) {
      const at = index * RULE_WORDS;
      let slot = hash(words[at], words[at + 1], words[at + 2], words[at + 3]) & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}

function hash(kinds: number, cfaOffset: number, cfaAdd: number, offsets: number): number {
  let mixed = Math.imul(kinds, 0x9e3779b1) ^ Math.imul(cfaOffset, 0x85ebca6b);
  mixed ^= Math.imul(cfaAdd, 0xc2b2ae35) ^ Math.imul(offsets, 0x27d4eb2f);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
