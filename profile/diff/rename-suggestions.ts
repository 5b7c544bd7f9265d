import { Verdict } from "./compare.ts";
import type { ProfileDiff } from "./diff.ts";

/** A function that may have been renamed: rows of the functions, and how alike they are (0 to 1). */
export interface RenameSuggestion {
  from: number;
  to: number;
  likeness: number;
}

/** Only the heaviest are compared, each with each. */
const MOST_CANDIDATES = 200;
const LIKE_ENOUGH = 0.55;
/** Parts of the likeness. */
const NAME_PART = 0.5;
const SHARE_PART = 0.2;
const NEIGHBOUR_PART = 0.15;

/**
 * Pairs of a function that is gone and one that is new, alike by name, share, callers and callees; the most alike
 * first, each function once. A guess for people to judge, nothing is matched by it.
 */
export function suggestRenames(diff: ProfileDiff): RenameSuggestion[] {
  const { keys, functionTotal } = diff;
  const gone = oneSided(diff, functionTotal.before, functionTotal.after);
  const added = oneSided(diff, functionTotal.after, functionTotal.before);
  if (gone.length === 0 || added.length === 0) return [];
  const neighbours = neighboursOf(diff, new Set([...gone, ...added]));
  const nothing: Neighbours = { callers: new Set(), callees: new Set() };
  const candidates: RenameSuggestion[] = [];
  for (const from of gone) {
    for (const to of added) {
      // The same name in another file is no rename that could be told.
      if (keys.name[from] === keys.name[to]) continue;
      const [share, other] = [functionTotal.before[from], functionTotal.after[to]];
      const [near, far] = [neighbours.get(from) ?? nothing, neighbours.get(to) ?? nothing];
      const likeness =
        NAME_PART * nameLikeness(keys.name[from], keys.name[to]) +
        SHARE_PART * (Math.min(share, other) / Math.max(share, other)) +
        NEIGHBOUR_PART * (overlap(near.callers, far.callers) + overlap(near.callees, far.callees));
      if (likeness >= LIKE_ENOUGH) candidates.push({ from, to, likeness });
    }
  }
  candidates.sort((a, b) => b.likeness - a.likeness || a.from - b.from);
  const taken = new Set<number>();
  return candidates.filter(({ from, to }) => {
    if (taken.has(from) || taken.has(to)) return false;
    taken.add(from).add(to);
    return true;
  });
}

/** The heaviest functions that only the one side has, and with enough samples not to be there by chance. */
function oneSided({ functionTotal }: ProfileDiff, here: Float64Array, there: Float64Array): number[] {
  const rows: number[] = [];
  for (let key = 0; key < here.length; key++) {
    if (there[key] === 0 && here[key] > 0 && functionTotal.verdict[key] === Verdict.significant)
      rows.push(key);
  }
  return rows.sort((a, b) => here[b] - here[a]).slice(0, MOST_CANDIDATES);
}

interface Neighbours {
  callers: Set<number>;
  callees: Set<number>;
}

function neighboursOf({ paths }: ProfileDiff, wanted: ReadonlySet<number>): Map<number, Neighbours> {
  const found = new Map<number, Neighbours>();
  const of = (key: number) => {
    const known = found.get(key) ?? { callers: new Set(), callees: new Set() };
    found.set(key, known);
    return known;
  };
  for (let row = 1; row < paths.length; row++) {
    const key = paths.key[row];
    const caller = paths.key[paths.parent[row]];
    if (key === caller) continue;
    if (wanted.has(key)) of(key).callers.add(caller);
    if (wanted.has(caller)) of(caller).callees.add(key);
  }
  return found;
}

/** Jaccard's index; two leaves have all their callees in common. */
function overlap(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  if (a.size === 0 && b.size === 0) return 1;
  let common = 0;
  for (const key of a) if (b.has(key)) common++;
  return common / (a.size + b.size - common);
}

/** Longer names are compared by their beginnings. */
const LONGEST_NAME = 256;

/** How alike two names are: Dice's coefficient of their pairs of neighbouring letters. */
export function nameLikeness(a: string, b: string): number {
  const [pairs, others] = [letterPairs(a), letterPairs(b)];
  let [common, size] = [0, 0];
  for (const [pair, count] of pairs) {
    common += Math.min(count, others.get(pair) ?? 0);
    size += count;
  }
  for (const count of others.values()) size += count;
  return size === 0 ? 0 : (2 * common) / size;
}

function letterPairs(name: string): Map<string, number> {
  const text = name.slice(0, LONGEST_NAME).toLowerCase();
  const pairs = new Map<string, number>();
  for (let at = 0; at + 1 < text.length; at++) {
    const pair = text.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}
