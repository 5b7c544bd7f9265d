import { describe, expect, it } from "vitest";
import { TimedSamples } from "../../../profile/formats/timed-samples.ts";

const SECOND = 1e9;

describe("TimedSamples", () => {
  it("sums what is alike, and cuts time into at most 120 slices of a round length", () => {
    const samples = new TimedSamples(1, 1);
    for (let at = 0; at < 60_000; at++) samples.add(3, 1e12 + (at / 1000) * SECOND, [at % 2], [1]);
    const { length, sliceNanos, slice, values, durationNanos } = samples.finish();
    expect([sliceNanos, durationNanos]).toEqual([0.5 * SECOND, 59.999 * SECOND]);
    expect(length).toBe(240);
    expect(Math.max(...slice)).toBe(119);
    expect(values[0].every((value) => value === 250)).toBe(true);
  });

  it("has no slices without times, or when all are the same", () => {
    for (const time of [Number.NaN, 5]) {
      const samples = new TimedSamples(0, 1);
      samples.add(1, time, [], [2]);
      samples.add(1, time, [], [3]);
      const { length, sliceNanos, slice, values } = samples.finish();
      expect([length, sliceNanos, slice[0], values[0][0]]).toEqual([1, 0, Number.NaN, 5]);
    }
  });

  it("keeps times in order that come out of order, before the first too", () => {
    const samples = new TimedSamples(0, 1);
    for (const time of [5, 9, 1, 3]) samples.add(time, time * SECOND, [], [1]);
    const { stack, slice } = samples.finish();
    const inTime = [...stack].sort((a, b) => slice[stack.indexOf(a)] - slice[stack.indexOf(b)]);
    expect(inTime).toEqual([1, 3, 5, 9]);
    expect(Math.min(...slice)).toBe(0);
  });

  it("stays within its bound where rows differ by time alone", () => {
    const samples = new TimedSamples(0, 1, 1000);
    for (let at = 0; at < 200_000; at++) samples.add(7, at * 1e6, [], [1]);
    const { length, values, sliceNanos } = samples.finish();
    expect(length).toBeLessThanOrEqual(121);
    expect(values[0].reduce((a, b) => a + b, 0)).toBe(200_000);
    expect(sliceNanos).toBe(2 * SECOND);
  });

  it("takes times that no clock has", () => {
    const samples = new TimedSamples(0, 1);
    for (const time of [0, 1e300, -1e300, Number.POSITIVE_INFINITY]) samples.add(1, time, [], [1]);
    expect(samples.finish().values[0].reduce((a, b) => a + b, 0)).toBe(4);
  });
});
