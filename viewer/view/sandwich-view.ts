import { type FrameKey, frameKeyOf } from "../../profile/analysis/frame-key.ts";
import { pruneTree } from "../../profile/analysis/prune-tree.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { changeSentence } from "../model/diff/change-words.ts";
import { displayName } from "../model/display-name.ts";
import { formatShare, formatWeight } from "../model/format.ts";
import { heaviestRow } from "../model/heaviest-row.ts";
import { withoutRoot } from "../model/re-root.ts";
import { byId, make } from "./elements.ts";
import { HalfGraph } from "./half-graph.ts";
import type { Page, Scene, View } from "./scene.ts";
import { FrameTooltip } from "./tooltip.ts";

/** Callers are looked for down to this part of the function's weight: under a pixel of the widest screens. */
const DRAWN_PART = 1 / 4_000;

/** A function between its callers above and its callees below, wherever it was called. A click puts another one there. */
export class SandwichView implements View {
  readonly #page: Page;
  readonly #callers: HalfGraph;
  readonly #callees: HalfGraph;
  readonly #middle = make("p", "sandwich-middle");
  readonly #status = byId("frame-status", HTMLElement);
  #scene: Scene | undefined;
  #halves: { base: CallTree; key: string; callers: CallTree; callees: CallTree } | undefined;
  #sentence = "";

  constructor(host: HTMLElement, page: Page) {
    this.#page = page;
    host.classList.add("sandwich");
    const tooltip = new FrameTooltip();
    const events = {
      open: (frame: number) => this.#open(frame),
      choose: (frame: number) => this.#choose(frame),
      point: (frame: number) => this.#page.point(frame < 0 ? -1 : this.#rowOf(frame)),
      status: (sentence: string) => {
        this.#status.textContent = sentence === "" ? this.#sentence : sentence;
      },
    };
    this.#callers = new HalfGraph(host, "Callers, from the function up", "flame", tooltip, events);
    host.append(this.#middle);
    this.#callees = new HalfGraph(host, "Callees, from the function down", "icicle", tooltip, events);
  }

  show(scene: Scene): void {
    this.#scene = scene;
    const { shown, source, state } = scene;
    const key = state.chosen ?? busiestFunction(scene);
    const halves = key && this.#halvesOf(scene, key);
    const host = this.#middle.parentElement;
    host?.classList.toggle("nothing", halves === undefined);
    if (key === undefined || halves === undefined) {
      const name = key === undefined ? "" : displayName(key.name);
      this.#middle.textContent =
        name === "" ? "No function to show." : `${name} is in none of the samples shown.`;
      this.#sentence = "";
      this.#status.textContent = "";
      this.#callers.hide();
      this.#callees.hide();
      return;
    }
    const weight = halves.callees.total[0];
    const self = halves.callees.self[0];
    const all = shown.base.total[0];
    const type = source.type(state);
    this.#middle.textContent = "Callers above, callees below";
    this.#sentence = `${displayName(key.name)}: total ${formatWeight(weight, type)}, self ${formatWeight(self, type)}, of all ${formatShare(weight, all)}`;
    const changes = source.comparison?.rows(halves.callees, shown, state.minChange);
    if (changes) this.#sentence = changeSentence(changes.comparison, displayName(key.name), changes.of(0));
    this.#status.textContent = this.#sentence;
    this.#callers.show(halves.callers, scene);
    this.#callees.show(halves.callees, scene);
    const row = heaviestRow(shown.tree, key);
    if (row > 0) this.#page.choose(row);
  }

  hide(): void {
    this.#callers.hide();
    this.#callees.hide();
    this.#status.textContent = "";
  }

  #halvesOf({ shown, source, state }: Scene, key: FrameKey) {
    const { base } = shown;
    const id = JSON.stringify([key, state.order, state.minShare]);
    if (this.#halves?.base !== base || this.#halves.key !== id) {
      const least = state.minShare * base.total[0];
      const inverted = source.analysis.callers(base, key);
      const minWeight = Math.max(least, inverted.total(0) * DRAWN_PART);
      const prune = (tree: CallTree) => withoutRoot(least > 0 ? pruneTree(tree, least).tree : tree);
      const callers = prune(inverted.callTree({ minWeight, order: state.order }));
      const callees = prune(source.analysis.callees(base, key, state.order));
      this.#halves = callers && callees && { base, key: id, callers, callees };
    }
    return this.#halves;
  }

  #open(frame: number): void {
    const scene = this.#scene;
    if (scene) this.#page.change({ chosen: frameKeyOf(scene.tree.frames, frame) }, "push");
  }

  #choose(frame: number): void {
    const row = this.#rowOf(frame);
    if (row > 0) this.#page.choose(row);
  }

  /** The heaviest place of a function: what details and keys are about. */
  #rowOf(frame: number): number {
    const scene = this.#scene;
    return scene ? heaviestRow(scene.tree, frameKeyOf(scene.tree.frames, frame)) : -1;
  }
}

/** The function with the greatest weight of its own. */
function busiestFunction({ shown: { base }, source }: Scene): FrameKey | undefined {
  const { table } = source.analysis.functions(base);
  let best = -1;
  for (let row = 0; row < table.length; row++) {
    if (best < 0 || table.self[row] > table.self[best]) best = row;
  }
  return best < 0 ? undefined : frameKeyOf(base.frames, table.frame[best]);
}
