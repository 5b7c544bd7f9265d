import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { madeProfile, profileOf } from "../viewer/made-profile.ts";
import { AT_REST, current, frame, frameNames, restingFrame, status, widthOf } from "./frames.ts";
import { launchBrowser, openProfile } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** 900 samples taken and 100 lost. */
const LOSSY = madeProfile(
  [
    { process: "web", pid: 1, frames: [{ name: "main" }, { name: "parse" }], count: 600 },
    { process: "db", pid: 2, frames: [{ name: "main" }, { name: "sort" }], count: 300 },
  ],
  {
    drops: [
      { count: 98, cause: "the table of stacks was full" },
      { count: 2, cause: "<b>no</b> memory" },
    ],
  },
);
const SENTENCE =
  "100 samples lost, not in the graph, 10.0% of taken and lost: 98 the table of stacks was full, 2 <b>no</b> memory";

const block = (page: Page) => page.locator(".view:not([hidden]) g.frame.lost");
const restingBlock = (page: Page) => page.locator(`${AT_REST}.lost`);
const boundsOf = async (page: Page, name: string) => {
  const bounds = await frame(page, name).locator("rect").first().boundingBox();
  if (bounds === null) throw new Error(`${name} is not drawn.`);
  return bounds;
};

describe("lost samples", () => {
  test.each(["#direction=flame", "#direction=icicle", "#view=inverted"])(
    "are a block beside all samples, on their scale, %s",
    async (hash) => {
      await using open = await openProfile(browser, LOSSY, { hash });
      const { page } = open;
      const all = await boundsOf(page, "all");
      const lost = await boundsOf(page, "100 lost");
      expect(lost.width / all.width).toBeCloseTo(100 / 900, 2);
      // The outline is half a pixel beyond the block.
      expect(Math.abs(lost.x - all.x - all.width)).toBeLessThanOrEqual(1);
      expect(lost.y).toBeCloseTo(all.y, 0);
      expect(await status(page)).toContain("total 900 samples");
      expect(await page.locator("#legend").textContent()).toContain("lost samples10.0%");
      expect(open.problems).toEqual([]);
    },
  );

  test("are told by pointer, keyboard and to screen readers, and lead nowhere", async () => {
    await using open = await openProfile(browser, LOSSY);
    const { page } = open;
    const before = page.url();
    await restingBlock(page).hover();
    const tooltip = page.locator("#tooltip");
    for (const words of ["100 samples lost", "not in the graph", "10.0%", "<b>no</b> memory"]) {
      expect(await tooltip.textContent()).toContain(words);
    }
    await restingBlock(page).click();
    expect(await status(page)).toBe(SENTENCE);
    await page.mouse.move(5, 5);
    const items = page.locator('[role="treeitem"][aria-level="1"]');
    const places = await items.evaluateAll((all) =>
      all.map((each) => [each.ariaLabel, each.ariaPosInSet, each.ariaSetSize]),
    );
    expect(places).toEqual([
      ["all samples, 100% of all, itself 0%", "1", "2"],
      [SENTENCE, "2", "2"],
    ]);
    const focused = () => page.evaluate<string>('document.activeElement.getAttribute("aria-label")');
    await current(page).focus();
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe(SENTENCE);
    expect(await status(page)).toBe(SENTENCE);
    for (const key of ["ArrowRight", "ArrowUp", "Enter", " "]) await page.keyboard.press(key);
    expect(await focused()).toBe(SENTENCE);
    await page.keyboard.press("ArrowLeft");
    expect(await focused()).toMatch(/^all samples/);
    expect(page.url()).toBe(before);
    expect(open.problems).toEqual([]);
  });

  test("are not beside what is only a part of the samples, nor in views that are no graph", async () => {
    await using open = await openProfile(browser, LOSSY);
    const { page } = open;
    const all = await widthOf(page, "all");
    await restingFrame(page, "web.*").click();
    expect(await block(page).count()).toBe(0);
    expect(await widthOf(page, "all")).toBeCloseTo(all / 0.9, -1);
    expect(await page.locator("#legend").textContent()).not.toContain("lost");
    await page.keyboard.press("Escape");
    expect(await block(page).count()).toBe(1);
    // All of the samples, looked at otherwise.
    await page.fill("#search", "sort");
    await page.selectOption("#group-by", "none");
    expect(await block(page).count()).toBe(1);
    await page.fill("#search", "");
    await page.keyboard.press("Escape");
    await page.evaluate("document.activeElement.blur()");
    await restingFrame(page, "parse").hover();
    await page.keyboard.press("x");
    await expect.poll(() => frameNames(page)).not.toContain("parse");
    expect(await block(page).count()).toBe(0);
    await page.keyboard.press("u");
    expect(await block(page).count()).toBe(1);
    await page.click("#sandwich");
    expect(await block(page).count()).toBe(0);
    expect(await page.locator("#legend").textContent()).not.toContain("lost");
    expect(open.problems).toEqual([]);
  });

  test("nothing is there when nothing was lost; a few of very many are seen all the same", async () => {
    await using none = await openProfile(browser, profileOf("main;parse 40"));
    expect(await block(none.page).count()).toBe(0);
    expect(await none.page.locator("#legend").textContent()).not.toContain("lost");
    const few = madeProfile([{ frames: [{ name: "main" }], count: 1e9 }], {
      drops: [{ count: 1, cause: "the table of stacks was full" }],
    });
    await using open = await openProfile(browser, few);
    expect((await block(open.page).locator("rect").first().boundingBox())?.width).toBeCloseTo(3, 0);
    await block(open.page).hover();
    expect(await open.page.locator("#tooltip").textContent()).toContain("1 sample lost");
  });
});
