import { MAX_SHARDS, offsetOf, PLACE_UNIT_BYTES, placeOf, SHARD_BYTES, shardOf } from "./memory-format.ts";

interface Gap {
  offset: number;
  bytes: number;
}

/**
 * Which parts of the shards are in use. What is let go of may still be read by a kernel program that runs, so it is
 * handed out again only when a barrier, at which the kernel waits for all running programs, has come after that.
 */
export class ShardSpace {
  /** By shard: gaps sorted by offset, no two adjacent. */
  readonly #gaps: Gap[][] = [];
  readonly #bytesAt = new Map<number, number>();
  #released: number[] = [];
  #usedBytes = 0;

  get shards(): number {
    return this.#gaps.length;
  }

  /** Bytes handed out, those among them that wait for a barrier included. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  get freeBytes(): number {
    return this.#gaps.flat().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Bytes of the largest gap in the shards from `firstShard` on. */
  largestGap(firstShard = 0): number {
    return this.#gaps
      .slice(firstShard)
      .flat()
      .reduce((most, { bytes }) => Math.max(most, bytes), 0);
  }

  /** Bytes that wait for a barrier. */
  get releasedBytes(): number {
    return this.#released.reduce((sum, place) => sum + (this.#bytesAt.get(place) ?? 0), 0);
  }

  /** One shard more, whose first bytes are spoken for. Returns its number. */
  addShard(reservedBytes = 0): number {
    if (this.#gaps.length >= MAX_SHARDS) throw new RangeError(`there are ${MAX_SHARDS} shards already`);
    this.#gaps.push([{ offset: reservedBytes, bytes: SHARD_BYTES - reservedBytes }]);
    return this.#gaps.length - 1;
  }

  /** The place of `bytes` free bytes, in the smallest gap of the shards from `firstShard` on that holds them. Undefined: there is none. */
  allocate(bytes: number, firstShard = 0): number | undefined {
    const rounded = Math.max(1, Math.ceil(bytes / PLACE_UNIT_BYTES)) * PLACE_UNIT_BYTES;
    let best: { shard: number; index: number; gap: Gap } | undefined;
    for (let shard = firstShard; shard < this.#gaps.length; shard++) {
      for (const [index, gap] of this.#gaps[shard].entries()) {
        if (gap.bytes >= rounded && gap.bytes < (best?.gap.bytes ?? Number.POSITIVE_INFINITY)) {
          best = { shard, index, gap };
        }
      }
    }
    if (!best) return undefined;
    const { shard, index, gap } = best;
    const place = placeOf(shard, gap.offset);
    if (gap.bytes === rounded) this.#gaps[shard].splice(index, 1);
    else this.#gaps[shard][index] = { offset: gap.offset + rounded, bytes: gap.bytes - rounded };
    this.#bytesAt.set(place, rounded);
    this.#usedBytes += rounded;
    return place;
  }

  /** Lets go of a place; nothing in the shards must lead there any more. */
  release(place: number): void {
    if (!this.#bytesAt.has(place) || this.#released.includes(place)) {
      throw new RangeError(`place ${place} is not in use`);
    }
    this.#released.push(place);
  }

  /** Takes back a place that nothing has led to yet: at once. */
  takeBack(place: number): void {
    if (!this.#bytesAt.has(place)) throw new RangeError(`place ${place} is not in use`);
    this.afterBarrier([place]);
  }

  /** To be called before a barrier begins: what it will set free. */
  beforeBarrier(): readonly number[] {
    const released = this.#released;
    this.#released = [];
    return released;
  }

  /** To be called when the barrier is over, with what `beforeBarrier` gave. */
  afterBarrier(released: readonly number[]): void {
    for (const place of released) {
      const bytes = this.#bytesAt.get(place) ?? 0;
      this.#bytesAt.delete(place);
      this.#usedBytes -= bytes;
      insertGap(this.#gaps[shardOf(place)], { offset: offsetOf(place), bytes });
    }
  }
}

/** Puts a gap among others and joins it with its neighbours. */
function insertGap(gaps: Gap[], gap: Gap): void {
  let index = gaps.findIndex(({ offset }) => offset > gap.offset);
  if (index < 0) index = gaps.length;
  let { offset, bytes } = gap;
  let first = index;
  let count = 0;
  const before = gaps[index - 1];
  if (before && before.offset + before.bytes === offset) {
    offset = before.offset;
    bytes += before.bytes;
    first--;
    count++;
  }
  const behind = gaps[index];
  if (behind && offset + bytes === behind.offset) {
    bytes += behind.bytes;
    count++;
  }
  gaps.splice(first, count, { offset, bytes });
}
