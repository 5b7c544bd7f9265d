import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { madeProfile } from "../viewer/made-profile.ts";
import { demoProfile } from "./demo-profile.ts";
import { launchBrowser, openProfile } from "./page.ts";
import { SOURCES, sourceProfile } from "./source-profile.ts";

/** axe-core finds no serious violation, in any state of the page. */

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations: Violation[] = await page.evaluate("axe.run().then((results) => results.violations)");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html} ${nodes[0].failureSummary ?? ""}`);
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const demo = demoProfile();
test.each([
  ["light", demo, "light", ""],
  ["dark", demo, "dark", ""],
  ["light, searched and zoomed", demo, "light", "#search=ngx&zoom=20&view=icicle"],
  ["dark, searched and zoomed", demo, "dark", "#search=ngx&zoom=20&group=thread"],
  ["a bad search", demo, "light", "#search=%2F(%2F"],
  ["empty", madeProfile([]), "light", ""],
] as const)("%s", async (_, profile, colorScheme, hash) => {
  await using open = await openProfile(browser, profile, { colorScheme, hash });
  expect(await seriousViolations(open.page)).toEqual([]);
});

test.each(["light", "dark"] as const)("lines and source text, %s", async (colorScheme) => {
  await using open = await openProfile(browser, sourceProfile(), {
    colorScheme,
    sources: SOURCES,
    hash: "#group=none&panel=1&zoom=2",
  });
  await expect.poll(() => open.page.locator("td.code").count()).toBeGreaterThan(0);
  expect(await seriousViolations(open.page)).toEqual([]);
});

test("help and details", async () => {
  await using open = await openProfile(browser, demo);
  await open.page.click("#headline");
  await open.page.click("#loss summary");
  expect(await seriousViolations(open.page)).toEqual([]);
  await open.page.click("#show-help");
  expect(await seriousViolations(open.page)).toEqual([]);
});
