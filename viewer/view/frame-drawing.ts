import { type HierarchyRectangularNode, type Selection, select } from "d3";
import flamegraph, { type FlameGraph, type Tooltip } from "d3-flame-graph";
import "./plain-selection.ts";
import type { ChartNode, RowWindow } from "../model/chart-data.ts";
import { SPACER } from "../model/chart-data.ts";
import type { FramePaint } from "../model/palette.ts";

/**
 * The one place that talks to d3-flame-graph. It gets the frames of one picture as a fresh tree and draws them; of
 * its own zoom, search, tooltip, colours and transitions nothing is used, because they write into the data, walk it
 * recursively, and know nothing of what was left out.
 *
 * Elements are used again for the next picture: the library numbers the frames of a tree, and gives the element of a
 * number to the frame of that number. So everything that is set here is set for each frame anew.
 */

/** How to draw each box of the layout. */
export interface FrameLook {
  label(box: number): string;
  paint(box: number): FramePaint;
  /** Further CSS classes, space-separated. */
  classes(box: number): string;
  /** Row of the call tree, for tests. */
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

const SVG = "http://www.w3.org/2000/svg";
const LABEL = "d3-flame-graph-label";

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
      .getName((node) => (node.data.box === SPACER ? "" : (this.#look?.label(node.data.box) ?? "")))
      .getValue((datum) => datum.value)
      .getChildren((datum) => datum.children)
      .setColorMapper((node) => {
        const { box } = node.data;
        return box === SPACER ? "none" : (this.#look?.paint(box).fill ?? "none");
      });
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
    if (this.#started) this.#chart.update(data);
    else this.#chart(this.#host.datum(data));
    this.#started = true;
    this.#host
      .select("svg")
      .attr("height", height)
      .attr("viewBox", `0 ${inverted ? rowHeight : 0} ${width} ${height}`)
      .attr("preserveAspectRatio", "xMinYMin meet")
      .attr("aria-hidden", "true");
    this.#host.selectAll<SVGGElement, Node>("svg > g").each(function (node) {
      finish(this, node.data.box, look, rowHeight);
    });
  }

  /** Frames in the page now. */
  get size(): number {
    return this.#host.selectAll("svg > g").size();
  }

  /** Gives the frames that are drawn other colours and classes. */
  repaint(look: FrameLook, rowHeight: number): void {
    this.#look = look;
    this.#host.selectAll<SVGGElement, Node>("svg > g").each(function (node) {
      const { box } = node.data;
      if (box === SPACER) return;
      this.querySelector("rect")?.setAttribute("fill", look.paint(box).fill);
      finish(this, box, look, rowHeight);
    });
  }

  /** The box of the frame under an event. */
  static boxAt(target: EventTarget | null): number | undefined {
    const element = target instanceof Element ? target.closest<SVGGElement>("g.frame") : null;
    return element === null ? undefined : select<SVGGElement, Node>(element).datum().data.box;
  }
}

/** What the library does not set of a frame: its classes, the colour of its text, its edge. */
function finish(element: SVGGElement, box: number, look: FrameLook, rowHeight: number): void {
  if (box === SPACER) {
    element.setAttribute("class", "spacer");
    element.querySelector("foreignObject")?.remove();
    return;
  }
  const classes = look.classes(box);
  element.setAttribute("class", `frame ${classes}`);
  element.setAttribute("data-row", String(look.row(box)));
  const label = look.label(box);
  setLabel(element, label, look.paint(box).text, rowHeight);
  const isHatched = /(?:^| )(?:new|gone|lost)\b/.test(classes);
  const wantsEdge = classes.includes("inlined") && !classes.includes("thin");
  // Most frames are a rectangle, with a label or without: nothing else has to be looked for.
  const isPlain = element.childElementCount <= (label === "" ? 1 : 2);
  if (isPlain && !isHatched && !wantsEdge) return;
  const hatch = element.querySelector<SVGRectElement>(".hatch");
  if (isHatched) hatchFrame(element, hatch);
  else hatch?.remove();
  const edge = element.querySelector("line");
  if (wantsEdge && !edge) element.append(inlinedEdge(rowHeight));
  else if (!wantsEdge) edge?.remove();
}

/** A frame without a label has no element for it: of these there are most, and they are what layout would spend time on. */
function setLabel(element: SVGGElement, label: string, colour: string, rowHeight: number): void {
  let host = element.querySelector("foreignObject");
  if (label === "") {
    host?.remove();
    return;
  }
  let text = host?.firstElementChild;
  if (!host || !text) {
    host = document.createElementNS(SVG, "foreignObject");
    host.setAttribute("width", element.querySelector("rect")?.getAttribute("width") ?? "0");
    host.setAttribute("height", String(rowHeight));
    text = document.createElement("div");
    text.className = LABEL;
    text.textContent = label;
    host.append(text);
    element.append(host);
  }
  if (text instanceof HTMLElement) text.style.setProperty("--ink", colour);
}

/** Lines across a frame that one side of a comparison has not, and across lost samples; under its label. */
function hatchFrame(element: SVGGElement, known: SVGRectElement | null): void {
  const box = element.querySelector("rect");
  if (box === null) return;
  const hatch = known ?? document.createElementNS(SVG, "rect");
  hatch.setAttribute("class", "hatch");
  for (const name of ["width", "height"]) hatch.setAttribute(name, box.getAttribute(name) ?? "0");
  if (known === null) box.after(hatch);
}

/** The dashed left edge of a frame that the compiler put into its caller; the library draws nothing but rectangles. */
function inlinedEdge(rowHeight: number): SVGLineElement {
  const edge = document.createElementNS(SVG, "line");
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
