import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FRAME_CHANGES } from "../../viewer/model/frame-changes.ts";
import { PAGE_KEYS } from "../../viewer/model/keys.ts";
import { profileOf } from "../viewer/made-profile.ts";
import { deepProfile, demoProfile } from "./demo-profile.ts";
import { current, frameNames, panel, restingFrame, result, status, widthOf } from "./frames.ts";
import { addressSettled, launchBrowser, openProfile } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const SMALL = profileOf(`
  main;parse;read@k 40
  main;parse 20
  main;emit;read@k 30
  idle 10
`);
const label = (page: Page) => current(page).getAttribute("aria-label");
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

test("arrows walk frames, Enter zooms, Backspace and Esc lead back", async () => {
  await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
  const { page } = open;
  // By the keyboard alone: from the top of the page to the graph.
  const isInGraph = () => page.evaluate<boolean>('document.activeElement.matches("[role=treeitem]")');
  for (let tabs = 0; tabs < 25 && !(await isInGraph()); tabs++) await press(page, "Tab");
  expect(await label(page)).toBe("all samples, 100% of all, itself 0%");
  await press(page, "ArrowUp");
  expect(await label(page)).toBe("main, program, 90.0% of all, itself 0%");
  await press(page, "ArrowUp", "ArrowRight");
  expect(await label(page)).toMatch(/^emit,/);
  expect(await status(page)).toMatch(/^emit .*30 samples/);
  await press(page, "Enter");
  expect(await frameNames(page)).not.toContain("parse");
  expect(await isInGraph()).toBe(true);
  expect(await label(page)).toMatch(/^emit,/);
  await press(page, "ArrowDown");
  expect(await label(page)).toMatch(/^main,/);
  await press(page, "Backspace");
  expect(await frameNames(page)).toContain("parse");
  await press(page, "Escape");
  expect(await frameNames(page)).toContain("idle");
  await press(page, "Home");
  expect(await label(page)).toMatch(/^all samples/);
  await page.click("#icicle");
  await current(page).focus();
  await press(page, "ArrowDown");
  expect(await label(page)).toMatch(/^main,/);
  expect(open.problems).toEqual([]);
});

test("an ARIA tree stands for the picture: level, place, openness, name and share, and one tab stop", async () => {
  await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
  const { page } = open;
  await current(page).focus();
  await press(page, "ArrowUp", "ArrowUp");
  const snapshot = await page.locator('[role="tree"]').ariaSnapshot();
  expect(snapshot.split("\n").map((line) => line.trim())).toEqual([
    '- tree "Frames, from callers to callees":',
    '- treeitem "all samples, 100% of all, itself 0%" [expanded] [level=1]',
    '- treeitem "main, program, 90.0% of all, itself 0%" [expanded] [level=2]',
    '- treeitem "parse, program, 60.0% of all, itself 20.0%" [expanded] [level=3]',
    '- treeitem "read, kernel, 40.0% of all, itself 40.0%" [level=4]',
    '- treeitem "emit, program, 30.0% of all, itself 0%" [expanded] [level=3]',
  ]);
  expect(await page.locator('[role="treeitem"][tabindex="0"]').count()).toBe(1);
  expect(await current(page).getAttribute("aria-posinset")).toBe("1");
  expect(await current(page).getAttribute("aria-setsize")).toBe("2");
  // It lies on its frame, so that what screen readers frame is the right place.
  const item = await current(page).boundingBox();
  const rect = await page
    .locator("g.frame", { hasText: /^parse$/ })
    .locator("rect")
    .boundingBox();
  for (const side of ["x", "y", "width"] as const) {
    expect(Math.abs((item?.[side] ?? 0) - (rect?.[side] ?? 0))).toBeLessThanOrEqual(1);
  }
  expect(await page.locator("svg.d3-flame-graph").getAttribute("aria-hidden")).toBe("true");
  // A screen reader clicks an item without the pointer.
  await page.locator('[role="treeitem"][aria-label^="emit"]').dispatchEvent("click");
  expect(await widthOf(page, "emit")).toBeCloseTo(await widthOf(page, "all"), 0);
});

test("every key of the help works", async () => {
  await using open = await openProfile(browser, demoProfile(), { hash: "#search=ngx" });
  const { page } = open;
  // Those of comparisons are judged in comparison.test.ts.
  type Action = Exclude<(typeof PAGE_KEYS)[number]["action"], "side" | "vanished">;
  const works: Record<Action, () => Promise<unknown>> = {
    search: () => page.waitForFunction('document.activeElement.id === "search"'),
    help: () => page.waitForSelector("#help[open]"),
    details: () => panel(page).waitFor({ state: "visible" }),
    escape: () => expect.poll(() => result(page).textContent()).toBe(""),
    copyName: () => page.waitForSelector('#said:text("Copied the name.")'),
    copyStack: () => page.waitForSelector('#said:text("Copied the stack, ")'),
    fold: () => page.waitForSelector('#fold[aria-pressed="true"]'),
    view: () => page.waitForSelector('#icicle[aria-pressed="true"]'),
    colours: () => page.waitForSelector('#legend:has-text("libcrypto.so.3")'),
    theme: () => page.waitForSelector('#theme:text("☀")'),
    sandwich: () => page.waitForSelector('#sandwich[aria-pressed="true"]'),
    // What changes do is judged in analysis.test.ts.
    focusPath: () => page.waitForSelector('.transform-bar:has-text("only below")'),
    focusFunction: () => page.waitForSelector('.transform-bar:has-text("on")'),
    drop: () => page.waitForSelector('.transform-bar:has-text("without samples in")'),
    merge: () => page.waitForSelector('.transform-bar:has-text("merged into its callers")'),
    recursion: () => page.waitForSelector('.transform-bar:has-text("recursion of")'),
    module: () => page.waitForSelector('.transform-bar:has-text("collapsed")'),
    kind: () => page.waitForSelector('.transform-bar:has-text("hidden")'),
    keepMatches: () => page.waitForSelector('.transform-bar:has-text("only samples with")'),
    undo: () => expect.poll(() => page.locator(".transform-bar").isVisible()).toBe(false),
    filters: () => page.waitForSelector(".filter-bar"),
    time: () => page.waitForSelector(".time-strip"),
    nextMatch: () => page.waitForSelector('.current[aria-label^="ngx_"]'),
    previousMatch: () => page.waitForSelector('.current[aria-label^="ngx_"]'),
  };
  await page.keyboard.press("?");
  const shown = await page.locator("#keys dt").allTextContents();
  await page.keyboard.press("Escape");
  expect(await page.locator("#help").isVisible()).toBe(false);
  const order = [...PAGE_KEYS].sort((a, b) => Number(a.action === "search") - Number(b.action === "search"));
  for (const { key, action } of order) {
    if (action === "side" || action === "vanished") continue;
    expect(shown.map((text) => text.trim())).toContain(key === "Escape" ? "Esc" : key);
    // Each change alone, and of a function that is there.
    if (FRAME_CHANGES.some(({ change }) => change === action)) {
      await addressSettled(page);
      await page.evaluate('location.hash = "#panel=1"');
      await restingFrame(page, "ngx_http_gzip_body_filter").hover();
    }
    // The first match is the group; the ones after it are functions.
    if (action === "nextMatch") await press(page, key, key);
    else if (action === "previousMatch") await press(page, key);
    else await press(page, key);
    await works[action]();
    if (action === "help") await press(page, "Escape");
    // A field would take letters for itself.
    if (action === "previousMatch") await page.locator("#search").blur();
  }
  expect(open.problems).toEqual([]);
});

test("walking leads up a graph 5,000 frames deep, with few elements all the way", async () => {
  await using open = await openProfile(browser, deepProfile(5_000), { hash: "#group=none" });
  const { page } = open;
  await current(page).focus();
  await page.evaluate(`
    for (let step = 0; step < 400; step++) {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
    }
  `);
  expect(await current(page).getAttribute("aria-level")).toBe("401");
  await expect.poll(() => page.locator("g.frame").count()).toBeGreaterThan(20);
  expect(await page.locator("*").count()).toBeLessThan(700);
  expect(await current(page).isVisible()).toBe(true);
  expect(open.problems).toEqual([]);
});
