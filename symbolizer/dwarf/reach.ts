/**
 * How far around each of n ascending addresses its answer holds, as columns: what begins or ends between two addresses
 * bounds the reach of both. Gathered while tables are read for the addresses anyway.
 */
export class Reach {
  readonly from: Float64Array;
  readonly to: Float64Array;

  constructor(count: number) {
    this.from = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.to = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  }

  /** Something begins or ends at `place`; `index` is that of the first address not below it. */
  bound(place: number, index: number): void {
    const { from, to } = this;
    if (index > 0 && place < to[index - 1]) to[index - 1] = place;
    if (index < from.length && place > from[index]) from[index] = place;
  }

  /** To be called when all is told: what bounds an address's neighbour on its far side bounds it, too. */
  spread(): void {
    const { from, to } = this;
    for (let i = 1; i < from.length; i++) if (from[i - 1] > from[i]) from[i] = from[i - 1];
    for (let i = to.length - 2; i >= 0; i--) if (to[i + 1] < to[i]) to[i] = to[i + 1];
  }

  /** Takes in how far the answers of the addresses with these indices reach. */
  narrow(indices: ArrayLike<number>, other: Reach): void {
    const { from, to } = this;
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i];
      if (other.from[i] > from[index]) from[index] = other.from[i];
      if (other.to[i] < to[index]) to[index] = other.to[i];
    }
  }
}
