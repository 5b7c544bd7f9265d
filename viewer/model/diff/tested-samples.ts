import type { AnalysisTree } from "../../../profile/analysis/analysis-tree.ts";
import { frameModule, frameName } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";

/**
 * Which tested path stands for the same samples as a row of a tree, whatever filters, changes and groups made that tree.
 * Samples of a joined profile come in the order of its paths, so those of a path with all below it are a range, and so
 * are its own:
 *
 *     path        own samples   samples
 *     main           0 … 1       0 … 5
 *       parse        2           2 … 4
 *         read       3 … 4       3 … 4
 *       draw         5           5
 *
 * A row of a tree is looked at as the least, the greatest and the number of its samples. Where they are a range that a
 * path of the same function has, what was tested of the path holds for the row.
 */
export class TestedSamples {
  readonly #profile: Profile;
  /** Of each stack: its first sample and the last of those below it. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** Of each stack: its last own sample. The first of all is its own where it has any. */
  readonly #lastOwn: Int32Array;
  readonly #ranges = new WeakMap<AnalysisTree, RowSamples>();

  constructor(profile: Profile) {
    this.#profile = profile;
    const { stack, length } = profile.samples;
    const { parent } = profile.stacks;
    this.#first = new Int32Array(parent.length).fill(length);
    this.#last = new Int32Array(parent.length).fill(-1);
    for (let sample = 0; sample < length; sample++) {
      if (stack[sample] < 0) continue;
      this.#first[stack[sample]] = Math.min(this.#first[stack[sample]], sample);
      this.#last[stack[sample]] = sample;
    }
    this.#lastOwn = this.#last.slice();
    for (let row = parent.length - 1; row >= 0; row--) {
      const above = parent[row];
      if (above < 0) continue;
      this.#first[above] = Math.min(this.#first[above], this.#first[row]);
      this.#last[above] = Math.max(this.#last[above], this.#last[row]);
    }
  }

  /** The stack whose samples, with all below it, are those of a row; -1: none. */
  pathOfTotal(tree: AnalysisTree, row: number): number {
    const { first, last, count } = this.#samplesOf(tree);
    if (count[row] === 0 || last[row] - first[row] + 1 !== count[row]) return -1;
    const { stack } = this.#profile.samples;
    const { parent } = this.#profile.stacks;
    let path = stack[first[row]];
    while (path >= 0 && this.#first[path] === first[row]) {
      if (this.#last[path] === last[row] && this.#isFrame(path, tree, row)) return path;
      path = parent[path];
    }
    return -1;
  }

  /** The stack whose own samples are those that end in a row; -1: none. */
  pathOfSelf(tree: AnalysisTree, row: number): number {
    const { firstOwn, lastOwn, ownCount } = this.#samplesOf(tree);
    if (ownCount[row] === 0 || lastOwn[row] - firstOwn[row] + 1 !== ownCount[row]) return -1;
    const path = this.#profile.samples.stack[firstOwn[row]];
    if (path < 0 || this.#first[path] !== firstOwn[row] || this.#lastOwn[path] !== lastOwn[row]) return -1;
    return this.#isFrame(path, tree, row) ? path : -1;
  }

  #isFrame(path: number, { frames, frame }: AnalysisTree, row: number): boolean {
    const { strings, stacks, functions, mappings, locations } = this.#profile;
    const location = stacks.location[path];
    const mapping = locations.mapping[location];
    const name = strings[functions.name[location]];
    return (
      (name === "" || frameName(frames, frame[row]) === name) &&
      frameModule(frames, frame[row]) === (mapping < 0 ? "" : strings[mappings.file[mapping]])
    );
  }

  #samplesOf(tree: AnalysisTree): RowSamples {
    const known = this.#ranges.get(tree);
    if (known !== undefined) return known;
    const made = rowSamples(tree);
    this.#ranges.set(tree, made);
    return made;
  }
}

/** The samples of each row of a tree, with those below it; and those that end in it. */
interface RowSamples {
  first: Int32Array;
  last: Int32Array;
  count: Int32Array;
  firstOwn: Int32Array;
  lastOwn: Int32Array;
  ownCount: Int32Array;
}

function rowSamples({ length, parent, rowOfSample }: AnalysisTree): RowSamples {
  const first = new Int32Array(length).fill(rowOfSample.length);
  const last = new Int32Array(length).fill(-1);
  const count = new Int32Array(length);
  for (let sample = 0; sample < rowOfSample.length; sample++) {
    const row = rowOfSample[sample];
    if (row < 0) continue;
    if (first[row] > sample) first[row] = sample;
    last[row] = sample;
    count[row]++;
  }
  const [firstOwn, lastOwn, ownCount] = [first.slice(), last.slice(), count.slice()];
  for (let row = length - 1; row > 0; row--) {
    const above = parent[row];
    if (first[above] > first[row]) first[above] = first[row];
    if (last[above] < last[row]) last[above] = last[row];
    count[above] += count[row];
  }
  return { first, last, count, firstOwn, lastOwn, ownCount };
}
