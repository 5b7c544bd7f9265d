/** How one binary, or several that share a step, comes to be. */
export interface Recipe {
  /** Names its folder in the cache. */
  name: string;
  /** Files in `sources/`, whose contents are part of what the cache goes by. */
  sources: readonly string[];
  /**
   * Shell lines, run by bash in an empty folder. `$SRC` is the folder of sources; `$OUT` the place that the folder is
   * moved to in the end, which is what debug information must tell of itself; `$IN` the folder of `after`.
   */
  script: string;
  /** A recipe whose product this one works on. */
  after?: string;
  files: readonly RecipeFile[];
}

export interface RecipeFile {
  /** What tests call it. */
  name: string;
  /** Within the recipe's folder. */
  path: string;
  /**
   * Another file of this folder or of `after` (`$IN/…`) with the same code at the same addresses, which judges read in
   * its stead: Debian 12's elfutils knows neither zstd nor split units' bodies, and what is stripped tells nothing.
   */
  judgedBy?: string;
  /** dwz's common file, which LLVM does not read: what it leaves nameless must be named there. */
  common?: string;
}

/** Small: built by every run of the unit tests. Large: what Debian distributes, for `npm run test:dwarf`. Fuzz: seeds. */
export type Tier = "small" | "large" | "fuzz";
