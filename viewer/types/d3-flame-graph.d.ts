/**
 * The part of d3-flame-graph 5.0.0 that the viewer uses, as its source reads; the package has no types.
 * Left out on purpose: its zoom, search, tooltip and colours (see view/frame-drawing.ts).
 */
declare module "d3-flame-graph" {
  import type { HierarchyRectangularNode } from "d3";

  /** What the library asks about nodes is given as functions, so the data may have any shape. */
  export interface FlameGraph<Datum> {
    /**
     * Adds the svg to `element` (one element, found by d3's `select`) and draws `datum` of it. Call once: a second
     * call wraps the data twice.
     */
    <Element extends HTMLElement>(selection: import("d3").Selection<Element, Datum, null, undefined>): void;
    /** Draws other data; writes into it. */
    update(data: Datum): FlameGraph<Datum>;
    destroy(): FlameGraph<Datum>;

    /** Pixels. */
    width(pixels: number): FlameGraph<Datum>;
    /** Pixels; rows of a flame (not inverted) are counted up from here. */
    height(pixels: number): FlameGraph<Datum>;
    cellHeight(pixels: number): FlameGraph<Datum>;
    /** Milliseconds, of moves and of delays; the widths of new frames take d3-transition's default of 250 in any case. */
    transitionDuration(milliseconds: number): FlameGraph<Datum>;
    /** Whether the root is on top (an icicle). */
    inverted(inverted: boolean): FlameGraph<Datum>;
    sort(sort: boolean): FlameGraph<Datum>;
    /** Whether values are self weights; false: they include the children's. */
    selfValue(self: boolean): FlameGraph<Datum>;
    getName(name: (node: HierarchyRectangularNode<Datum>) => string): FlameGraph<Datum>;
    /** Called with data, and with nodes by the default labels. */
    getValue(value: (datum: Datum) => number): FlameGraph<Datum>;
    getChildren(children: (datum: Datum) => Datum[]): FlameGraph<Datum>;
    setColorMapper(
      colour: (node: HierarchyRectangularNode<Datum>, original: string) => string,
    ): FlameGraph<Datum>;
    setLabelHandler(label: (node: HierarchyRectangularNode<Datum>) => string): FlameGraph<Datum>;
    tooltip(tooltip: Tooltip<Datum>): FlameGraph<Datum>;
  }

  /** Called with the svg's selection once, then shown and hidden. With one, frames get no `<title>`. */
  export interface Tooltip<Datum> {
    (selection: unknown): void;
    show(event: Event, node: HierarchyRectangularNode<Datum>): void;
    hide(): void;
  }

  export default function flamegraph<Datum>(): FlameGraph<Datum>;
}
