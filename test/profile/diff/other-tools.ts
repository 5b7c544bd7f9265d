import type { ProfileDiff } from "../../../profile/diff/diff.ts";
import { kindCode } from "../../../profile/frames.ts";

/** Frames that a tool paints as changed, of all that it draws. */
export interface Painted {
  painted: number;
  drawn: number;
}

/**
 * What `difffolded.pl -n` and `flamegraph.pl` paint, by their published formulas: the counts before of each stack are
 * scaled to the sum after and cut to whole numbers; a frame has the colour of the difference of its own samples, and
 * none only where that is 0.
 */
export function paintedByFlameGraph(diff: ProfileDiff): Painted {
  const { pathSelf, before, after } = diff;
  const unit = { before: before.weight / before.samples, after: after.weight / after.samples };
  return paths(diff, (row) => {
    const scaled = Math.trunc(
      (Math.round(pathSelf.beforeWeight[row] / unit.before) * after.samples) / before.samples,
    );
    return Math.round(pathSelf.afterWeight[row] / unit.after) - scaled !== 0;
  });
}

/**
 * What Grafana's flame graph paints: shares of the whole on both sides, rounded to a hundredth of a percent, and a
 * colour between grey and red or green by (after - before) / before. `least`: the relative change from which on a
 * frame counts as painted; any at all is 0, what the eye sees rather 0.1.
 */
export function paintedByGrafana(diff: ProfileDiff, least = 0): Painted {
  const { pathTotal } = diff;
  const percent = (share: number) => Math.round(10_000 * share) / 100;
  return paths(diff, (row) => {
    const [before, after] = [percent(pathTotal.before[row]), percent(pathTotal.after[row])];
    if (before === after) return false;
    return before === 0 || Math.abs(after - before) / before > least;
  });
}

/** What we call significant, in total or self. */
export function paintedByUs(diff: ProfileDiff): Painted {
  const { pathTotal, pathSelf, fdr } = diff;
  return paths(diff, (row) => pathTotal.adjusted[row] <= fdr || pathSelf.adjusted[row] <= fdr);
}

function paths(diff: ProfileDiff, isPainted: (row: number) => boolean): Painted {
  const result = { painted: 0, drawn: 0 };
  for (let row = 1; row < diff.paths.length; row++) {
    if (diff.keys.kind[diff.paths.key[row]] < kindCode("kernel")) continue;
    result.drawn++;
    if (isPainted(row)) result.painted++;
  }
  return result;
}
