/** In place of d3-scale, of which d3-flame-graph uses one thing: a straight line from 0 … 1 to a range. */
export function scaleLinear() {
  let [from, to] = [0, 1];
  const scale = (value: number) => from + value * (to - from);
  return Object.assign(scale, {
    range(bounds: readonly [number, number]) {
      [from, to] = bounds;
      return scale;
    },
  });
}
