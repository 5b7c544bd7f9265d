import { focusOnRow } from "../../profile/analysis/analysis.ts";
import { frameKeyOf } from "../../profile/analysis/frame-key.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import { frameKindOf } from "../../profile/frames.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";
import type { ShownTree } from "./tree-source.ts";

/** What can be done to the stacks with the chosen frame: keys and buttons come from here. */
export const FRAME_CHANGES = [
  { change: "focusPath", key: "p", label: "Only this path", words: "only what is below this frame" },
  {
    change: "focusFunction",
    key: "F",
    label: "Only this function",
    words: "only this function and what it calls, wherever",
  },
  { change: "drop", key: "x", label: "Leave out", words: "leave out the samples with this function" },
  { change: "merge", key: "g", label: "Merge into callers", words: "count this function as its callers" },
  {
    change: "recursion",
    key: "r",
    label: "Collapse recursion",
    words: "from its first to its last call, one frame",
  },
  {
    change: "module",
    key: "l",
    label: "Collapse module",
    words: "one frame for calls within its program or library",
  },
  {
    change: "kind",
    key: "k",
    label: "Hide its kind",
    words: "count all kernel (library, …) frames as their callers",
  },
] as const;

export type FrameChange = (typeof FRAME_CHANGES)[number]["change"];

/** The change made with a row of a shown tree; undefined where it makes no sense there. */
export function transformOf(
  change: FrameChange,
  shown: ShownTree,
  row: number,
  groupBy: GroupBy,
): Transform | undefined {
  const { tree, base } = shown;
  const kind = frameKindOf(tree.frames, tree.frame[row]);
  if (kind === "root") return undefined;
  if (change === "focusPath") {
    const at = shown.rowInBase(row);
    return at > 0 ? focusOnRow(base, at, groupBy) : undefined;
  }
  if (kind === "process" || kind === "thread") return undefined;
  const frame = frameKeyOf(tree.frames, tree.frame[row]);
  switch (change) {
    case "focusFunction":
      return { kind: "focus-function", frame };
    case "drop":
      return { kind: "drop-function", frame };
    case "merge":
      return { kind: "merge-function", frame };
    case "recursion":
      return { kind: "collapse-recursion", frame };
    case "module":
      return frame.module === "" ? undefined : { kind: "collapse-module", module: frame.module };
    case "kind":
      return { kind: "hide-kind", frameKind: kind };
  }
}
