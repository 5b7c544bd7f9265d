import { labelValues } from "../../profile/analysis/sample-filter.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import { LabelKey, type Profile } from "../../profile/profile.ts";
import { formatShare, formatWeight, plural } from "../model/format.ts";
import { NOTHING_LEFT_SENTENCE, OTHER_SIDE_SENTENCE } from "../model/messages.ts";
import { byId, make } from "./elements.ts";
import { FilterBar, type FilterChoice } from "./filter-bar.ts";
import type { Page, Part, Scene } from "./scene.ts";
import { TransformBar } from "./transform-bar.ts";

/** Labels that samples are chosen by first; then the others that a profile has. Threads are told by name. */
const FIRST_LABELS: readonly string[] = [LabelKey.comm, LabelKey.pid, LabelKey.thread, "cpu"];
const UNOFFERED_LABELS: readonly string[] = [LabelKey.tid, LabelKey.slice];

/** Which samples are shown and how their stacks were changed. Takes no room before it is asked for or used. */
export class Bars implements Part {
  readonly #filters = make("div");
  readonly #transforms = make("div");
  readonly #nothing = make("p", "nothing-left");
  readonly #filterBar: FilterBar;
  readonly #transformBar: TransformBar;
  #transformed: readonly Transform[] = [];
  #choices: { profile: Profile; list: FilterChoice[] } | undefined;

  constructor(page: Page) {
    this.#filterBar = new FilterBar(this.#filters, {
      change: (filter) => page.change({ filter }, "push"),
      changeMinShare: (minShare) => page.change({ minShare }, "push"),
      collapseRecursion: (collapsed) => {
        const others = this.#transformed.filter(({ kind }) => kind !== "collapse-direct");
        page.change({ transforms: collapsed ? [...others, { kind: "collapse-direct" }] : others }, "push");
      },
    });
    this.#transformBar = new TransformBar(this.#transforms, (transforms) =>
      page.change({ transforms }, "push"),
    );
    this.#nothing.setAttribute("role", "status");
    const slot = byId("slot-filters", HTMLElement);
    slot.append(this.#filters, this.#transforms, this.#nothing);
    slot.hidden = true;
  }

  show({ state, shown, source }: Scene): void {
    const { filter, transforms, minShare } = state;
    this.#transformed = transforms;
    this.#filters.hidden = !state.filters && filter.labels.length === 0 && minShare === 0;
    if (!this.#filters.hidden) {
      const { rows, weight } = shown.pruned;
      const pruned =
        rows === 0
          ? ""
          : `${plural(rows, "lighter frame")} left out, ${formatShare(weight, shown.base.total[0])} of what is shown`;
      const choices = this.#choicesOf(source.profile);
      const recursionCollapsed = transforms.some(({ kind }) => kind === "collapse-direct");
      this.#filterBar.show({ filter, choices, minShare, pruned, recursionCollapsed });
    }
    this.#transforms.hidden = transforms.length === 0;
    const { dropped } = shown.base;
    this.#transformBar.show(
      transforms,
      source.analysis.effective(transforms),
      dropped > 0 ? `${formatWeight(dropped, source.type(state))} left out` : "",
    );
    const { total, compared } = shown.base;
    const isOnOtherSide = compared !== undefined && compared.before[0] + compared.after[0] > 0;
    this.#nothing.textContent =
      total[0] > 0 ? "" : isOnOtherSide ? OTHER_SIDE_SENTENCE : NOTHING_LEFT_SENTENCE;
    byId("slot-filters", HTMLElement).hidden =
      this.#filters.hidden && this.#transforms.hidden && this.#nothing.textContent === "";
  }

  #choicesOf(profile: Profile): FilterChoice[] {
    if (this.#choices?.profile !== profile) {
      const others = profile.samples.labels
        .filter(({ kind, key }) => kind === "text" && ![...FIRST_LABELS, ...UNOFFERED_LABELS].includes(key))
        .map(({ key }) => key);
      const keys = [...FIRST_LABELS, ...new Set(others)];
      this.#choices = { profile, list: keys.map((key) => ({ key, values: labelValues(profile, key) })) };
    }
    return this.#choices.list;
  }
}
