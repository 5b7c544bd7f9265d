import type { UnwindTableSource } from "../contract.ts";
import type { Mapping } from "../process/address-space.ts";
import type { ProcessReader } from "./process-reader.ts";
import { nothingToOpen, RUN_TIME_CODE, type TableFile, type TableStore } from "./table-store.ts";

/** So much is followed at once, which takes the compiling thread some tenths of a second; and so much more with each round (drain). */
const MOST_BYTES = 1 << 20;
const MORE_BYTES_A_ROUND = 1 << 15;
/** What could not be followed is looked at again after so many rounds: its compiler may have been at work. */
const ROUNDS_TO_NEXT_LOOK = 16;

/**
 * Tables for code that was made at run time, by its mapping, which a forked child shares: of kinds that are told by how they begin; and of
 * code that stacks end in, for it keeps no frame pointers: what that does with its stack, its instructions tell. Only memory is followed that cannot be
 * written to, so that a record of its mapping comes before what was changed in it runs.
 */
export class RunTimeTables {
  readonly #source: UnwindTableSource;
  readonly #reader: ProcessReader;
  readonly #tables: TableStore;
  readonly #files = new WeakMap<Mapping, TableFile | undefined>();
  /** Round in which a mapping is looked at again that could not be followed. */
  readonly #nextLooks = new WeakMap<Mapping, number>();
  /** Processes in which code was followed: what else they make is so at once. */
  readonly #compilers = new Set<number>();
  #followed = 0;
  #bytesLeft = MOST_BYTES;

  constructor(source: UnwindTableSource, reader: ProcessReader, tables: TableStore) {
    this.#source = source;
    this.#reader = reader;
    this.#tables = tables;
  }

  /** What stands for a mapping; undefined: there is no table for it, or nobody needed one. Looks at its beginning once. */
  fileOf(pid: number, mapping: Mapping, round: number): TableFile | undefined {
    if (!this.#files.has(mapping)) this.#files.set(mapping, this.#fileByBeginning(pid, mapping, round));
    return this.#files.get(mapping);
  }

  /** The same for a mapping that a process has now: where other code of it was followed, this is, too. */
  fileOfNew(pid: number, mapping: Mapping, round: number): TableFile | undefined {
    const file = this.fileOf(pid, mapping, round);
    if (file !== undefined || !this.#compilers.has(pid)) return file;
    this.#follow(pid, mapping, round);
    return this.#files.get(mapping);
  }

  /** To be called where the walk of a stack ended within a mapping. True: it will have a table soon. */
  endedIn(pid: number, mapping: Mapping, round: number): boolean {
    return this.fileOf(pid, mapping, round) === undefined && this.#follow(pid, mapping, round);
  }

  /** Whether a mapping has a table, or will have one, by what its instructions were when it was looked at. */
  isFollowed(mapping: Mapping): boolean {
    const file = this.#files.get(mapping);
    return file !== undefined && isFollowedCode(file);
  }

  /** To be called once a drain. */
  endRound(): void {
    this.#bytesLeft = Math.min(MOST_BYTES, this.#bytesLeft + MORE_BYTES_A_ROUND);
  }

  /** The process ended, or executes another program. */
  forget(pid: number): void {
    this.#compilers.delete(pid);
  }

  /** One for all mappings that begin alike. */
  #fileByBeginning(pid: number, mapping: Mapping, round: number): TableFile | undefined {
    if (!this.#source.tableOfRunTimeCode) return undefined;
    const beginning = this.#reader.beginning(pid, mapping);
    const made = beginning && this.#source.tableOfRunTimeCode(beginning);
    if (!made) return undefined;
    const key = `${RUN_TIME_CODE} ${Buffer.from(beginning).toString("hex")}`;
    return this.#tables.file(key, RUN_TIME_CODE, nothingToOpen, round, true, made);
  }

  #follow(pid: number, mapping: Mapping, round: number): boolean {
    if (this.#files.get(mapping) !== undefined || this.#bytesLeft <= 0) return false;
    if ((this.#nextLooks.get(mapping) ?? 0) > round) return false;
    const code = this.#reader.constantCode(pid, mapping);
    if (code === undefined) {
      this.#nextLooks.set(mapping, round + ROUNDS_TO_NEXT_LOOK);
      return false;
    }
    this.#bytesLeft -= code.length;
    this.#followed++;
    this.#compilers.add(pid);
    const open = () => ({ ...nothingToOpen(), code });
    const key = `${RUN_TIME_CODE} ${this.#followed}`;
    this.#files.set(mapping, this.#tables.file(key, RUN_TIME_CODE, open, round, true));
    return true;
  }
}

/** Whether it stands for one mapping's code as that was at one time. */
export function isFollowedCode({ path, made }: TableFile): boolean {
  return path === RUN_TIME_CODE && made === undefined;
}
