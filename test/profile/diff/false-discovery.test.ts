import { expect, it } from "vitest";
import { benjaminiHochberg } from "../../../profile/diff/false-discovery.ts";

it("finds in Benjamini and Hochberg's own example the four that they found", () => {
  // Section 4.1 of the paper of 1995: fifteen endpoints of a trial of thrombolysis, at 0.05.
  const published = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];
  const shuffled = Float64Array.from(
    [7, 0, 14, 3, 9, 1, 12, 5, 2, 8, 10, 4, 13, 6, 11],
    (at) => published[at],
  );
  const found = benjaminiHochberg(shuffled, 0.05);
  expect(found.count).toBe(4);
  expect(found.threshold).toBeCloseTo(0.013333, 5);
  expect([...shuffled].filter((_, row) => found.adjusted[row] <= 0.05).sort()).toEqual(published.slice(0, 4));
  // Adjusted values never fall as p-values rise.
  const byP = [...shuffled.keys()]
    .sort((a, b) => shuffled[a] - shuffled[b])
    .map((row) => found.adjusted[row]);
  expect(byP).toEqual(byP.toSorted((a, b) => a - b));
});

it("finds nothing in nothing", () => {
  expect(benjaminiHochberg(new Float64Array(0), 0.05)).toEqual({
    adjusted: new Float64Array(0),
    count: 0,
    threshold: 0.05,
  });
  expect(benjaminiHochberg(Float64Array.of(0.2, 0.9), 0.05).count).toBe(0);
});
