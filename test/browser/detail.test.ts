import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FEWEST_QUICK_FRAMES, QUICK_FRAMES, REST_DELAY, RESTING_FRAMES } from "../../viewer/model/limits.ts";
import { largeProfile } from "../viewer/large-profile.ts";
import { status } from "./frames.ts";
import { launchBrowser, openProfile } from "./page.ts";

/** Graphs of more frames than a click may wait for: few at once, many when the page has come to rest. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Pixels that frames leave to slivers that would else be too narrow to be seen. */
const SLIVER_ROOM = 3.5;

const profile = largeProfile({ nodes: 30_000 });

/** The page comes to rest when the test says so. */
const HOLD_REST = `{
  const later = window.setTimeout;
  let resting;
  window.setTimeout = (work, delay, ...more) => {
    if (delay !== ${REST_DELAY}) return later(work, delay, ...more);
    resting = work;
    return 0;
  };
  window.comeToRest = () => resting();
}`;
const openHeld = (height: number) =>
  openProfile(browser, profile, { initScript: HOLD_REST, viewport: { width: 1280, height } });
const comeToRest = (page: Page) => page.evaluate("comeToRest()");

/** Place and width of each frame that is drawn as such, by its row of the tree. */
const framePlaces = async (page: Page): Promise<Map<number, { x: number; width: number }>> =>
  new Map(
    await page.evaluate<[number, { x: number; width: number }][]>(`
      [...document.querySelectorAll("g.frame:not(.sliver)")].map((frame) => {
        const { x, width } = frame.querySelector("rect").getBoundingClientRect();
        return [Number(frame.dataset.row), { x, width }];
      })`),
  );
const count = (page: Page) => page.locator("g.frame").count();
const undrawn = async (page: Page) =>
  Number((await page.locator("#hidden-status").textContent())?.split(" ")[0].replaceAll(",", ""));

test("what was drawn at once stays where it is when the rest comes", async () => {
  await using open = await openHeld(900);
  const { page } = open;
  expect(await count(page)).toBeLessThanOrEqual(QUICK_FRAMES);
  const quick = await framePlaces(page);
  const quickUndrawn = await undrawn(page);
  await comeToRest(page);
  const resting = await framePlaces(page);
  expect(resting.size).toBeGreaterThan(1.5 * quick.size);
  // The rows beyond what is seen are drawn, too.
  expect(await count(page)).toBeLessThan(1.5 * RESTING_FRAMES);
  expect(await undrawn(page)).toBeLessThan(quickUndrawn);
  for (const [row, { x, width }] of quick) {
    const place = resting.get(row);
    // But for the room of the slivers beside it.
    expect(Math.abs((place?.x ?? Number.NaN) - x)).toBeLessThan(SLIVER_ROOM);
    expect(Math.abs((place?.width ?? Number.NaN) - width)).toBeLessThan(SLIVER_ROOM);
  }
  expect(open.problems).toEqual([]);
});

test("what the pointer and the keyboard are on they stay on", async () => {
  await using open = await openHeld(900);
  const { page } = open;
  const [row] = [...(await framePlaces(page))].sort(([, a], [, b]) => b.width - a.width)[4];
  const frame = page.locator(`g.frame[data-row="${row}"] rect`);
  await frame.hover();
  const tooltip = page.locator("#tooltip");
  const told = await tooltip.textContent();
  await comeToRest(page);
  expect(await tooltip.isVisible()).toBe(true);
  expect(await tooltip.textContent()).toBe(told);
  await frame.click();
  const zoomed = await status(page);
  await comeToRest(page);
  expect(await status(page)).toBe(zoomed);
  expect(await page.evaluate("Number(document.activeElement.dataset.row)")).toBe(row);
});

test("a press during which the page would come to rest is a click on what was pressed", async () => {
  await using open = await openHeld(900);
  const { page } = open;
  const [row] = [...(await framePlaces(page))].sort(([, a], [, b]) => b.width - a.width)[4];
  await page.locator(`g.frame[data-row="${row}"] rect`).hover();
  await page.mouse.down();
  await comeToRest(page);
  expect(await count(page)).toBeLessThanOrEqual(QUICK_FRAMES);
  await page.mouse.up();
  expect(await page.evaluate("Number(document.activeElement.dataset.row)")).toBe(row);
  await comeToRest(page);
  await page.keyboard.press("Escape");
  await comeToRest(page);
  expect(await count(page)).toBeGreaterThan(2 * QUICK_FRAMES);
  expect(open.problems).toEqual([]);
});

test("a search and other colours move nothing, a zoom is quick again", async () => {
  await using open = await openHeld(900);
  const { page } = open;
  await comeToRest(page);
  const resting = await framePlaces(page);
  await page.fill("#search", "parse");
  await expect.poll(() => page.locator("#search-result").textContent()).not.toBe("");
  expect(await page.locator("g.frame.match").count()).toBeGreaterThan(10);
  expect(await framePlaces(page)).toEqual(resting);
  const fills = () =>
    page.evaluate<string>(
      '[...document.querySelectorAll("g.frame rect")].map((r) => r.getAttribute("fill")).join()',
    );
  const before = await fills();
  await page.selectOption("#colours", "module");
  expect(await fills()).not.toBe(before);
  expect(await framePlaces(page)).toEqual(resting);
  // Nothing is left to be drawn.
  await comeToRest(page);
  expect(await framePlaces(page)).toEqual(resting);
  const [row] = [...resting].sort(([, a], [, b]) => b.width - a.width)[3];
  await page.locator(`g.frame[data-row="${row}"] rect`).click();
  expect(await count(page)).toBeLessThanOrEqual(QUICK_FRAMES);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await comeToRest(page);
  expect(await count(page)).toBeGreaterThan(2 * QUICK_FRAMES);
});

test("the base stays in view when the rest leaves more room for the graph", async () => {
  await using open = await openHeld(600);
  const { page } = open;
  const chart = 'document.querySelector(".flame-chart").style';
  await page.evaluate(`${chart}.maxHeight = "300px"`);
  // The browser has laid that out, and told the page.
  await page.waitForTimeout(100);
  const scroller = page.locator(".view:not([hidden]) .scroller");
  const before = (await scroller.boundingBox())?.height ?? 0;
  // As when the sentence on what is too narrow has one line less, or is not needed any more.
  await page.evaluate(`comeToRest(); ${chart}.maxHeight = ""`);
  await expect.poll(async () => (await scroller.boundingBox())?.height).toBeGreaterThan(before + 20);
  await page.waitForTimeout(200);
  const [root, seen] = [await page.locator("g.root rect").boundingBox(), await scroller.boundingBox()];
  const bottomOf = (box: typeof root) => (box?.y ?? 0) + (box?.height ?? 0);
  expect(Math.abs(bottomOf(root) - bottomOf(seen))).toBeLessThan(2);
});

test("on a slow machine fewer come at once, and all the same at rest", async () => {
  await using open = await openHeld(900);
  const { page } = open;
  const atRest = async () => {
    await comeToRest(page);
    return await framePlaces(page);
  };
  const resting = await atRest();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 8 });
  const [row] = [...resting].sort(([, a], [, b]) => b.width - a.width)[1];
  for (let zoom = 0; zoom < 4; zoom++) {
    await page.locator(`g.frame[data-row="${row}"] rect`).dispatchEvent("click");
    await page.locator("g.root rect").dispatchEvent("click");
    // The picture has been on the screen, and what it took is known.
    await page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => setTimeout(() => setTimeout(done))))",
    );
  }
  await page.locator(`g.frame[data-row="${row}"] rect`).dispatchEvent("click");
  expect(await count(page)).toBeLessThanOrEqual(FEWEST_QUICK_FRAMES);
  expect(await count(page)).toBeGreaterThan(FEWEST_QUICK_FRAMES / 2);
  await page.locator("g.root rect").dispatchEvent("click");
  expect(await atRest()).toEqual(resting);
  expect(open.problems).toEqual([]);
});
