/** At least this part of the smaller file's names must be in both for two files to be taken for one. */
const COMMON_NAMES = 0.5;

/**
 * Files that are there on one side only and hold mostly functions of the same names: `server-old` before, `server-new`
 * after. Gives the name after for the name before; each file is in at most one pair, those with most in common first.
 */
export function pairModules(
  before: ReadonlyMap<string, ReadonlySet<string>>,
  after: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, string> {
  const candidates: { from: string; to: string; common: number }[] = [];
  for (const [from, names] of before) {
    if (after.has(from)) continue;
    for (const [to, others] of after) {
      if (before.has(to)) continue;
      let common = 0;
      for (const name of names) if (others.has(name)) common++;
      if (common > 0 && common >= COMMON_NAMES * Math.min(names.size, others.size)) {
        candidates.push({ from, to, common });
      }
    }
  }
  candidates.sort((a, b) => b.common - a.common || (a.from < b.from ? -1 : 1));
  const pairs = new Map<string, string>();
  const taken = new Set<string>();
  for (const { from, to } of candidates) {
    if (pairs.has(from) || taken.has(to)) continue;
    pairs.set(from, to);
    taken.add(to);
  }
  return pairs;
}
