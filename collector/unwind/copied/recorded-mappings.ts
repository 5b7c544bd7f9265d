import type { ProcessHistory } from "../../contract.ts";
import type { Mapping } from "../../process/address-space.ts";
import { TABLE_COMING } from "../memory-format.ts";
import type { BlockEntry } from "../process-block.ts";
import type { CopiedStack, WalkMappings } from "./copied-stack.ts";

/** What the tables tell of `address` in a mapping of process `pid`; a file that is new is asked for. */
export type EntryAt = (pid: number, mapping: Mapping, address: number) => BlockEntry;

/** The mappings of processes as they were when samples were taken, also of such that are gone by now. */
export class RecordedMappings implements WalkMappings {
  readonly #history: ProcessHistory;
  readonly #entryAt: EntryAt;
  #pid = 0;
  #time = 0;
  origin = 0;
  table = 0;
  /** Whether a table that was looked for since `select` is still being made. */
  coming = false;

  constructor(history: ProcessHistory, entryAt: EntryAt) {
    this.#history = history;
    this.#entryAt = entryAt;
  }

  /** A process is known if it had something mapped where it was interrupted. */
  select({ pid, time }: CopiedStack, pc: number): boolean {
    this.#pid = pid;
    this.#time = time;
    this.coming = false;
    return pid !== 0 && this.#history.mappingAt(pid, time, pc) !== undefined;
  }

  find(address: number): boolean {
    const mapping = this.#history.mappingAt(this.#pid, this.#time, address);
    if (mapping === undefined) return false;
    const { origin, table } = this.#entryAt(this.#pid, mapping, address);
    this.origin = origin;
    this.table = table;
    this.coming ||= table === TABLE_COMING;
    return true;
  }
}
