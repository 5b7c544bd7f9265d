import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { madeProfile } from "../viewer/made-profile.ts";
import { openDiff, service } from "./compared-pages.ts";
import { deepProfile, demoProfile } from "./demo-profile.ts";
import { current, restingFrame, zoomPath } from "./frames.ts";
import { launchBrowser, openProfile } from "./page.ts";
import { SOURCES, sourceProfile } from "./source-profile.ts";

/** axe-core finds nothing, in any state of the page. */

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('typeof axe !== "undefined"'))) await page.evaluate(AXE);
  const found: Violation[] = await page.evaluate("axe.run().then((results) => results.violations)");
  return found.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html} ${nodes[0].failureSummary ?? ""}`,
  );
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const demo = demoProfile();
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test.each(["light", "dark"] as const)(
  "colours, searched, zoomed, walked through: %s",
  async (colorScheme) => {
    await using open = await openProfile(browser, demo, { colorScheme });
    const { page } = open;
    expect(await violations(page)).toEqual([]);
    // That text is readable on every colour is judged in test/viewer/palette.test.ts; here, that it is so on the page.
    for (const mode of ["module", "self"]) {
      await page.selectOption("#colours", mode);
      expect(await violations(page), mode).toEqual([]);
    }
    await page.evaluate(
      `location.hash = "#search=ngx&zoom=${zoomPath(demo, 5, "process")}&direction=icicle"`,
    );
    await page.waitForSelector("g.frame.match");
    await current(page).focus();
    await page.keyboard.press("ArrowDown");
    expect(await violations(page)).toEqual([]);
  },
);

test("a bad search, facts and losses opened, help", async () => {
  await using open = await openProfile(browser, demo, { hash: "#search=%2F(%2F" });
  const { page } = open;
  await page.click("#headline");
  await page.click("#loss summary");
  expect(await violations(page)).toEqual([]);
  await page.click("#show-help");
  expect(await violations(page)).toEqual([]);
});

test("help in the dark, on a phone", async () => {
  await using open = await openProfile(browser, demo, { ...PHONE, colorScheme: "dark" });
  expect(await violations(open.page)).toEqual([]);
  await open.page.click("#show-help");
  expect(await violations(open.page)).toEqual([]);
});

test.each([
  ["light", {}],
  ["dark", PHONE],
] as const)("details with lines and source text: %s", async (colorScheme, size) => {
  await using open = await openProfile(browser, sourceProfile(), {
    ...size,
    colorScheme,
    sources: SOURCES,
    hash: `#group=none&panel=1&zoom=${zoomPath(sourceProfile(), 2)}`,
  });
  await expect.poll(() => open.page.locator("td.code").count()).toBeGreaterThan(0);
  expect(await violations(open.page)).toEqual([]);
});

test("a deep graph with its minimap; no samples", async () => {
  await using deep = await openProfile(browser, deepProfile(2_000));
  expect(await violations(deep.page)).toEqual([]);
  await using empty = await openProfile(browser, madeProfile([]));
  expect(await violations(empty.page)).toEqual([]);
});

test.each([
  ["light", {}],
  ["dark", PHONE],
] as const)("a comparison, its table, what is gone, filters: %s", async (colorScheme, size) => {
  await using open = await openDiff(browser, service("base"), service("renamed"), { ...size, colorScheme });
  const { page } = open;
  expect(await violations(page)).toEqual([]);
  await page.click("#headline");
  await page.click("#side-vanished");
  await page.click("#toggle-panel");
  expect(await violations(page)).toEqual([]);
  for (const view of ["functions", "tree", "sandwich"]) {
    await page.click(`#${view}`);
    expect(await violations(page), view).toEqual([]);
  }
  await page.click("#side-before");
  await page.click("#flame");
  await restingFrame(page, "parse_body").click();
  await page.keyboard.press("x");
  await page.waitForSelector(".comparison-notice:not(:empty)");
  expect(await violations(page)).toEqual([]);
  await page.click("#both");
  expect(await violations(page), "both").toEqual([]);
});
