import { DROPPED, EMPTY_STACK, type FrameStacks, joinBits, type StackView } from "./frame-stacks.ts";
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
  const { target, dropped } = plan;
  const stays = !changesTree(target) && plan.renamed === undefined;
  const { stacks, image } = stays ? { stacks: view.stacks, image: target } : rewrite(view.stacks, plan);
  const nodeOfEmpty = dropsEmpty(transform) ? DROPPED : view.nodeOfEmpty;
  const nodeOfStack = new Int32Array(view.nodeOfStack.length);
  for (let row = 0; row < nodeOfStack.length; row++) {
    const node = view.nodeOfStack[row];
    if (node < 0) nodeOfStack[row] = node === EMPTY_STACK ? nodeOfEmpty : DROPPED;
    else if (dropped?.[node] === 1 || target[node] === DROPPED) nodeOfStack[row] = DROPPED;
    else nodeOfStack[row] = target[node] < 0 ? EMPTY_STACK : image[target[node]];
  }
  return { stacks, nodeOfStack, nodeOfEmpty };
}

/** Whether samples without any frame are left out: they go through no function. */
function dropsEmpty(transform: Transform): boolean {
  return (
    transform.kind === "focus-function" ||
    transform.kind === "keep-matching" ||
    (transform.kind === "focus-path" && transform.path !== "")
  );
}

/** Whether any node goes or becomes a part of another. */
function changesTree(target: Int32Array): boolean {
  for (let node = 0; node < target.length; node++) {
    if (target[node] !== node) return true;
  }
  return false;
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
