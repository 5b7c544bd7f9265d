import { selection } from "d3";

/**
 * Takes from d3's selections what costs more than all of the drawing. d3-flame-graph gives each frame four transitions,
 * whatever their duration, and three listeners for its own zoom and tooltip, which the page does not use. With this,
 * attributes and texts are set at once and nothing listens. So nothing on the page moves by itself either, and there is
 * nothing to reduce for people who ask for less motion.
 */
Object.assign(selection.prototype, {
  transition: itself,
  duration: itself,
  delay: itself,
  ease: itself,
  on: itself,
});

function itself(this: unknown): unknown {
  return this;
}
