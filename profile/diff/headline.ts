import { kindCode } from "../frames.ts";
import { type Comparison, Verdict } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";

/** The change to tell first. */
export interface Headline {
  /** Row of the functions. */
  key: number;
  /** Row of the paths that led to it. */
  path: number;
  /** Function below it that most of the change is in, or -1 where it is the function's own. */
  mostlyBy: number;
}

/** A callee with this part of its caller's change is what the change is about. */
const FOLLOWED_PART = 0.7;
/** "Mostly": more than half. */
const MOST = 0.5;
const NEARLY_EQUAL = 0.02;
/** Functions with fewer samples say little of what all have in common. */
const SAMPLES_THAT_TELL = 20;

/**
 * By what factor the functions that did not change moved: shares of a whole fall when one of them grows. It is the
 * median of all functions' ratios, each counted by the root of its samples (as DESeq does for genes: Anders and Huber
 * 2010). 1 where shares are not of a whole.
 */
export function commonFactor({ normalization, functionSelf, before, after }: ProfileDiff): number {
  if (normalization.kind !== "total") return 1;
  const ratios: { ratio: number; weight: number }[] = [];
  for (let row = 0; row < functionSelf.length; row++) {
    const samples = functionSelf.before[row] * before.samples + functionSelf.after[row] * after.samples;
    const isTelling = functionSelf.verdict[row] !== Verdict.none && samples >= SAMPLES_THAT_TELL;
    if (!isTelling || functionSelf.before[row] === 0 || functionSelf.after[row] === 0) continue;
    ratios.push({ ratio: functionSelf.after[row] / functionSelf.before[row], weight: Math.sqrt(samples) });
  }
  if (ratios.length < 3) return 1;
  ratios.sort((a, b) => a.ratio - b.ratio);
  let left = ratios.reduce((sum, { weight }) => sum + weight, 0) / 2;
  for (const { ratio, weight } of ratios) {
    left -= weight;
    if (left <= 0) return ratio;
  }
  return 1;
}

/**
 * The significant change that explains most: from the root down the paths, always to the callee with the greatest
 * change beyond the common factor, as long as it has most of its caller's. Told is the deepest function of the program
 * itself on that way (a library's rather says how), and what below it most of the change is in.
 */
export function findHeadline(diff: ProfileDiff): Headline | undefined {
  const { keys, paths, functionTotal, functionSelf, pathTotal, pathSelf } = diff;
  const factor = commonFactor(diff);
  const beyond = (comparison: Comparison, row: number) =>
    comparison.after[row] - factor * comparison.before[row];

  const inserted = insertedFunctions(diff);
  const size = (key: number) => Math.abs(beyond(inserted.has(key) ? functionSelf : functionTotal, key));
  const relative = (key: number) =>
    size(key) / Math.max(functionTotal.before[key], functionTotal.after[key], Number.MIN_VALUE);
  let start = -1;
  for (let key = 0; key < keys.length; key++) {
    const told = inserted.has(key) ? [functionSelf] : [functionTotal, functionSelf];
    if (!told.some(({ verdict }) => verdict[key] === Verdict.significant)) continue;
    if (start < 0 || size(key) > size(start) * (1 + NEARLY_EQUAL)) start = key;
    // Of two that balance each other, the one is told that changed more of what it was.
    else if (size(key) > size(start) * (1 - NEARLY_EQUAL) && relative(key) > relative(start)) start = key;
  }
  if (start < 0) return undefined;
  const sign = Math.sign(beyond(functionTotal, start)) || 1;

  let path = heaviestPathOf(diff, start, (row) => sign * beyond(pathTotal, row));
  const isUser = (row: number) => keys.kind[paths.key[row]] === kindCode("user");
  const isSignificant = (row: number) =>
    functionTotal.verdict[paths.key[row]] === Verdict.significant ||
    functionSelf.verdict[paths.key[row]] === Verdict.significant;
  let told = path;
  for (;;) {
    const child = greatestChild(diff, path, (row) => sign * beyond(pathTotal, row));
    if (child < 0 || sign * beyond(pathTotal, child) < FOLLOWED_PART * sign * beyond(pathTotal, path)) break;
    path = child;
    if (isSignificant(path) && (isUser(path) || !isUser(told))) told = path;
  }

  // A library's function that many call: its caller in the program says where.
  if (!isUser(told)) {
    const change = sign * beyond(pathTotal, told);
    for (let up = paths.parent[told]; up > 0; up = paths.parent[up]) {
      if (!isUser(up)) continue;
      if (isSignificant(up) && sign * beyond(pathTotal, up) >= FOLLOWED_PART * change) told = up;
      break;
    }
  }

  const key = paths.key[told];
  const own = new Map<number, number>();
  for (let row = told; row < paths.subtreeEnd[told]; row++) {
    own.set(paths.key[row], (own.get(paths.key[row]) ?? 0) + sign * beyond(pathSelf, row));
  }
  const change = sign * beyond(pathTotal, told);
  const [most, part] = [...own].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [key, 0]);
  return { key, path: told, mostlyBy: most !== key && part > MOST * change ? most : -1 };
}

/**
 * Functions of one side only that were merely put between others: each path to them is aligned around them. What they
 * call was there before, so that only their own part is a change.
 */
export function insertedFunctions({ keys, paths, functionTotal }: ProfileDiff): Set<number> {
  const inserted = new Set<number>();
  const other = new Uint8Array(keys.length);
  for (let row = 0; row < paths.length; row++) {
    if (paths.inserted[row] === 0) other[paths.key[row]] = 1;
    else inserted.add(paths.key[row]);
  }
  for (const key of inserted) {
    const isOneSided = functionTotal.beforeWeight[key] === 0 || functionTotal.afterWeight[key] === 0;
    if (other[key] === 1 || !isOneSided) inserted.delete(key);
  }
  return inserted;
}

function heaviestPathOf({ paths }: ProfileDiff, key: number, change: (row: number) => number): number {
  let best = -1;
  for (let row = 0; row < paths.length; row++) {
    const isOutermost = paths.outermost.before[row] === 1 || paths.outermost.after[row] === 1;
    if (paths.key[row] !== key || !isOutermost) continue;
    if (best < 0 || change(row) > change(best)) best = row;
  }
  return best;
}

function greatestChild({ paths }: ProfileDiff, path: number, change: (row: number) => number): number {
  let best = -1;
  for (let child = path + 1; child < paths.subtreeEnd[path]; child = paths.subtreeEnd[child]) {
    if (best < 0 || change(child) > change(best)) best = child;
  }
  return best;
}
