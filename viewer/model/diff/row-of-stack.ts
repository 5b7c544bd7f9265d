import type { AnalysisTree } from "../../../profile/analysis/analysis-tree.ts";
import type { Profile } from "../../../profile/profile.ts";

/** The row of a tree of unchanged stacks that a stack of its profile is; -1 when it has no sample there. */
export function rowOfStack({ samples, stacks }: Profile, tree: AnalysisTree, stack: number): number {
  for (let sample = 0; sample < samples.length; sample++) {
    if (tree.rowOfSample[sample] < 0) continue;
    let above = 0;
    let at = samples.stack[sample];
    // Callers come before callees: what is before the stack cannot be below it.
    while (at > stack) {
      at = stacks.parent[at];
      above++;
    }
    if (at !== stack) continue;
    let row = tree.rowOfSample[sample];
    for (let step = 0; step < above; step++) row = tree.parent[row];
    return row;
  }
  return -1;
}
