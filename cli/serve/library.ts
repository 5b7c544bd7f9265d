import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { Manifest, Overview, ServedFile, ServedState } from "../../viewer/served/messages.ts";
import { bytes } from "../words.ts";
import { PART_BYTES, type Piece } from "./pack.ts";
import type { Pack, Packing } from "./pack-process.ts";

/** Packed profiles kept; beyond that those are forgotten that were asked for longest ago, and packed again when asked for. */
const KEPT_BYTES = 1 << 30;
/** A question for a file that is being read is answered after this at the latest. */
const PATIENCE_MS = 2000;

/** One file: what is known of it, and its pieces while they are kept. */
class Entry {
  readonly path: string;
  /** Of the file on disk when it was read. */
  version = "";
  title = "";
  facts: ServedFile["facts"];
  overview: Overview | undefined;
  problem: string | undefined;
  manifest: Manifest | undefined;
  parts: Piece[] = [];
  sources: Piece | undefined;
  askedAt = 0;
  isQueued = false;
  /** Those who wait for news. */
  waiting: (() => void)[] = [];

  constructor(path: string) {
    this.path = path;
  }

  get packedBytes(): number {
    return this.parts.reduce((sum, { bytes: part }) => sum + part.length, 0);
  }

  forget(): void {
    this.manifest = undefined;
    this.parts = [];
    this.sources = undefined;
  }

  news(): void {
    for (const tell of this.waiting.splice(0)) tell();
  }
}

/** The served files: read one at a time, each when it is first asked for or when it has changed. */
export class Library {
  readonly #entries: Entry[];
  readonly #pack: Pack;
  #queue: Entry[] = [];
  #running: Packing | undefined;
  #isWorking = false;
  #isStopped = false;
  #clock = 0;

  constructor(paths: readonly string[], pack: Pack) {
    this.#entries = paths.map((path) => new Entry(path));
    this.#pack = pack;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Reads all files in turn, for the list. */
  readAll(): void {
    for (const entry of this.#entries) this.#enqueue(entry);
  }

  async list(): Promise<ServedFile[]> {
    return Promise.all(
      this.#entries.map(async ({ path, facts, problem }) => {
        const found = await stat(path).catch(() => undefined);
        const size = found === undefined ? "" : bytes(found.size);
        return { name: path, size, ...(facts && { facts }), ...(problem !== undefined && { problem }) };
      }),
    );
  }

  /** How far a file is; waits a moment for it to be ready, or with `hasOverview` false for a first picture. */
  async state(index: number, hasOverview: boolean): Promise<ServedState> {
    const entry = this.#entries[index];
    entry.askedAt = ++this.#clock;
    const version = await versionOf(entry.path);
    if (version !== entry.version || (entry.manifest === undefined && entry.problem === undefined))
      this.#enqueue(entry);
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const { problem, overview, manifest } = entry;
      if (!entry.isQueued && problem !== undefined) return { state: "failed", sentence: problem };
      if (overview !== undefined && manifest !== undefined) return { state: "ready", overview, manifest };
      if (overview !== undefined && !hasOverview) return { state: "reading", overview };
      const rest = end - performance.now();
      if (rest <= 0) return { state: "reading" };
      await this.#news(entry, rest);
    }
  }

  /** Whether the file on disk is the one that was read as `version`. */
  async isCurrent(index: number, version: string): Promise<boolean> {
    return version === (await versionOf(this.#entries[index].path));
  }

  /** A piece of that version; undefined where there is none (any more). */
  piece(index: number, version: string, part: number | "sources"): Piece | undefined {
    const entry = this.#entries[index];
    if (entry.manifest?.version !== version) return undefined;
    return part === "sources" ? entry.sources : entry.parts[part];
  }

  /** The sentence of a file that can't be shown, as soon as it is known that it can't; undefined when it can. */
  async problem(index: number): Promise<string | undefined> {
    for (;;) {
      const state = await this.state(index, true);
      if (state.state === "failed") return state.sentence;
      if (state.state === "ready") return undefined;
    }
  }

  /** Ends the reading at once, for good. */
  stop(): void {
    this.#isStopped = true;
    this.#queue = [];
    this.#running?.stop();
  }

  #enqueue(entry: Entry): void {
    if (entry.isQueued) return;
    entry.isQueued = true;
    entry.forget();
    entry.overview = undefined;
    entry.problem = undefined;
    this.#queue.push(entry);
    if (!this.#isWorking) void this.#work();
  }

  /** One file at a time: each may take much memory. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let entry = this.#queue.shift(); entry !== undefined; entry = this.#queue.shift()) {
      await this.#read(entry);
      entry.isQueued = false;
      entry.news();
      this.#makeRoom(entry);
    }
    this.#isWorking = false;
  }

  async #read(entry: Entry): Promise<void> {
    const version = await versionOf(entry.path);
    const parts: Piece[] = [];
    let sources: Piece | undefined;
    if (this.#isStopped) return;
    this.#running = this.#pack(entry.path, (message) => {
      switch (message.kind) {
        case "head":
          ({ title: entry.title, facts: entry.facts, overview: entry.overview } = message);
          entry.news();
          break;
        case "part":
          parts.push(message.piece);
          break;
        case "sources":
          sources = message.piece;
          break;
        case "end":
          entry.parts = parts;
          entry.sources = sources;
          entry.manifest = {
            version,
            title: entry.title,
            bytes: message.bytes,
            partBytes: PART_BYTES,
            parts: parts.length,
            hasSources: sources !== undefined,
          };
          break;
        case "failure":
          entry.problem = message.sentence;
          break;
      }
    });
    await this.#running.done;
    // A file written meanwhile was perhaps read half old, half new: the version is of before, so it is read again.
    entry.version = version;
  }

  #makeRoom(newest: Entry): void {
    const byAge = this.#entries.filter((entry) => entry !== newest).sort((a, b) => a.askedAt - b.askedAt);
    let kept = this.#entries.reduce((sum, entry) => sum + entry.packedBytes, 0);
    for (const entry of byAge) {
      if (kept <= KEPT_BYTES) return;
      kept -= entry.packedBytes;
      entry.forget();
    }
  }

  #news(entry: Entry, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      entry.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** Changes whenever the file does; `missing` for one that is not there. */
async function versionOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return "missing";
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return createHash("sha256").update([dev, ino, size, mtimeNs, ctimeNs].join(" ")).digest("hex").slice(0, 16);
}
