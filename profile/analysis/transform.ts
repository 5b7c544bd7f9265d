import type { FrameKind } from "../frame-kind.ts";
import type { GroupBy } from "../sample-groups.ts";
import type { SearchText } from "../search/search-text.ts";
import type { FrameKey } from "./frame-key.ts";

/**
 * Ways to see stacks otherwise than they were recorded, applied one after another. All name functions and paths by
 * what they are called, so that they mean the same in a page made anew of the same profile.
 *
 * `focus-path`: only the stacks through one row of a call tree, from that row on. `groups` are the names of the
 * process and thread rows above it in a tree grouped by `groupBy`; `path` is the `pathHash` of the functions down to
 * it, `""` for a process or thread row itself; `frame` is for people.
 * `focus-function`: only the stacks through a function, from its outermost place on.
 * `drop-function`: without the samples that have the function in their stack.
 * `merge-function`: its frames go, what it did itself counts as its caller's.
 * `collapse-direct`: calls of a function by itself are one frame, of all functions.
 * `collapse-recursion`: of one function, all from its outermost to its innermost place in a stack is one frame.
 * `collapse-module`: frames of one module that follow each other are one frame, called like the module.
 * `hide-kind`: frames of kernel, library … go, what they did themselves counts as their caller's.
 * `keep-matching`: only the samples with a function in their stack that a search finds.
 */
export type Transform =
  | { kind: "focus-path"; groupBy: GroupBy; groups: readonly string[]; path: string; frame: FrameKey }
  | { kind: "focus-function"; frame: FrameKey }
  | { kind: "drop-function"; frame: FrameKey }
  | { kind: "merge-function"; frame: FrameKey }
  | { kind: "collapse-direct" }
  | { kind: "collapse-recursion"; frame: FrameKey }
  | { kind: "collapse-module"; module: string }
  | { kind: "hide-kind"; frameKind: FrameKind }
  | { kind: "keep-matching"; search: SearchText };
