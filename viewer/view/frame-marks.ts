import type { FrameFacts } from "../model/frame-facts.ts";
import { make } from "./elements.ts";

/** The badges of a frame: its kind, in its colour, `inlined` and the like. */
export function frameMarks({ marks, kind }: FrameFacts): HTMLElement {
  const line = make("p", "marks");
  for (const [index, mark] of marks.entries()) {
    const badge = make("span", "mark", mark);
    if (index === 0) badge.dataset.kind = kind;
    line.append(badge);
  }
  return line;
}
