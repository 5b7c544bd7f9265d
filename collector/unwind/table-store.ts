import { closeSync } from "node:fs";
import type { UnwindTableAnswer, UnwindTableCounters, UnwindTableSource } from "../contract.ts";
import type { PlacedTable } from "./process-block.ts";
import type { Shards } from "./shards.ts";

/** The path of what stands for code that was made at run time; no file has it. */
export const RUN_TIME_CODE = "[run-time code]";

/** What a file is that some process has mapped. */
export interface TableFile {
  readonly key: string;
  readonly path: string;
  /** What stands for code that is in no file: its table. */
  readonly made: UnwindTableAnswer | undefined;
  /** Its table in the shards. */
  placed: PlacedTable | undefined;
  state: "asked" | "placed" | "none" | "no-room";
  /** Of its table, once it was there. */
  bytes: number;
  /** Round in which a process that has it mapped was last sampled. */
  usedRound: number;
}

/** An answer that found no room yet. */
interface Waiting {
  file: TableFile;
  answer: Extract<UnwindTableAnswer, { kind: "table" }>;
}

interface Asked {
  file: TableFile;
  open: OpenFile;
  urgent: boolean;
}

/** How the file is opened when its turn comes; `code`: there is none, but this. */
export type OpenFile = () => { fd: number | undefined; problem: string | undefined; code?: Uint8Array };

/** Of code that is in no file. */
export const nothingToOpen: OpenFile = () => ({ fd: undefined, problem: undefined });

/** Rounds (drains) without a sample after which a table may go for another: else two that are both used would take turns. */
const STALE_ROUNDS = 8;
/** Files that are asked for at once: each may hold a descriptor. */
const MAX_ASKED = 16;

/**
 * The tables of files: asked for when a process has the file mapped, written into the shards once, and thrown out,
 * those whose processes were not sampled for the longest time first, when others need the room.
 */
export class TableStore {
  readonly #source: UnwindTableSource;
  readonly #shards: Shards;
  /** To be called when what is known of a file's table has changed. */
  readonly #changed: (file: TableFile) => void;
  readonly #files = new Map<string, TableFile>();
  readonly #queue: Asked[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #missing = new Map<string, string>();
  #asked = 0;
  #evicted = 0;
  #closed = false;

  constructor(source: UnwindTableSource, shards: Shards, changed: (file: TableFile) => void) {
    this.#source = source;
    this.#shards = shards;
    this.#changed = changed;
  }

  /** The file with that key, which is asked for if it is new; `urgent`: before others. `made`: its table, if nobody has to be asked. */
  file(
    key: string,
    path: string,
    open: OpenFile,
    round: number,
    urgent: boolean,
    made?: UnwindTableAnswer,
  ): TableFile {
    const known = this.#files.get(key);
    if (known) {
      known.usedRound = Math.max(known.usedRound, round);
      return known;
    }
    const file: TableFile = {
      key,
      path,
      made,
      placed: undefined,
      state: "asked",
      bytes: 0,
      usedRound: round,
    };
    this.#files.set(key, file);
    this.#ask(file, open, urgent);
    return file;
  }

  /** Asks again for a file whose table was thrown out or found no room, since it is used now and there would be room. */
  again(file: TableFile, open: OpenFile): void {
    if (file.state !== "no-room" || this.#closed) return;
    // What is free in many small gaps is of no use.
    const coming = this.#stale(file).reduce((sum, { bytes }) => sum + bytes, 0);
    if (Math.max(coming, this.#shards.largestTable) < file.bytes) return;
    file.state = "asked";
    this.#ask(file, open, true);
  }

  /** Lets go of a file that no process has mapped any more, nor will have. */
  forget(file: TableFile): void {
    this.#files.delete(file.key);
    for (const { place } of file.placed?.pieces ?? []) this.#shards.space.release(place);
    file.placed = undefined;
    file.state = "none";
    removeWhere(this.#queue, (asked) => asked.file === file);
    removeWhere(this.#waiting, (waiting) => waiting.file === file);
  }

  /** Files that were asked for, and those of them that have been answered. */
  get progress(): { files: number; answered: number } {
    let answered = 0;
    for (const { state } of this.#files.values()) if (state !== "asked") answered++;
    return { files: this.#files.size, answered };
  }

  counters(): UnwindTableCounters {
    let files = 0;
    let withoutRoom = 0;
    for (const { state } of this.#files.values()) {
      if (state === "placed") files++;
      if (state === "no-room") withoutRoom++;
    }
    return {
      files,
      bytes: this.#shards.space.usedBytes,
      missing: Array.from(this.#missing, ([file, reason]) => ({ file, reason })),
      evicted: this.#evicted,
      withoutRoom,
    };
  }

  /** Tables that wait for room try again: to be called when some came free. */
  retry(): void {
    for (const waiting of this.#waiting.splice(0)) this.#place(waiting);
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#waiting.length = 0;
  }

  #ask(file: TableFile, open: OpenFile, urgent: boolean): void {
    const asked = { file, open, urgent };
    if (urgent) this.#queue.unshift(asked);
    else this.#queue.push(asked);
    this.#next();
  }

  #next(): void {
    while (this.#asked < MAX_ASKED) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#asked++;
      void this.#fetch(next).then((answer) => {
        this.#asked--;
        if (this.#closed) return;
        if (this.#files.has(next.file.key)) this.#take(next.file, answer);
        this.#next();
      });
    }
  }

  async #fetch({ file, open, urgent }: Asked): Promise<UnwindTableAnswer> {
    if (file.made) return file.made;
    const { fd, problem, code } = open();
    if (problem !== undefined) return { kind: "none", reason: problem };
    try {
      return await this.#source.tableOf({ path: file.path, fd, urgent, ...(code && { code }) });
    } catch (error) {
      return { kind: "none", reason: error instanceof Error ? error.message : String(error) };
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  #take(file: TableFile, answer: UnwindTableAnswer): void {
    if (answer.kind === "table") this.#place({ file, answer });
    else {
      file.state = "none";
      // Of memory nobody expects a table.
      if (file.path !== RUN_TIME_CODE) this.#missing.set(file.path, answer.reason);
      this.#changed(file);
    }
  }

  /** Writes a table into the shards: at once, when they have grown, or when others have made room. */
  #place(waiting: Waiting): void {
    const { file, answer } = waiting;
    file.bytes = answer.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const places: number[] = [];
    for (const { bytes } of answer.pieces) {
      const place = this.#shards.putTable(bytes);
      if (place === undefined) break;
      places.push(place);
    }
    if (places.length === answer.pieces.length) {
      const pieces = answer.pieces.map(({ base, end }, index) => ({ base, end, place: places[index] }));
      file.placed = { segments: answer.segments, pieces };
      file.state = "placed";
      this.#changed(file);
      return;
    }
    for (const place of places) this.#shards.space.takeBack(place);
    if (this.#shards.canGrow) {
      this.#waiting.push(waiting);
      void this.#shards.grow().then(() => {
        if (!this.#closed) this.retry();
      });
    } else if (this.#makeRoom(file)) {
      this.#waiting.push(waiting);
    } else {
      file.state = "no-room";
      this.#changed(file);
    }
  }

  /** Throws out stale tables for a file. False: there are none, nor any on their way out. */
  #makeRoom(file: TableFile): boolean {
    const before = this.#shards.space.releasedBytes;
    let coming = before;
    for (const victim of this.#stale(file)) {
      if (coming >= file.bytes) break;
      coming += this.#evict(victim);
    }
    return coming > before || coming >= file.bytes;
  }

  /** Tables that may go for that of `file`, those that were not used for the longest time first. */
  #stale(file: TableFile): TableFile[] {
    return [...this.#files.values()]
      .filter(({ state, usedRound }) => state === "placed" && usedRound + STALE_ROUNDS <= file.usedRound)
      .sort((a, b) => a.usedRound - b.usedRound);
  }

  /** Returns the bytes that come free with the next barrier. */
  #evict(file: TableFile): number {
    const pieces = file.placed?.pieces ?? [];
    file.placed = undefined;
    file.state = "no-room";
    this.#evicted++;
    // First no block may lead there any more.
    this.#changed(file);
    const before = this.#shards.space.releasedBytes;
    for (const { place } of pieces) this.#shards.space.release(place);
    return this.#shards.space.releasedBytes - before;
  }
}

function removeWhere<Item>(items: Item[], isSuch: (item: Item) => boolean): void {
  const index = items.findIndex(isSuch);
  if (index >= 0) items.splice(index, 1);
}
