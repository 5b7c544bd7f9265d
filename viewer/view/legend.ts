import type { CallTree } from "../../profile/call-tree.ts";
import { FRAME_KINDS, Inlining, type TreeFrameKind } from "../../profile/frames.ts";
import { KIND_WORDS } from "../model/frame-facts.ts";
import { kindColour, type Theme } from "../model/palette.ts";
import { make } from "./elements.ts";

const LEGEND_WORDS: Partial<Record<TreeFrameKind, string>> = { process: "process, thread" };
/** Neutral like processes; one entry stands for them. */
const WITHOUT_ENTRY = new Set<TreeFrameKind>(["root", "thread"]);

/** The colours of the kinds that the graph has. Sets `--kind-…` for the marks of tooltips too. */
export function showLegend(list: HTMLElement, tree: CallTree, theme: Theme): void {
  const present = new Set<TreeFrameKind>();
  for (let row = 0; row < tree.length; row++) present.add(FRAME_KINDS[tree.frames.kind[tree.frame[row]]]);
  for (const kind of FRAME_KINDS) {
    document.documentElement.style.setProperty(`--kind-${kind}`, kindColour(kind, theme));
  }
  const kinds = FRAME_KINDS.filter((kind) => present.has(kind) && !WITHOUT_ENTRY.has(kind));
  const entries = kinds.map((kind) => {
    const swatch = make("span", "swatch");
    swatch.dataset.kind = kind;
    return entry(swatch, LEGEND_WORDS[kind] ?? KIND_WORDS[kind]);
  });
  if (tree.inlining.some((bits) => (bits & Inlining.inlined) !== 0)) {
    entries.push(entry(make("span", "swatch inlined"), "inlined"));
  }
  list.replaceChildren(...entries);
}

function entry(swatch: HTMLElement, words: string): HTMLElement {
  const item = make("li");
  item.append(swatch, words);
  return item;
}
