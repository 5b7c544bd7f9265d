/** An estimate of a variance and its degrees of freedom. */
export interface Variance {
  variance: number;
  freedom: number;
}

/**
 * How much sums over a recording vary, by batch means (Law and Kelton; Alexopoulos and Seila): a recording is cut into
 * B batches of time, and the variance of the whole is B/(B-1) times the sum of squares of the batches' residuals
 * x_b - p d_b, where p = sum x / sum d is the ratio of all (Cochran, Sampling Techniques, section 6). Samples within a
 * batch may depend on each other as they like, as long as batches hardly do. So it is done with B, B/2 and B/4 batches;
 * where the variance grows with their length, the greatest counts, with the degrees of freedom of its B. Where it still
 * grows from the last but one division to the last, it is taken to grow once more by as much: the bias of batch means
 * falls with the length of the batches, so twice the last minus the one before is free of it to first order.
 *
 * Only chosen rows of the columns given are looked at; place i stands for row `rows[i]`. Batches come in order, and their
 * number is a power of two.
 */
export class Spread {
  readonly rows: Int32Array;
  /** Sum over all runs, by place. */
  readonly sum: Float64Array;
  #exposure = 0;
  #runs = 0;
  readonly #levels: Level[] = [];
  /** Sums of x², x d and d² over runs. */
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  #exposureSquares = 0;
  #runTotal: Float64Array = new Float64Array(0);
  #runExposure = 0;
  #runBatches = 0;
  /** Place of each row; -1 of those that are not looked at. */
  #placeOf: Int32Array | undefined;

  constructor(rows: Int32Array) {
    this.rows = rows;
    this.sum = new Float64Array(rows.length);
    this.#squares = new Float64Array(rows.length);
    this.#products = new Float64Array(rows.length);
  }

  /** Begins a run with what it has in all. `batches`: how many will be added; 0 for a run without. */
  beginRun(total: Float64Array, exposure: number, batches: number): void {
    this.#runTotal = new Float64Array(this.rows.length);
    this.#runExposure = exposure;
    this.#runBatches = batches;
    this.#runs++;
    this.#exposure += exposure;
    this.#exposureSquares += exposure ** 2;
    for (let place = 0; place < this.rows.length; place++) {
      const weight = total[this.rows[place]];
      this.#runTotal[place] = weight;
      this.sum[place] += weight;
      this.#squares[place] += weight ** 2;
      this.#products[place] += weight * exposure;
    }
    const levels = batches === 0 ? 0 : levelCount(batches);
    while (this.#levels.length < levels) this.#levels.push(new Level(this.rows.length));
  }

  /** `touched`: the rows that are not 0 in `x`, where it is known. */
  addBatch(batch: number, x: Float64Array, exposure: number, touched = this.rows): void {
    const levels = this.#levels.slice(0, levelCount(this.#runBatches));
    const [first] = levels;
    this.#placeOf ??= placesOf(this.rows, x.length);
    first.addBatch(this.#placeOf, x, touched, exposure / this.#runExposure, levels[1]);
    for (const [index, level] of levels.entries()) {
      if (index > 0 && (batch + 1) % (1 << index) === 0) level.closeBatch(levels[index + 1]);
    }
  }

  /** Ends a run whose batches have all been added. */
  endRun(): void {
    if (this.#runBatches === 0) return;
    const own = levelCount(this.#runBatches);
    for (const [index, level] of this.#levels.entries()) {
      // A run with fewer divisions than others counts with its coarsest.
      const source = Math.min(index, own - 1);
      level.addRun(this.#levels[source], this.#runBatches >> source, this.#runTotal);
    }
    for (const level of this.#levels) level.clearRun();
  }

  /** The sum of all exposures. */
  get exposure(): number {
    return this.#exposure;
  }

  get runs(): number {
    return this.#runs;
  }

  /**
   * How much more the sum of a place varies by the longest batches than by the finest (or than `floor`, the variance of
   * independent samples): 1 without phases, 0 where there are no batches of different lengths.
   */
  growth(place: number, floor: number): number {
    if (this.#levels.length < 2) return 0;
    const finest = Math.max(this.#levels[0].variance[place], floor);
    return finest > 0 ? this.#levels[this.#levels.length - 1].variance[place] / finest : 0;
  }

  /** Variance of `sum[place]` within runs and its degrees of freedom: by the finest batches, or by those that show most. */
  within(place: number, division: "finest" | "greatest"): Variance {
    const [finest] = this.#levels;
    if (finest === undefined) return { variance: 0, freedom: Number.POSITIVE_INFINITY };
    if (division === "finest") return { variance: finest.variance[place], freedom: finest.freedom };
    let greatest = finest;
    for (const level of this.#levels) if (level.variance[place] > greatest.variance[place]) greatest = level;
    const last = this.#levels[this.#levels.length - 1];
    const extended =
      this.#levels.length < 2
        ? 0
        : 2 * last.variance[place] - this.#levels[this.#levels.length - 2].variance[place];
    return extended > greatest.variance[place]
      ? { variance: extended, freedom: last.freedom }
      : { variance: greatest.variance[place], freedom: greatest.freedom };
  }

  /** Variance of `sum[place]` by how runs differ from each other, with `runs - 1` degrees of freedom; 0 of one run. */
  between(place: number): number {
    if (this.#runs < 2) return 0;
    const ratio = this.sum[place] / this.#exposure;
    const squares =
      this.#squares[place] - 2 * ratio * this.#products[place] + ratio ** 2 * this.#exposureSquares;
    return Math.max(0, (squares * this.#runs) / (this.#runs - 1));
  }
}

function placesOf(rows: Int32Array, length: number): Int32Array {
  const places = new Int32Array(length).fill(-1);
  for (let place = 0; place < rows.length; place++) places[rows[place]] = place;
  return places;
}

/** Divisions beside the finest are of half and of a quarter as many batches, but of no fewer than these. */
const FEWEST_BATCHES = 8;
const MOST_LEVELS = 3;

function levelCount(batches: number): number {
  let count = 1;
  while (count < MOST_LEVELS && batches >> count >= FEWEST_BATCHES) count++;
  return count;
}

/**
 * One division into batches, of all runs. The squares of the residuals x - t s, where t is the run's total and s the
 * batch's part of its exposure, are summed as x² - 2 t x s + t² s², so that rows a batch did not meet cost nothing.
 */
class Level {
  /** Of the present run: sums of x² and of x s, by place, and of s². */
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  #shareSquares = 0;
  /** x and s of the present batch so far. */
  readonly pending: Float64Array;
  pendingShare = 0;
  readonly variance: Float64Array;
  freedom = 0;

  constructor(length: number) {
    this.#squares = new Float64Array(length);
    this.#products = new Float64Array(length);
    this.pending = new Float64Array(length);
    this.variance = new Float64Array(length);
  }

  /** A whole batch at once: rows `touched` of `x`. */
  addBatch(
    placeOf: Int32Array,
    x: Float64Array,
    touched: Int32Array,
    share: number,
    coarser: Level | undefined,
  ): void {
    for (const row of touched) {
      const weight = x[row];
      const place = placeOf[row];
      if (weight === 0 || place < 0) continue;
      this.#squares[place] += weight * weight;
      this.#products[place] += weight * share;
      if (coarser !== undefined) coarser.pending[place] += weight;
    }
    this.#shareSquares += share * share;
    if (coarser !== undefined) coarser.pendingShare += share;
  }

  /** Ends a batch, which is a part of a batch of the next coarser division. */
  closeBatch(coarser: Level | undefined): void {
    const share = this.pendingShare;
    for (let place = 0; place < this.pending.length; place++) {
      const x = this.pending[place];
      if (x === 0) continue;
      this.#squares[place] += x * x;
      this.#products[place] += x * share;
      if (coarser !== undefined) coarser.pending[place] += x;
      this.pending[place] = 0;
    }
    this.#shareSquares += share * share;
    if (coarser !== undefined) coarser.pendingShare += share;
    this.pendingShare = 0;
  }

  /** Adds the variance of the present run as `division` has it, in so many batches. */
  addRun(division: Level, batches: number, total: Float64Array): void {
    const factor = batches / (batches - 1);
    for (let place = 0; place < total.length; place++) {
      const t = total[place];
      const squares =
        division.#squares[place] - 2 * t * division.#products[place] + t * t * division.#shareSquares;
      // What rounding leaves of a row that is all of the run.
      if (squares > t * t * ROUNDING) this.variance[place] += squares * factor;
    }
    this.freedom += batches - 1;
  }

  clearRun(): void {
    this.#squares.fill(0);
    this.#products.fill(0);
    this.#shareSquares = 0;
  }
}

/** Of a square, in doubles. */
const ROUNDING = 1e-14;
