import { baseName, UNKNOWN_NAME } from "../frame-name.ts";
import { type FrameTable, kindCode } from "../frames.ts";
import { framesMatching } from "../search/match-frames.ts";
import { parseSearch } from "../search/search-text.ts";
import { framesOfKey, framesOfModule, withFrame } from "./frame-key.ts";
import { DROPPED, EMPTY_STACK, type FrameStacks } from "./frame-stacks.ts";
import { nodeOfHash, pathHashes } from "./path-hash.ts";
import type { Transform } from "./transform.ts";

/**
 * What a transform does to each node of the stacks. `target[node]` is the node whose frame it becomes a part of:
 * itself when it stays, a caller of it (that stays) when it goes, `EMPTY_STACK` when there is no such caller,
 * `DROPPED` when the samples that end here are left out.
 */
export interface RewritePlan {
  target: Int32Array;
  /** Whether nodes become a part of other functions than their own. */
  absorbs?: boolean;
  /** Nodes that stay in the tree as callers of others, although samples that end in them are left out. */
  dropped?: Uint8Array;
  /** Where other frames are shown than before. */
  renamed?: { frames: FrameTable; frame: Int32Array };
}

/** The plan of a transform; undefined when it concerns nothing, because the profile has no such function or path. */
export function planTransform(stacks: FrameStacks, transform: Transform): RewritePlan | undefined {
  switch (transform.kind) {
    case "focus-path":
      return focusPath(stacks, transform.path);
    case "collapse-direct":
      return { target: targets(stacks, (node, above) => stacks.frame[above] === stacks.frame[node]) };
    case "keep-matching":
      return keepMatching(stacks, transform);
    default: {
      const concerned = concernedFrames(stacks.frames, transform);
      if (!concerned.includes(1)) return undefined;
      return planFor(stacks, transform, concerned);
    }
  }
}

type OfFrames = Exclude<Transform, { kind: "focus-path" | "collapse-direct" | "keep-matching" }>;

function concernedFrames(frames: FrameTable, transform: OfFrames): Uint8Array {
  if (transform.kind === "collapse-module") return framesOfModule(frames, transform.module);
  if (transform.kind !== "hide-kind") return framesOfKey(frames, transform.frame);
  const kind = kindCode(transform.frameKind);
  return Uint8Array.from(frames.kind, (each) => (each === kind ? 1 : 0));
}

function planFor(stacks: FrameStacks, transform: OfFrames, concerned: Uint8Array): RewritePlan {
  const { frame } = stacks;
  switch (transform.kind) {
    case "focus-function":
      return { target: focus(stacks, (node) => concerned[frame[node]] === 1) };
    case "drop-function":
      return dropFunction(stacks, concerned);
    case "merge-function":
    case "hide-kind":
      return { target: targets(stacks, (node) => concerned[frame[node]] === 1), absorbs: true };
    case "collapse-recursion":
      return { target: collapseRecursion(stacks, concerned) };
    case "collapse-module":
      return collapseModule(stacks, transform.module, concerned);
  }
}

/** Nodes for which `joins` holds become a part of what their caller became; it is not asked of roots' callers (-1). */
function targets(stacks: FrameStacks, joins: (node: number, caller: number) => boolean): Int32Array {
  const { length, parent } = stacks;
  const target = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const above = parent[node];
    if (!joins(node, above)) target[node] = node;
    else target[node] = above < 0 ? EMPTY_STACK : target[above];
  }
  return target;
}

/** Only what is at or below a node for which `begins` holds. */
function focus(stacks: FrameStacks, begins: (node: number) => boolean): Int32Array {
  const { length, parent } = stacks;
  const target = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const above = parent[node];
    target[node] = (above >= 0 && target[above] >= 0) || begins(node) ? node : DROPPED;
  }
  return target;
}

function focusPath(stacks: FrameStacks, path: string): RewritePlan | undefined {
  const wanted = nodeOfHash(pathHashes(stacks), path);
  return wanted < 0 ? undefined : { target: focus(stacks, (node) => node === wanted) };
}

function dropFunction(stacks: FrameStacks, concerned: Uint8Array): RewritePlan {
  const { length, parent, frame } = stacks;
  const target = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const above = parent[node];
    const drops = concerned[frame[node]] === 1 || (above >= 0 && target[above] === DROPPED);
    target[node] = drops ? DROPPED : node;
  }
  return { target };
}

function collapseRecursion(stacks: FrameStacks, concerned: Uint8Array): Int32Array {
  const { length, parent, frame } = stacks;
  const target = new Int32Array(length);
  /** The outermost place of the function in the path to each node, or -1. */
  const outermost = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    outermost[node] = parent[node] < 0 ? -1 : outermost[parent[node]];
    target[node] = node;
    if (concerned[frame[node]] === 0) continue;
    if (outermost[node] < 0) outermost[node] = node;
    target[node] = outermost[node];
  }
  return target;
}

function collapseModule(stacks: FrameStacks, module: string, concerned: Uint8Array): RewritePlan {
  const { frame, frames } = stacks;
  const kind = frames.kind[concerned.indexOf(1)];
  const added = withFrame(frames, { name: moduleFrameName(module), module }, kind);
  return {
    target: targets(
      stacks,
      (node, above) => above >= 0 && concerned[frame[node]] === 1 && concerned[frame[above]] === 1,
    ),
    renamed: {
      frames: added.frames,
      frame: frame.map((each) => (concerned[each] === 1 ? added.frame : each)),
    },
  };
}

/** What the frame is called that stands for all of a module. */
export function moduleFrameName(module: string): string {
  return baseName(module) || UNKNOWN_NAME;
}

function keepMatching(
  stacks: FrameStacks,
  { search }: Extract<Transform, { kind: "keep-matching" }>,
): RewritePlan | undefined {
  const query = parseSearch(search);
  if (query.kind !== "test") return undefined;
  const { length, parent, frame, frames } = stacks;
  const found = framesMatching(frames, query);
  const dropped = new Uint8Array(length);
  const target = new Int32Array(length);
  for (let node = 0; node < length; node++) {
    const above = parent[node];
    const matches = found[frame[node]] === 1 || (above >= 0 && dropped[above] === 0);
    dropped[node] = matches ? 0 : 1;
    target[node] = node;
  }
  return { target, dropped };
}
