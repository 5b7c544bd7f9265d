import type { ComparedSide, CompareOptions } from "./compare.ts";
import { fisherTwoSided, poissonTwoSided } from "./exact-tests.ts";
import { incompleteBeta, studentTwoSided } from "./special-functions.ts";
import type { Variance } from "./spread.ts";

/** What a row comes to. */
export interface RowTest {
  beforeVariance: number;
  afterVariance: number;
  error: number;
  freedom: number;
  dispersion: number;
  pValue: number;
}

/** What one side says of a row, in squared units of its sums. */
interface SideVariance {
  variance: number;
  freedom: number;
  /** What the variance would be if samples did not depend on each other. */
  floor: number;
}

/** Rows that tell how a program varies have at least this many samples, and are not nearly all of it. */
const SAMPLES_THAT_TELL = 50;
const NEARLY_ALL = 0.99;
/** From such a growth with the length of batches on, a program has phases (of its functions the median), or a row has. */
const GROWTH_OF_PHASES = { program: 1.25, row: 1.5 } as const;
/** How much what is usual weighs against what replicates show, in degrees of freedom. */
const PRIOR_FREEDOM = 10;
/** How much weighs that runs differ by no more than their slices tell, in degrees of freedom. */
const DOUBT = 4;
/** Chance by which replicates of a row may differ more than its slices tell, and still be taken for equal. */
const BETWEEN_LEVEL = 0.05;

/** Tests rows of two sides, one at a time, by what their other rows tell of them. */
export class RowTester {
  readonly #before: ComparedSide;
  readonly #after: ComparedSide;
  readonly #options: CompareOptions;
  readonly #sides = new Map<ComparedSide, SideHabits>();
  /** For how many rows each place of the spreads stands. */
  readonly #rowsOfPlace: Int32Array;

  constructor(before: ComparedSide, after: ComparedSide, options: CompareOptions, rowsOfPlace: Int32Array) {
    this.#before = before;
    this.#after = after;
    this.#options = options;
    this.#rowsOfPlace = rowsOfPlace;
    for (const side of [before, after]) this.#sides.set(side, this.#habitsOf(side));
  }

  test(place: number): RowTest {
    const [b, a] = [this.#before, this.#after];
    const [x, y] = [b.spread.sum[place], a.spread.sum[place]];
    const [d, e] = [b.exposure, a.exposure];
    const own = [this.#sideVariance(b, place), this.#sideVariance(a, place)];
    // Excess over independent samples, by weight: the same for a rate of 99 Hz and one of 999 Hz.
    const excess = Math.max(excessWeight(own[0], b.unit), excessWeight(own[1], a.unit));
    const inflation = [1 + excess / b.unit, 1 + excess / a.unit];
    const pooled = (x + y) / (d + e);
    const shared = [
      (inflation[0] * this.#floor(b, pooled * d)) / d ** 2,
      (inflation[1] * this.#floor(a, pooled * e)) / e ** 2,
    ];
    const separate = [own[0].variance / d ** 2, own[1].variance / e ** 2];
    // The phase of a program that a run hardly met has hardly varied in it: what both sides say together counts too.
    const freedom = jointFreedom(separate, own);
    const difference = Math.abs(y / e - x / d);
    const error = Math.sqrt(Math.max(separate[0] + separate[1], shared[0] + shared[1]));
    const byStudent = difference === 0 ? 1 : studentTwoSided(difference / error, freedom);
    const exact = byStudent < 0.5 ? this.#exact(place, inflation) : 0;
    return {
      beforeVariance: separate[0],
      afterVariance: separate[1],
      error,
      freedom,
      dispersion: Math.max(...inflation),
      pValue: Math.max(byStudent, exact),
    };
  }

  /**
   * The exact test on counts divided by their dispersion, so that a few samples do not pass for many. What is not
   * whole is rounded towards no difference.
   */
  #exact(place: number, inflation: readonly number[]): number {
    const [b, a] = [this.#before, this.#after];
    const hits = [b.spread.sum[place] / b.unit / inflation[0], a.spread.sum[place] / a.unit / inflation[1]];
    if (this.#options.normalization.kind !== "total") {
      return poissonTwoSided(
        hits[0],
        b.exposure / b.unit / inflation[0],
        hits[1],
        a.exposure / a.unit / inflation[1],
      );
    }
    const draws = [b.whole / b.unit / inflation[0], a.whole / a.unit / inflation[1]];
    const isMoreBefore = hits[0] * draws[1] > hits[1] * draws[0];
    const whole = [isMoreBefore ? down(hits[0]) : up(hits[0]), isMoreBefore ? up(hits[1]) : down(hits[1])];
    const size = draws.map((draw, side) => Math.max(whole[side], Math.round(draw)));
    // Rounding may have turned the difference around.
    if (whole[0] * size[1] > whole[1] * size[0] !== isMoreBefore) return 1;
    const chance = fisherTwoSided(whole[0], size[0], whole[1], size[1]);
    return Number.isNaN(chance) ? 0 : chance;
  }

  #sideVariance(side: ComparedSide, place: number): SideVariance {
    const { spread } = side;
    const sum = spread.sum[place];
    const floor = this.#floor(side, sum);
    const within = this.#within(side, place, floor);
    if (side.runs < 2) {
      const allowance = (this.#options.betweenRuns * sum * Math.max(0, 1 - sum / side.whole)) ** 2;
      return { variance: within.variance + allowance, freedom: within.freedom, floor };
    }
    // What runs differ by, as all rows have it, and where a row's own runs differ by more, as both have it.
    const factor = this.#sides.get(side)?.between ?? 1;
    const usual = within.variance * factor;
    const between = spread.between(place);
    const own = side.runs - 1;
    const ratio = usual > 0 ? between / usual : 0;
    const freedom = Math.min(within.freedom, PRIOR_FREEDOM + own);
    if (fisherUpperTail(ratio, own, within.freedom) > BETWEEN_LEVEL) {
      return { variance: usual, freedom: factor > 1 ? freedom : within.freedom, floor };
    }
    const variance = (PRIOR_FREEDOM * usual + own * between) / (PRIOR_FREEDOM + own);
    return { variance, freedom, floor };
  }

  /** The variance by slices, no less than of independent samples. */
  #within(side: ComparedSide, place: number, floor: number): Variance {
    const hasPhases =
      this.#sides.get(side)?.hasPhases || side.spread.growth(place, floor) > GROWTH_OF_PHASES.row;
    const slices = side.spread.within(place, hasPhases ? "greatest" : "finest");
    return slices.variance > floor ? slices : { variance: floor, freedom: Number.POSITIVE_INFINITY };
  }

  /** Variance of a sum if samples did not depend on each other: binomial, or for ratios of two functions Poisson. */
  #floor(side: ComparedSide, sum: number): number {
    if (this.#options.normalization.kind === "frame") {
      return side.unit * sum * (1 + sum / side.exposure);
    }
    return side.unit * sum * Math.max(0, 1 - sum / side.whole);
  }

  /** What the rows of a side have in common. */
  #habitsOf(side: ComparedSide): SideHabits {
    const { spread, whole, unit } = side;
    const growths: number[] = [];
    const betweens: number[] = [];
    for (let place = 0; place < spread.rows.length; place++) {
      const sum = spread.sum[place];
      const isTelling = sum > SAMPLES_THAT_TELL * unit && sum < NEARLY_ALL * whole;
      if (!isTelling) continue;
      const floor = this.#floor(side, sum);
      const growth = spread.growth(place, floor);
      for (let rows = this.#rowsOfPlace[place]; rows > 0; rows--) growths.push(growth);
      if (side.runs < 2) continue;
      const between = spread.between(place) / this.#within(side, place, floor).variance;
      for (let rows = this.#rowsOfPlace[place]; rows > 0; rows--) betweens.push(between);
    }
    // Functions that call each other vary together: half of them are taken to speak for themselves.
    const evidence = (betweens.length / 2) * (side.runs - 1);
    const mean = betweens.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, betweens.length);
    return {
      hasPhases: median(growths) > GROWTH_OF_PHASES.program,
      between: Math.max(1, (DOUBT + evidence * mean) / (DOUBT + evidence)),
    };
  }
}

/** What the functions of one side have in common. */
interface SideHabits {
  /** Whether most vary more over long times than over short ones. */
  hasPhases: boolean;
  /** Variance between runs in units of that within them: the mean, drawn towards 1 where few say it; at least 1. */
  between: number;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return Float64Array.from(values).sort()[values.length >> 1];
}

/** The chance of a ratio of two independent estimates of one variance of at least `ratio` (Fisher's F). */
function fisherUpperTail(ratio: number, freedom: number, otherFreedom: number): number {
  // Of an exactly known variance: as if by very many.
  const known = Math.min(otherFreedom, 1e6);
  return incompleteBeta(known / 2, freedom / 2, known / (known + freedom * ratio));
}

/** How much more weight than a single sample's comes at a time. */
function excessWeight({ variance, floor }: SideVariance, unit: number): number {
  return floor > 0 ? Math.max(0, variance / floor - 1) * unit : 0;
}

/** Degrees of freedom of a sum of two variances (Welch 1947, Satterthwaite 1946). */
function jointFreedom(variances: readonly number[], sides: readonly SideVariance[]): number {
  const sum = variances[0] + variances[1];
  const parts = variances.map((variance, side) => variance ** 2 / sides[side].freedom);
  return sum === 0 || parts[0] + parts[1] === 0 ? Number.POSITIVE_INFINITY : sum ** 2 / (parts[0] + parts[1]);
}

/** Weights are floating-point multiples of a sample's. */
const ROUNDING = 1e-6;

function down(value: number): number {
  return Math.floor(value + ROUNDING);
}

function up(value: number): number {
  return Math.ceil(value - ROUNDING);
}
