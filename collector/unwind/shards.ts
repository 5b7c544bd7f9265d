import { INDEX_BYTES, MAX_SHARDS, offsetOf, SHARD_BYTES, shardOf } from "./memory-format.ts";
import { ShardSpace } from "./shard-space.ts";

/** Makes the kernel's memory of one shard and shows it; on the way to the kernel's programs when the promise is fulfilled. */
export type MakeShard = (shard: number) => Promise<ArrayBuffer>;

/** The shards of a recording, made one by one as room is needed, up to a bound. */
export class Shards {
  readonly #make: MakeShard;
  readonly #most: number;
  readonly #memory: ArrayBuffer[] = [];
  readonly #space = new ShardSpace();
  #growing: Promise<void> | undefined;
  #refused = false;

  /** `most`: bound of their number. */
  constructor(make: MakeShard, most: number) {
    this.#make = make;
    this.#most = Math.min(most, MAX_SHARDS);
  }

  /** Bytes of kernel memory that the shards take. */
  get memoryBytes(): number {
    return this.#memory.length * SHARD_BYTES;
  }

  get space(): ShardSpace {
    return this.#space;
  }

  get canGrow(): boolean {
    return !this.#refused && this.#memory.length < this.#most;
  }

  /** The memory of a shard, for those that know what lies where. */
  memory(shard: number): ArrayBuffer {
    return this.#memory[shard];
  }

  /** Writes a process block where there is room. Returns its place; undefined: there is no room. */
  putBlock(bytes: Uint8Array): number | undefined {
    return this.#put(bytes, 0);
  }

  /** As `putBlock`, for a table. Blocks, without which no table is of use, have the first shard for themselves. */
  putTable(bytes: Uint8Array): number | undefined {
    return this.#put(bytes, this.#firstForTables);
  }

  /** Bytes of the largest table that has room now. */
  get largestTable(): number {
    return this.#space.largestGap(this.#firstForTables);
  }

  get #firstForTables(): number {
    return this.#most > 1 ? 1 : 0;
  }

  #put(bytes: Uint8Array, firstShard: number): number | undefined {
    const place = this.#space.allocate(bytes.length, firstShard);
    if (place === undefined) return undefined;
    new Uint8Array(this.#memory[shardOf(place)], offsetOf(place), bytes.length).set(bytes);
    return place;
  }

  /** One shard more, if there may be one. Never rejects, but for the first: what the kernel refuses later is the end of growth. */
  grow(): Promise<void> {
    this.#growing ??= this.#grow().finally(() => {
      this.#growing = undefined;
    });
    return this.#growing;
  }

  async #grow(): Promise<void> {
    if (!this.canGrow) return;
    const shard = this.#memory.length;
    try {
      const memory = await this.#make(shard);
      this.#memory.push(memory);
      this.#space.addShard(shard === 0 ? INDEX_BYTES : 0);
    } catch (error) {
      this.#refused = true;
      if (shard === 0) throw error;
    }
  }
}
