import { vanishedWeight } from "../../profile/analysis/vanished-tree.ts";
import { SIDES, type Side } from "../model/analysis-state.ts";
import { rowOfStack } from "../model/diff/row-of-stack.ts";
import { displayName } from "../model/display-name.ts";
import { formatShare } from "../model/format.ts";
import { byId, make } from "./elements.ts";
import type { Page, Part, Scene } from "./scene.ts";

const SIDE_WORDS: Record<Side, { label: string; title: string }> = {
  after: { label: "After", title: "Widths are those after (b)" },
  before: { label: "Before", title: "Widths are those before (b)" },
  vanished: {
    label: "Gone",
    title: "What is gone has no width after: widths are those before (e)",
  },
};

/** Least changes to choose from, as parts of all: finer where most changes are. */
const LEAST = [0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5] as const;

const OTHER_SAMPLES =
  "Filters and changes are on: what is coloured was tested with exactly these samples; the rest is marked “not tested here”.";

/** At the top of a comparison: what it comes to, which side widths are of, and the least change that is shown. */
export class ComparisonBar implements Part {
  readonly #page: Page;
  readonly #headline = make("p", "comparison-headline");
  readonly #goThere = make("button", "quiet", "Show it");
  readonly #counts = make("p", "comparison-note");
  readonly #notice = make("p", "comparison-notice");
  readonly #sides = new Map<Side, HTMLButtonElement>();
  readonly #least = make("input");
  readonly #leastText = make("output");
  #scene: Scene | undefined;

  constructor(page: Page) {
    this.#page = page;
    const slot = byId("slot-comparison", HTMLElement);
    slot.hidden = true;
    const sides = make("div", "segmented");
    sides.setAttribute("role", "group");
    sides.setAttribute("aria-label", "Widths");
    for (const side of SIDES) {
      const button = make("button", "", SIDE_WORDS[side].label);
      button.type = "button";
      button.id = `side-${side}`;
      button.title = SIDE_WORDS[side].title;
      button.addEventListener("click", () => page.change({ side }, "push"));
      this.#sides.set(side, button);
      sides.append(button);
    }
    this.#goThere.type = "button";
    this.#goThere.addEventListener("click", () => this.#showHeadline());
    this.#notice.setAttribute("role", "status");
    const widths = make("span", "comparison-label", "Width");
    widths.setAttribute("aria-hidden", "true");
    const controls = make("div", "comparison-controls");
    controls.append(widths, sides, this.#leastField());
    const words = make("div", "comparison-words");
    words.append(this.#headline, this.#counts);
    const line = make("div", "comparison-line");
    line.append(words, controls);
    slot.append(line, this.#notice);
  }

  show(scene: Scene): void {
    this.#scene = scene;
    const { source, state, shown } = scene;
    const { base } = shown;
    byId("slot-comparison", HTMLElement).hidden = source.comparison === undefined;
    if (source.comparison === undefined) return;
    const { words } = source.comparison.comparison;
    this.#headline.replaceChildren(displayName(words.headline), " ");
    if (words.headlinePath >= 0) this.#headline.append(this.#goThere);
    this.#counts.textContent = displayName(words.notes[0] ?? "");
    for (const [side, button] of this.#sides)
      button.setAttribute("aria-pressed", String(side === state.side));
    const isVanished = state.side === "vanished";
    const all = isVanished ? source.whole(state).total[0] : (base.compared?.before[0] ?? 0);
    const vanished = isVanished ? base.total[0] : vanishedWeight(base);
    const gone = this.#sides.get("vanished");
    if (gone) {
      gone.textContent = `Gone: ${vanished === 0 ? "none" : formatShare(vanished, all)}`;
      gone.disabled = vanished === 0 && !isVanished;
    }
    this.#least.value = String(nearestStep(state.minChange));
    this.#showLeast(state.minChange);
    const isChanged = state.filter.labels.length > 0 || state.filter.range !== undefined || base.dropped > 0;
    this.#notice.textContent = isChanged || state.transforms.length > 0 ? OTHER_SAMPLES : "";
  }

  #leastField(): HTMLElement {
    const input = this.#least;
    input.type = "range";
    input.id = "least-change";
    input.min = "0";
    input.max = String(LEAST.length - 1);
    input.step = "1";
    const label = make("label", "comparison-least");
    label.htmlFor = input.id;
    label.title = "Smaller changes are grey, and not in the table";
    this.#leastText.htmlFor.add(input.id);
    label.append(make("span", "comparison-label", "Least change"), input, this.#leastText);
    input.addEventListener("input", () => this.#showLeast(LEAST[Number(input.value)] ?? 0));
    input.addEventListener("change", () =>
      this.#page.change({ minChange: LEAST[Number(input.value)] ?? 0 }, "push"),
    );
    return label;
  }

  #showLeast(minChange: number): void {
    const text = minChange === 0 ? "any" : `${Number((100 * minChange).toPrecision(3))}%`;
    this.#leastText.textContent = text;
    this.#least.setAttribute("aria-valuetext", minChange === 0 ? "any" : `${text} of all`);
  }

  /** Zooms to the place that the headline is about, in the graph where it has a width. */
  #showHeadline(): void {
    const scene = this.#scene;
    const words = scene?.source.comparison?.comparison.words;
    if (!scene || !words) return;
    for (const side of ["after", "before"] as const) {
      const state = {
        ...scene.state,
        side,
        view: "graph",
        filter: { labels: [], range: undefined },
      } as const;
      const { tree, base } = scene.source.shown({ ...state, transforms: [], minShare: 0 });
      const row = rowOfStack(scene.source.profile, base, words.headlinePath);
      if (row <= 0 || !(base.total[row] > 0)) continue;
      const zoom = scene.source.paths.hashOf(base, row);
      if (scene.source.paths.rowOf(tree, zoom) <= 0) continue;
      this.#page.change(
        { side, view: "graph", filter: state.filter, transforms: [], minShare: 0, zoom, zoomEnd: "" },
        "push",
      );
      return;
    }
  }
}

function nearestStep(minChange: number): number {
  let step = LEAST.length - 1;
  while (step > 0 && LEAST[step] > minChange) step--;
  return step;
}
