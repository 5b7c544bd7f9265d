import type { Transform } from "../../profile/analysis/transform.ts";
import type { FrameKind } from "../../profile/frame-kind.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";
import { SEARCH_MODES } from "../../profile/search/search-text.ts";
import { joinFields, oneOf, splitFields } from "./hash-text.ts";

/** Which transform it is, in an address. Addresses live long: letters must keep their meaning. */
const LETTERS = {
  "focus-path": "P",
  "focus-function": "F",
  "drop-function": "D",
  "merge-function": "M",
  "collapse-direct": "d",
  "collapse-recursion": "R",
  "collapse-module": "L",
  "hide-kind": "H",
  "keep-matching": "K",
} as const satisfies Record<Transform["kind"], string>;

const GROUPINGS: readonly GroupBy[] = ["process", "pid", "thread", "none"];
const FRAME_KINDS: readonly FrameKind[] = ["kernel", "user", "library", "jit", "unknown"];

/** `D|malloc|/usr/lib/libc.so.6`. */
export function transformText(transform: Transform): string {
  const letter = LETTERS[transform.kind];
  switch (transform.kind) {
    case "focus-path": {
      const { groupBy, groups, path, frame } = transform;
      return joinFields([letter, groupBy, path, frame.name, frame.module, ...groups]);
    }
    case "collapse-direct":
      return letter;
    case "collapse-module":
      return joinFields([letter, transform.module]);
    case "hide-kind":
      return joinFields([letter, transform.frameKind]);
    case "keep-matching": {
      const { text, mode, matchCase } = transform.search;
      return joinFields([letter, mode, matchCase ? "1" : "", text]);
    }
    default:
      return joinFields([letter, transform.frame.name, transform.frame.module]);
  }
}

/** What `transformText` wrote; undefined of any other text. */
export function transformFromText(text: string): Transform | undefined {
  const [letter, ...fields] = splitFields(text);
  const [first, second, third, fourth, ...rest] = fields;
  switch (letter) {
    case LETTERS["collapse-direct"]:
      return { kind: "collapse-direct" };
    case LETTERS["focus-path"]: {
      if (fourth === undefined || !/^(?:[\w-]{11})?$/.test(second)) return undefined;
      const groupBy = oneOf(GROUPINGS, first, "none");
      return {
        kind: "focus-path",
        groupBy,
        groups: rest,
        path: second,
        frame: { name: third, module: fourth },
      };
    }
    case LETTERS["collapse-module"]:
      return first === undefined ? undefined : { kind: "collapse-module", module: first };
    case LETTERS["hide-kind"]: {
      const frameKind = FRAME_KINDS.find((kind) => kind === first);
      return frameKind && { kind: "hide-kind", frameKind };
    }
    case LETTERS["keep-matching"]: {
      const mode = SEARCH_MODES.find((each) => each === first);
      if (mode === undefined || third === undefined) return undefined;
      return { kind: "keep-matching", search: { text: third, mode, matchCase: second === "1" } };
    }
  }
  const frame = { name: first, module: second };
  if (second === undefined) return undefined;
  if (letter === LETTERS["focus-function"]) return { kind: "focus-function", frame };
  if (letter === LETTERS["drop-function"]) return { kind: "drop-function", frame };
  if (letter === LETTERS["merge-function"]) return { kind: "merge-function", frame };
  return letter === LETTERS["collapse-recursion"] ? { kind: "collapse-recursion", frame } : undefined;
}
