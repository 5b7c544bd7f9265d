import { type BaseType, type Selection, selection } from "d3";

/**
 * Takes from d3's selections what costs more than all of the drawing. d3-flame-graph gives each frame four transitions,
 * whatever their duration, and three listeners for its own zoom and tooltip, which the page does not use. With this,
 * attributes and texts are set at once and nothing listens. So nothing on the page moves by itself either, and there is
 * nothing to reduce for people who ask for less motion.
 *
 * Of a frame's group nothing is set but its place: its classes are ours (view/frame-drawing.ts), which the library's would
 * take away for a moment, with the styles of all that is in it; its size is its rectangle's, and nobody reads its name.
 */
const { attr } = selection.prototype;
const NOT_OF_GROUPS = new Set(["class", "name", "width", "height"]);

type AnySelection = Selection<BaseType, unknown, BaseType, unknown>;

Object.assign(selection.prototype, {
  attr(this: AnySelection, ...given: [name: string, value?: unknown]) {
    const isOfGroups =
      typeof given[1] === "function" && NOT_OF_GROUPS.has(given[0]) && this.node() instanceof SVGGElement;
    return isOfGroups ? this : Reflect.apply(attr, this, given);
  },
  transition: itself,
  duration: itself,
  delay: itself,
  ease: itself,
  on: itself,
});

function itself(this: unknown): unknown {
  return this;
}
