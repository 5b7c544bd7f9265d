import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { profileOf } from "../viewer/made-profile.ts";
import { deepProfile, demoProfile } from "./demo-profile.ts";
import { current, frame, frameNames, restingFrame, widthOf } from "./frames.ts";
import { launchBrowser, openProfile, profileHtml, serveHtml } from "./page.ts";

/** Colours, sizes, paper: how the page looks where it is opened. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const SMALL = profileOf("main;std::vector<int>::push_back(int) 40\nmain;read@k 30");
const pageColour = (page: Page) => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
const LIGHT = "rgb(251, 251, 250)";
const DARK = "rgb(22, 24, 28)";
const fill = (page: Page, name: string) => frame(page, name).locator("rect").getAttribute("fill");

describe("light and dark", () => {
  test("by the system, by choice, and by the address; the choice is in the address", async () => {
    await using open = await openProfile(browser, SMALL, { colorScheme: "dark" });
    const { page } = open;
    expect(await pageColour(page)).toBe(DARK);
    const before = await fill(page, "main");
    await page.click("#theme");
    expect(await pageColour(page)).toBe(LIGHT);
    expect(await fill(page, "main")).not.toBe(before);
    await expect.poll(() => page.url()).toContain("theme=light");
    await page.emulateMedia({ colorScheme: "light" });
    await page.click("#theme");
    expect(await pageColour(page)).toBe(DARK);
    await page.click("#theme");
    await expect.poll(() => page.url()).not.toContain("theme");
    expect(await pageColour(page)).toBe(LIGHT);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => fill(page, "main")).toBe(before);
    expect(open.problems).toEqual([]);
  });

  test("what a person likes is kept where storage is allowed, and no error where it is not", async () => {
    const html = profileHtml(demoProfile(), "demo");
    using server = await serveHtml(html);
    const context = await browser.newContext({ colorScheme: "light" });
    const page = await context.newPage();
    await page.goto(server.url);
    await page.selectOption("#colours", "module");
    await page.click("#theme");
    await page.click("#theme");
    await page.click("#close-how-to");
    await page.goto("about:blank");
    await page.goto(server.url);
    await page.waitForSelector('body[data-state="ready"]');
    expect(await pageColour(page)).toBe(DARK);
    expect(await page.locator("#legend").textContent()).toContain("libcrypto.so.3");
    expect(await page.locator("#how-to").isVisible()).toBe(false);
    await context.close();

    await using forbidden = await openProfile(browser, SMALL, {
      initScript: 'Object.defineProperty(window, "localStorage", { get() { throw new Error("no"); } })',
    });
    await forbidden.page.selectOption("#colours", "name");
    await forbidden.page.click("#theme");
    await forbidden.page.click("#theme");
    await forbidden.page.click("#close-how-to");
    expect(await pageColour(forbidden.page)).toBe(DARK);
    expect(await forbidden.page.locator("#how-to").isVisible()).toBe(false);
    expect(forbidden.problems).toEqual([]);
  });
});

test("colours tell what is chosen, the legend follows, back and forward work on views meanwhile", async () => {
  await using open = await openProfile(browser, demoProfile());
  const { page } = open;
  const legend = () => page.locator("#legend").textContent();
  const kernel = await fill(page, "tcp_sendmsg");
  expect(await legend()).toContain("JIT-compiled");
  await page.selectOption("#colours", "module");
  await expect.poll(() => page.url()).toContain("colours=module");
  expect(await legend()).toMatch(/\[kernel\]32\.8%.*libcrypto\.so\.32\.3%/);
  expect(await fill(page, "tcp_sendmsg")).not.toBe(kernel);
  const swatch = (words: string) =>
    page.locator("#legend li", { hasText: words }).locator(".swatch").getAttribute("style");
  expect(await swatch("[kernel]")).toBeTruthy();
  await page.selectOption("#colours", "package");
  expect(await legend()).toContain("v8");
  await page.selectOption("#colours", "self");
  expect(await legend()).toContain("10% of all");
  await page.click("#icicle");
  await page.goBack();
  expect(await page.locator("#flame").getAttribute("aria-pressed")).toBe("true");
  expect(await legend()).toContain("10% of all");
  await page.goForward();
  expect(await page.locator("#icicle").getAttribute("aria-pressed")).toBe("true");
  expect(open.problems).toEqual([]);
});

test("template arguments fold and unfold, in labels alone", async () => {
  await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
  const { page } = open;
  expect(await frameNames(page)).toContain("std::vector<int>::push_back(int)");
  await page.click("#fold");
  expect(await frameNames(page)).toContain("std::vector<…>::push_back(int)");
  await expect.poll(() => page.url()).toContain("fold=1");
  await restingFrame(page, "std::vector<…>::push_back\\(int\\)").hover();
  expect(await page.locator("#tooltip").textContent()).toContain("std::vector<int>::push_back(int)");
});

describe("room", () => {
  const demo = demoProfile();
  test.each([
    ["1280×720", 1280, 720, 1],
    ["4K", 3840, 2160, 1],
    ["4K, twice as sharp", 1920, 1080, 2],
    ["a phone", 390, 844, 3],
    ["a small phone on its side", 640, 320, 2],
  ])("%s: nothing is cut off or overlaps, and text is big enough", async (_, width, height, sharpness) => {
    await using open = await openProfile(browser, demo, {
      viewport: { width, height },
      deviceScaleFactor: sharpness,
    });
    const { page } = open;
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    for (const selector of [".toolbar button", ".toolbar select", "#theme", "#show-help", "#legend li"]) {
      for (const each of await page.locator(selector).all()) {
        const box = await each.boundingBox();
        if (!box) continue;
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width + 0.5);
      }
    }
    const text = await page.evaluate<number>(
      'parseFloat(getComputedStyle(document.querySelector(".d3-flame-graph-label")).fontSize)',
    );
    expect(text).toBeGreaterThanOrEqual(width >= 3000 ? 17 : 11.5);
    if (width >= 1280)
      expect(await page.evaluate<number>("document.documentElement.scrollHeight")).toBe(height);
  });

  test.each([1280, 1000, 760])(
    "%i wide: sentences keep theirs beside any legend, and so does the graph",
    async (width) => {
      await using open = await openProfile(browser, demo, { viewport: { width, height: 720 } });
      const { page } = open;
      const heightOf = async (selector: string) => (await page.locator(selector).boundingBox())?.height ?? 0;
      const choices = '[...document.querySelector("#colours").options].map(({ value }) => value)';
      for (const colours of await page.evaluate<string[]>(choices)) {
        await page.selectOption("#colours", colours);
        expect(await page.locator("#picture-status").textContent(), colours).toMatch(
          /too narrow.*levels fit/,
        );
        expect(await heightOf("#picture-status"), colours).toBeLessThan(3.1 * 1.45 * 14);
        expect(await heightOf(".flame-chart"), colours).toBeGreaterThan(300);
      }
    },
  );
});

test("a deep graph has a minimap: dragging scrolls, and what is seen is marked", async () => {
  await using open = await openProfile(browser, deepProfile(5_000), { hash: "#group=none" });
  const { page } = open;
  const map = await page.locator(".minimap").boundingBox();
  if (!map) throw new Error("There is no minimap.");
  const mark = async () => (await page.locator(".minimap-mark").boundingBox())?.y ?? 0;
  expect(await mark()).toBeGreaterThan(map.y + map.height * 0.9);
  await page.mouse.move(map.x + 10, map.y + map.height - 5);
  await page.mouse.down();
  await page.mouse.move(map.x + 10, map.y + map.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => page.locator("g.frame").first().textContent()).toMatch(/_/);
  const depths = await page.evaluate<number[]>(
    '[...document.querySelectorAll("g.frame")].map((frame) => Number(frame.dataset.row))',
  );
  expect(Math.min(...depths)).toBeGreaterThan(2_400);
  expect(Math.max(...depths)).toBeLessThan(2_700);
  expect(await mark()).toBeCloseTo(map.y + map.height / 2 - 5, -1);
  await using shallow = await openProfile(browser, SMALL);
  expect(await shallow.page.locator(".minimap").isVisible()).toBe(false);
});

test("a graph just shallow enough for no minimap gets none where a line of words takes some of its room", async () => {
  const levels = 80;
  const names = Array.from({ length: levels - 1 }, (_, level) => `level_${level}`);
  const deep = profileOf(`${names.join(";")} 9\n${names.slice(0, 2).join(";")};other 4`);
  await using open = await openProfile(browser, deep, { hash: "#group=none" });
  const { page } = open;
  const roomOf = () => page.evaluate<number>('document.querySelector(".scroller").clientHeight');
  const rowHeight = Number.parseFloat(
    await page.evaluate<string>(
      'document.querySelector(".flame-chart").style.getPropertyValue("--row-height")',
    ),
  );
  const minimap = page.locator(".minimap");
  expect(await minimap.isVisible()).toBe(true);
  // Ten pixels more than half of the graph: nearly the smallest room without a minimap.
  const wanted = (levels * rowHeight) / 2 + 10;
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  await page.setViewportSize({ width, height: height + wanted - (await roomOf()) });
  await expect.poll(() => minimap.isVisible()).toBe(false);
  expect(await roomOf()).toBe(wanted);

  const wide = await widthOf(page, "level_0");
  await page.fill("#search", "other");
  await expect.poll(() => page.locator("#search-result").textContent()).toContain("1 function");
  expect(await roomOf()).toBeLessThan(wanted - 10);
  await restingFrame(page, "other").click();
  await expect.poll(() => page.url()).toContain("zoom");
  expect(await widthOf(page, "level_0")).toBeCloseTo(wide, 0);
  await page.goBack();
  await expect.poll(() => page.url()).not.toContain("zoom");
  expect(await widthOf(page, "level_0")).toBeCloseTo(wide, 0);
  expect(await minimap.isVisible()).toBe(false);
});

describe("on paper", () => {
  const pages = (pdf: Buffer) => (pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length;

  test("light, with title and legend, the whole graph on one sheet; then the screen is as before", async () => {
    await using open = await openProfile(browser, demoProfile(), {
      viewport: { width: 1280, height: 400 },
      colorScheme: "dark",
    });
    const { page } = open;
    const seen = await page.locator("g.frame").count();
    expect(pages(await page.pdf({ preferCSSPageSize: true }))).toBe(1);
    expect(await page.locator("g.frame").count()).toBe(seen);
    expect(await pageColour(page)).toBe(DARK);

    await page.emulateMedia({ media: "print" });
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await pageColour(page)).toBe(LIGHT);
    for (const shown of ["h1", "#headline", "#legend", "svg.d3-flame-graph"]) {
      expect(await page.locator(shown).isVisible()).toBe(true);
    }
    for (const hidden of ["#search", "#theme", "#how-to", ".minimap"]) {
      expect(await page.locator(hidden).isVisible()).toBe(false);
    }
    expect(await frameNames(page)).toEqual(expect.arrayContaining(["all", "__dev_queue_xmit"]));
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(open.problems).toEqual([]);
  });

  test("a very deep graph is one sheet, too", async () => {
    await using open = await openProfile(browser, deepProfile(5_000));
    expect(pages(await open.page.pdf({ preferCSSPageSize: true }))).toBe(1);
    await open.page.emulateMedia({ media: "print" });
    await open.page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await open.page.locator("#levels-status").textContent()).toMatch(/^The first 250 of 5,002 levels/);
  });
});

test("with forced colours and less motion the graph is there, and nothing moves", async () => {
  await using open = await openProfile(browser, SMALL, {
    forcedColors: "active",
    reducedMotion: "reduce",
    hash: "#search=read",
  });
  const { page } = open;
  expect(
    await page.evaluate<number>(
      "document.getAnimations().length + matchMedia('(forced-colors: active)').matches",
    ),
  ).toBe(1);
  const style = (selector: string, property: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).${property}`);
  expect(await style("g.frame.match rect", "fill")).not.toBe(await style("g.frame.root rect", "fill"));
  await current(page).focus();
  await page.keyboard.press("ArrowUp");
  expect(await style(".frame-tree .current", "outlineStyle")).toBe("solid");
});

test("the sentence on how to read it can be put away", async () => {
  await using open = await openProfile(browser, SMALL);
  const { page } = open;
  expect(await page.locator("#how-to").textContent()).toContain("It stands on its caller.");
  await page.click("#close-how-to");
  expect(await page.locator("#how-to").isVisible()).toBe(false);
  await page.click("#show-help");
  expect(await page.locator("#help svg.example").isVisible()).toBe(true);
});
