import { moduleFrameName } from "../../profile/analysis/rewrite-plan.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import type { FrameKind } from "../../profile/frame-kind.ts";
import { shortName } from "./display-name.ts";

/** Characters of a name in a list of transforms, which has several in a line. */
const MAX_NAME = 40;

const KINDS: Record<FrameKind, string> = {
  kernel: "kernel frames",
  user: "frames of the program",
  library: "library frames",
  jit: "JIT-compiled frames",
  unknown: "frames of unknown code",
};

/** What a transform does, for a list of them: `without samples in malloc`. */
export function transformWords(transform: Transform): string {
  switch (transform.kind) {
    case "focus-path":
      return `only below ${nameOf(transform)}`;
    case "focus-function":
      return `from ${nameOf(transform)} on`;
    case "drop-function":
      return `without samples in ${nameOf(transform)}`;
    case "merge-function":
      return `${nameOf(transform)} merged into its callers`;
    case "collapse-direct":
      return "direct recursion collapsed";
    case "collapse-recursion":
      return `recursion of ${nameOf(transform)} collapsed`;
    case "collapse-module":
      return `${shortName(moduleFrameName(transform.module), MAX_NAME)} collapsed`;
    case "hide-kind":
      return `${KINDS[transform.frameKind]} hidden`;
    case "keep-matching":
      return `only samples with “${shortName(transform.search.text, MAX_NAME)}”`;
  }
}

function nameOf({ frame }: { frame: { name: string } }): string {
  return shortName(frame.name, MAX_NAME);
}
