import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embedSources } from "../../viewer/embed.ts";
import { profileOf } from "../viewer/made-profile.ts";
import { HOSTILE_NAMES } from "./demo-profile.ts";
import { current, panel, restingFrame, widthOf, zoomPath } from "./frames.ts";
import { launchBrowser, openHtml, openProfile, profileHtml } from "./page.ts";
import { HOSTILE_SOURCES, hostileSourceProfile, SOURCES, sourceProfile } from "./source-profile.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe("inlined calls, lines and source text", () => {
  const options = { hash: "#group=none&panel=1", sources: SOURCES };
  const rowOf = (page: Page, line: number) =>
    panel(page)
      .locator("tr", { has: page.locator(`td.line-number:text-is("${line}")`) })
      .locator("td")
      .allTextContents();

  test("inlined frames bear a sign and an edge, and the legend tells it", async () => {
    await using open = await openProfile(browser, sourceProfile(), { hash: "#group=none" });
    const { page } = open;
    const marked = page.locator("g.frame.inlined");
    expect([...new Set(await marked.allTextContents())].sort()).toEqual(["is_space", "skip_space"]);
    expect(await marked.locator("line.inlined-edge").count()).toBe(await marked.count());
    const sign = await page.evaluate<string>(
      'getComputedStyle(document.querySelector("g.frame.inlined .d3-flame-graph-label"), "::before").content',
    );
    expect(sign).toBe('"↳ "');
    expect(await page.locator("#legend li").allTextContents()).toEqual(["program", "library", "inlined"]);
    // Called from main, it is a call like any other.
    expect(await page.locator("g.frame:not(.inlined)", { hasText: /^skip_space$/ }).count()).toBe(1);
    await restingFrame(page, "parse_object").hover();
    const text = await page.locator("#tooltip").textContent();
    expect(text).toContain("/home/ada/json/src/parse.c:40");
    expect(text).toContain("Lines parse.c:52 55.5%, :57 18.1%, :55 14.8%");
    expect(open.problems).toEqual([]);
  });

  test("no legend entry where nothing is inlined", async () => {
    await using open = await openProfile(browser, profileOf("main;parse 3"));
    expect(await open.page.locator("#legend").textContent()).not.toContain("inlined");
  });

  test("the panel tells places and shares by line, with the text, and warns", async () => {
    await using open = await openProfile(browser, sourceProfile(), options);
    const { page } = open;
    await restingFrame(page, "parse_object").click();
    await expect
      .poll(() => panel(page).locator(".source-warning").textContent())
      .toContain("newer than the program");
    expect(await panel(page).locator("h2").textContent()).toBe("parse_object");
    expect(await panel(page).locator("dl").textContent()).toContain("Source/home/ada/json/src/parse.c:40");
    expect(await rowOf(page, 52)).toEqual(["52", "55.5%", "", "\t\tskip_space(p);"]);
    expect((await rowOf(page, 44)).slice(0, 3)).toEqual(["44", "11.6%", "11.6%"]);
    expect((await rowOf(page, 42)).slice(0, 3)).toEqual(["42", "", ""]);

    await current(page).focus();
    await page.keyboard.press("ArrowUp");
    expect(await panel(page).locator("h2").textContent()).toBe("skip_space");
    expect(await panel(page).locator(".source-warning").count()).toBe(0);
    expect(await panel(page).locator(".mark").allTextContents()).toEqual(["program", "inlined"]);
    expect(open.problems).toEqual([]);
  });

  test("of a function in the table all its calls are told, of an inverted row the lines of that caller", async () => {
    await using open = await openProfile(browser, sourceProfile(), {
      ...options,
      hash: "#group=none&panel=1&view=functions",
    });
    const { page } = open;
    await page.locator(".grid-body .grid-row", { hasText: "skip_space" }).click();
    // 310 + 120 + 140 + 60 + 30 of 865, called from two places and inlined into two.
    await expect
      .poll(() => panel(page).locator("dl").textContent())
      .toMatch(/Total660 samples.*Of all76\.3%/);
    await expect.poll(() => rowOf(page, 10)).toEqual(["10", "72.7%", "", expect.any(String)]);
    expect((await rowOf(page, 11)).slice(0, 3)).toEqual(["11", "27.3%", "27.3%"]);

    await page.keyboard.press("Escape");
    await page.evaluate('location.hash = "#group=none&panel=1&view=inverted"');
    await restingFrame(page, "is_space").click();
    await expect.poll(() => panel(page).locator("h2").textContent()).toBe("is_space");
    expect((await rowOf(page, 4)).slice(0, 3)).toEqual(["4", "100%", "100%"]);
    await restingFrame(page, "skip_space").click();
    await expect.poll(() => panel(page).locator("h2").textContent()).toBe("skip_space");
    expect((await rowOf(page, 10)).slice(0, 3)).toEqual(["10", "100%", ""]);
    expect(open.problems).toEqual([]);
  });

  test("the panel says why there is no text, and where no lines are known", async () => {
    const wide = { ...options, viewport: { width: 1600, height: 900 } };
    await using open = await openProfile(browser, sourceProfile(), wide);
    const { page } = open;
    await restingFrame(page, "start_thread").click();
    await expect.poll(() => panel(page).textContent()).toContain("the file has no absolute path");
    expect((await rowOf(page, 447)).slice(0, 3)).toEqual(["447", "100%", "100%"]);
    await using plain = await openProfile(browser, profileOf("main;parse 3"), {
      hash: `#group=none&panel=1&zoom=${zoomPath(profileOf("main;parse 3"), 1)}`,
    });
    await expect.poll(() => panel(plain.page).textContent()).toContain("No lines are known");
  });

  test("the panel opens and closes by button and key, and is in the address", async () => {
    await using open = await openProfile(browser, sourceProfile(), { hash: "#group=none" });
    const { page } = open;
    const wide = await widthOf(page, "all");
    await page.click("#toggle-panel");
    await expect.poll(() => page.url()).toContain("panel=1");
    expect(await panel(page).isVisible()).toBe(true);
    await expect.poll(() => widthOf(page, "all")).toBeLessThan(wide - 300);
    await page.keyboard.press("d");
    expect(await panel(page).isVisible()).toBe(false);
    await page.keyboard.press("d");
    await page.click("#close-panel");
    await expect.poll(() => page.url()).not.toContain("panel=1");
    await expect.poll(() => widthOf(page, "all")).toBeCloseTo(wide, 0);
  });

  test.each([
    ["the clipboard", ""],
    [
      "a browser that has none for files",
      'Object.defineProperty(navigator, "clipboard", { value: undefined })',
    ],
  ])("name and stack are copied, by button and by key: %s", async (_, initScript) => {
    await using open = await openProfile(browser, sourceProfile(), {
      hash: "#group=none&panel=1",
      initScript,
    });
    const { page } = open;
    const pasted = async () => {
      await page.fill("#search", "");
      await page.focus("#search");
      await page.keyboard.press("Control+V");
      return page.locator("#search").inputValue();
    };
    await current(page).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("c");
    await page.waitForSelector('#said:text("Copied the name.")');
    expect(await pasted()).toBe("parse_object");
    await page.fill("#search", "");
    await current(page).focus();
    await page.click("#copy-stack");
    await page.waitForSelector('#said:text("Copied the stack, ")');
    // A field of one line has blanks for line breaks.
    expect(await pasted()).toBe("parse_object (demo) main (demo)");
    expect(open.problems).toEqual([]);
  });

  test("hostile file names and source text are shown and run nothing", async () => {
    await using open = await openProfile(browser, hostileSourceProfile(), {
      hash: "#group=none&panel=1",
      sources: HOSTILE_SOURCES,
    });
    const { page } = open;
    await current(page).focus();
    for (let step = 0; step < HOSTILE_NAMES.length; step++) {
      await page.keyboard.press(step === 0 ? "ArrowUp" : "ArrowRight");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowDown");
    }
    await expect.poll(() => panel(page).locator("td.code").count()).toBeGreaterThan(0);
    expect(await panel(page).textContent()).toContain("<script>alert(7)</script>");
    for (const each of await page.locator("g.frame").all()) await each.hover({ force: true });
    expect(await page.locator("img, script:not([type])").count()).toBe(0);
    expect(open.requests).toEqual([]);
    expect(open.problems).toEqual([]);
  });

  test("damaged source text leaves the graph", async () => {
    const page = embedSources(profileHtml(sourceProfile(), "test"), Buffer.from("no gzip"));
    await using open = await openHtml(browser, page, {
      hash: `#group=none&panel=1&zoom=${zoomPath(sourceProfile(), 2)}`,
    });
    await expect.poll(() => panel(open.page).locator("td.line-number").count()).toBeGreaterThan(0);
    expect(open.problems).toEqual([]);
  });
});
