import { FRAME_KINDS } from "../../profile/frames.ts";
import type { LegendEntry } from "../model/colouring.ts";
import { lostShare } from "../model/lost-samples.ts";
import { kindTone, paintOf } from "../model/palette.ts";
import { byId, make } from "./elements.ts";
import type { Part, Scene } from "./scene.ts";

/** What the colours of the graph mean. Sets `--kind-…` for the marks of tooltip and panel, too. */
export class Legend implements Part {
  readonly #list = byId("legend", HTMLElement);
  #shown: Pick<Scene, "colouring" | "lost"> | undefined;

  show({ colouring, lost, theme }: Scene): void {
    if (this.#shown?.colouring === colouring && this.#shown.lost === lost) return;
    this.#shown = { colouring, lost };
    const { style } = document.documentElement;
    for (const kind of FRAME_KINDS) {
      const { fill, text } = paintOf(kindTone(kind, theme), theme, "plain");
      style.setProperty(`--kind-${kind}`, fill);
      style.setProperty(`--kind-${kind}-text`, text);
    }
    const entries: LegendEntry[] = [...colouring.legend];
    if (lost) {
      entries.push({
        words: "lost samples",
        fill: colouring.lost.fill,
        mark: "lost",
        note: lostShare(lost),
      });
    }
    this.#list.replaceChildren(...entries.map(entryElement));
  }
}

function entryElement({ words, fill, note, mark, ramp = [], lead = "" }: LegendEntry): HTMLElement {
  const item = make("li");
  const swatches = make("span", "ramp");
  for (const colour of fill === "none" ? ramp : [fill]) {
    const swatch = make("span", fill === "" ? "swatch inlined" : `swatch ${mark ?? ""}`);
    swatch.style.backgroundColor = colour;
    swatches.append(swatch);
  }
  if (lead !== "") item.append(make("span", "", lead));
  if (swatches.firstChild) item.append(swatches);
  const text = make("span", "", words);
  text.dir = "auto";
  item.append(text);
  if (note !== "") item.append(make("span", "note", note));
  return item;
}
