import { DROPPED, EMPTY_STACK, Fate, type FrameStacks, joinBits, type StackView } from "./frame-stacks.ts";
import { LEFT_OUT, mergeSiblings } from "./merge-siblings.ts";
import { planTransform, type RewritePlan } from "./rewrite-plan.ts";
import type { Transform } from "./transform.ts";

/**
 * Stacks as a transform shows them, in time linear in the nodes; undefined when it concerns nothing, because there is no
 * such function, path or match text. The given view stays as it is. What a `focus-path` says of groups is for
 * `selectSamples`.
 */
export function transformStacks(view: StackView, transform: Transform): StackView | undefined {
  if (transform.kind === "focus-path" && transform.path === "") return view;
  const plan = planTransform(view.stacks, transform);
  if (plan === undefined) return undefined;
  const { target } = plan;
  const isSame = plan.renamed === undefined && leavesAll(target);
  const { stacks, image } = isSame ? { stacks: view.stacks, image: target } : rewrite(view.stacks, plan);
  const { recorded } = view;
  const dropsEmpty = leavesOutEmpty(transform);
  const nodeOfRecorded = new Int32Array(recorded.length);
  const fate = view.fate.slice();
  for (let node = 0; node < recorded.length; node++) {
    const before = view.nodeOfRecorded[node];
    const to = before < 0 ? EMPTY_STACK : target[before];
    nodeOfRecorded[node] = to < 0 ? EMPTY_STACK : image[to];
    if (before < 0 ? dropsEmpty : to === DROPPED || plan.dropped?.[before] === 1) fate[node] |= Fate.dropped;
    if (plan.absorbs && to !== before) fate[node] |= Fate.absorbed;
  }
  return { recorded, stacks, nodeOfRecorded, fate, dropsEmpty: view.dropsEmpty || dropsEmpty };
}

/** Whether samples without any frame are left out: they go through no function. */
function leavesOutEmpty(transform: Transform): boolean {
  return (
    transform.kind === "focus-function" ||
    transform.kind === "keep-matching" ||
    (transform.kind === "focus-path" && transform.path !== "")
  );
}

/** Whether every node stays what it is. */
function leavesAll(target: Int32Array): boolean {
  for (let node = 0; node < target.length; node++) if (target[node] !== node) return false;
  return true;
}

function rewrite(
  { length, parent, frame, frames, inlining }: FrameStacks,
  { target, renamed }: RewritePlan,
): { stacks: FrameStacks; image: Int32Array } {
  const caller = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    if (target[node] !== node) caller[node] = LEFT_OUT;
    else caller[node] = parent[node] < 0 ? -1 : Math.max(target[parent[node]], -1);
  }
  const table = renamed?.frames ?? frames;
  const merged = mergeSiblings(caller, renamed?.frame ?? frame, table.length);
  const { image } = merged;
  return {
    image,
    stacks: {
      length: merged.length,
      frames: table,
      parent: merged.parent,
      frame: merged.frame,
      subtreeEnd: merged.subtreeEnd,
      inlining: joinBits(inlining, image, merged.length),
    },
  };
}
