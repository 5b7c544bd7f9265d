import { byId, make } from "./elements.ts";
import type { Page, Scene, View } from "./scene.ts";
import { SideGraph } from "./side-graph.ts";
import { FrameTooltip } from "./tooltip.ts";

/** Both sides of a comparison beside each other, each as wide as all of it; what one is zoomed into the other is, too. */
export class BothView implements View {
  readonly #graphs: { name: string; title: HTMLElement; graph: SideGraph }[];
  readonly #status = byId("frame-status", HTMLElement);

  constructor(host: HTMLElement, page: Page) {
    host.classList.add("both");
    const tooltip = new FrameTooltip();
    this.#graphs = (["before", "after"] as const).map((side) => {
      const place = make("section", "both-side");
      const title = make("h2", "both-title");
      place.append(title);
      host.append(place);
      const graph = new SideGraph(place, side, page, tooltip, (sentence) => {
        this.#status.textContent = sentence;
      });
      return { name: side === "before" ? "Before" : "After", title, graph };
    });
  }

  show(scene: Scene): void {
    this.#status.textContent = "";
    for (const { name, title, graph } of this.#graphs) {
      const isThere = graph.show(scene);
      title.textContent = isThere ? name : `${name}: none of what is zoomed into; all is shown`;
    }
  }

  hide(): void {
    for (const { graph } of this.#graphs) graph.hide();
    this.#status.textContent = "";
  }
}
