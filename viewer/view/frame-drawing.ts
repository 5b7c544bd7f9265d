import { type HierarchyRectangularNode, type Selection, select } from "d3";
import flamegraph, { type FlameGraph, type Tooltip } from "d3-flame-graph";
import type { ChartNode, RowWindow } from "../model/chart-data.ts";
import { SPACER } from "../model/chart-data.ts";
import type { FramePaint } from "../model/palette.ts";

/**
 * The one place that talks to d3-flame-graph. It gets the frames of one picture as a fresh tree and draws them; of
 * its own zoom, search, tooltip, colours and transitions nothing is used, because they write into the data, walk it
 * recursively, and know nothing of what was left out.
 */

/** How to draw each box of the layout. */
export interface FrameLook {
  label(box: number): string;
  paint(box: number): FramePaint;
  /** Further CSS classes, space-separated. */
  classes(box: number): string;
  /** Row of the call tree, for tests and for finding the element again. */
  row(box: number): number;
}

export interface Drawing {
  data: ChartNode;
  window: RowWindow;
  width: number;
  rowHeight: number;
  inverted: boolean;
  look: FrameLook;
}

type Node = HierarchyRectangularNode<ChartNode>;

export class FrameDrawing {
  readonly #chart: FlameGraph<ChartNode>;
  readonly #host: Selection<HTMLDivElement, ChartNode, null, undefined>;
  #look: FrameLook | undefined;
  #started = false;

  constructor(host: HTMLDivElement) {
    this.#host = select<HTMLDivElement, ChartNode>(host);
    this.#chart = flamegraph<ChartNode>()
      .transitionDuration(0)
      .selfValue(false)
      .sort(false)
      .tooltip(noTooltip())
      .setLabelHandler(() => "")
      .getName((node) => this.#lookOf(node)?.label(node.data.box) ?? "")
      .getValue((datum) => datum.value)
      .getChildren((datum) => datum.children)
      .setColorMapper((node) => this.#lookOf(node)?.paint(node.data.box).fill ?? "none");
  }

  draw({ data, window, width, rowHeight, inverted, look }: Drawing): void {
    this.#look = look;
    const height = (window.to - window.from) * rowHeight;
    // The root is a spacer one row before the window: above an icicle, below a flame. The view box leaves it out.
    this.#chart
      .width(width)
      .height(height + rowHeight)
      .cellHeight(rowHeight)
      .inverted(inverted);
    // Frames are numbered anew in each tree, so an old element would become any other frame's: start from none.
    this.#host.selectAll("svg > g").remove();
    if (this.#started) this.#chart.update(data);
    else this.#chart(this.#host.datum(data));
    this.#started = true;
    this.#host
      .select("svg")
      .attr("height", height)
      .attr("viewBox", `0 ${inverted ? rowHeight : 0} ${width} ${height}`)
      .attr("preserveAspectRatio", "xMinYMin meet")
      .attr("aria-hidden", "true");
    // Widths and labels would come by transitions, of 250 ms whatever their duration is set to: set them now instead.
    this.#host.selectAll("svg > g > rect, svg > g div").interrupt();
    this.#host.selectAll<SVGGElement, Node>("svg > g").each(function (node) {
      const { box } = node.data;
      if (box === SPACER) {
        this.setAttribute("class", "spacer");
        return;
      }
      this.setAttribute("class", `frame ${look.classes(box)}`);
      this.setAttribute("data-box", String(box));
      this.setAttribute("data-row", String(look.row(box)));
      if (this.classList.contains("inlined") && !this.classList.contains("thin"))
        this.append(inlinedEdge(rowHeight));
      this.querySelector("rect")?.setAttribute("width", this.getAttribute("width") ?? "0");
      const label = this.querySelector<HTMLElement>(".d3-flame-graph-label");
      if (label) {
        label.textContent = look.label(box);
        label.style.color = look.paint(box).text;
      }
    });
  }

  /** The frame's element under an event, and its box. */
  static boxAt(target: EventTarget | null): { box: number; element: SVGGElement } | undefined {
    const element = target instanceof Element ? target.closest<SVGGElement>("g.frame") : null;
    const box = element?.getAttribute("data-box");
    return element && box ? { box: Number(box), element } : undefined;
  }

  /** The element of a drawn box. */
  elementOf(box: number): SVGGElement | null {
    return this.#host.node()?.querySelector<SVGGElement>(`g.frame[data-box="${box}"]`) ?? null;
  }

  #lookOf(node: Node): FrameLook | undefined {
    return node.data.box === SPACER ? undefined : this.#look;
  }
}

/** The dashed left edge of a frame that the compiler put into its caller; the library draws nothing but rectangles. */
function inlinedEdge(rowHeight: number): SVGLineElement {
  const edge = document.createElementNS("http://www.w3.org/2000/svg", "line");
  edge.setAttribute("class", "inlined-edge");
  for (const [name, value] of [
    ["x1", 2.5],
    ["x2", 2.5],
    ["y1", 2],
    ["y2", rowHeight - 2],
  ] as const) {
    edge.setAttribute(name, String(value));
  }
  return edge;
}

/** Its presence keeps the library from giving each frame a `<title>`; ours is view/tooltip.ts. */
function noTooltip(): Tooltip<ChartNode> {
  return Object.assign(() => {}, { show() {}, hide() {} });
}
