import { DwarfDamage } from "./damage.ts";

/** What every look-up may cost whatever the file's size: forged small files are answered in well under a second. */
const STEPS_ANYWAY = 4_000_000;
/** Honest files take about one step a byte: each unit, line table and list is read about once. */
const STEPS_A_BYTE = 4;
/** An address is matched with each function, block and inlined call around it: hundreds at most. */
const STEPS_AN_ADDRESS = 512;

/**
 * How much one look-up may still do. Tables of DWARF refer to each other by offset, so a forged file of a megabyte can
 * ask for the same megabyte to be read a million times; what is read is charged here, and the whole has a bound.
 */
export class WorkBudget {
  #left: number;

  constructor(bytes: number, addresses: number) {
    this.#left = STEPS_ANYWAY + bytes * STEPS_A_BYTE + addresses * STEPS_AN_ADDRESS;
  }

  get exhausted(): boolean {
    return this.#left < 0;
  }

  /** A section was opened, and may be read through. */
  allow(bytes: number): void {
    this.#left += bytes * STEPS_A_BYTE;
  }

  /** Throws `DwarfDamage` when nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new DwarfDamage("tables that refer to each other without end");
  }
}
