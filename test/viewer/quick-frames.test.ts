import { expect, test } from "vitest";
import {
  FEWEST_QUICK_FRAMES,
  MOST_QUICK_FRAMES,
  QUICK_FRAMES,
  QUICK_PICTURE,
} from "../../viewer/model/limits.ts";
import { QuickFrames } from "../../viewer/model/quick-frames.ts";

/** A machine that takes `fixed` milliseconds a picture and `each` a frame, after so many pictures that were as full as they might be. */
function settled(fixed: number, each: number, pictures = 40): QuickFrames {
  const quick = new QuickFrames();
  for (let picture = 0; picture < pictures; picture++) quick.took(quick.bound, fixed + each * quick.bound);
  return quick;
}

test("a page begins with the same on each machine, and the first picture changes nothing", () => {
  const quick = new QuickFrames();
  expect(quick.bound).toBe(QUICK_FRAMES);
  quick.took(QUICK_FRAMES, 400);
  expect(quick.bound).toBe(QUICK_FRAMES);
  quick.took(QUICK_FRAMES, QUICK_PICTURE);
  quick.took(QUICK_FRAMES, QUICK_PICTURE);
  expect(quick.bound).toBe(QUICK_FRAMES);
});

test("comes to pictures that take as long as they may", () => {
  for (const [fixed, each] of [
    [15, 0.04],
    [5, 0.04],
    [2, 0.1],
    [8, 0.03],
  ]) {
    const { bound } = settled(fixed, each);
    expect(fixed + each * bound).toBeGreaterThan(0.9 * QUICK_PICTURE);
    expect(fixed + each * bound).toBeLessThan(1.1 * QUICK_PICTURE);
  }
});

test("has its ends on very slow and very fast machines", () => {
  expect(settled(60, 0.5).bound).toBe(FEWEST_QUICK_FRAMES);
  expect(settled(0.5, 0.001).bound).toBe(MOST_QUICK_FRAMES);
  expect(settled(0, 0).bound).toBe(MOST_QUICK_FRAMES);
});

test("pictures of few frames say nothing against many", () => {
  const quick = settled(5, 0.04);
  const { bound } = quick;
  for (let picture = 0; picture < 10; picture++) quick.took(20, 6);
  quick.took(0, 3);
  expect(quick.bound).toBeGreaterThanOrEqual(bound);
});

test("two hiccups change nothing, a machine that has become busy does", () => {
  const quick = settled(5, 0.04);
  const { bound } = quick;
  quick.took(bound, 300);
  quick.took(bound, 300);
  expect(quick.bound).toBe(bound);
  quick.took(bound, 300);
  expect(quick.bound).toBe(FEWEST_QUICK_FRAMES);
});
