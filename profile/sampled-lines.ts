/** One line of source text of a function, and what was sampled there. */
export interface SampledLine {
  /** String index of the source file; 0 when unknown. */
  file: number;
  /** 0 when unknown. */
  line: number;
  /** Weight of the samples that were executing this line itself. */
  self: number;
  /** `self` and the weight of those that were in a call made on this line. */
  total: number;
}

/** Where the samples through one row of a call tree were in its function. */
export interface SampledLines {
  /** Heaviest first. None for the root and groups. */
  lines: SampledLine[];
  /** Weight of the samples in which the function was inlined into its caller. */
  inlined: number;
}
