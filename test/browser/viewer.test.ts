import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeColumns } from "../../profile/formats/columns.ts";
import { embedSources } from "../../viewer/embed.ts";
import { madeProfile, profileOf } from "../viewer/made-profile.ts";
import { deepProfile, demoProfile, HOSTILE_NAMES, hostileProfile } from "./demo-profile.ts";
import { htmlWithData, launchBrowser, openHtml, openProfile, profileHtml } from "./page.ts";
import { HOSTILE_SOURCES, hostileSourceProfile, SOURCES, sourceProfile } from "./source-profile.ts";

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

const frame = (page: Page, name: string) =>
  page.locator("g.frame", { hasText: new RegExp(`^${name}$`) }).first();
const frameNames = (page: Page) => page.locator("g.frame").allTextContents();
const widthOf = async (page: Page, name: string) => (await frame(page, name).boundingBox())?.width ?? 0;
const status = (page: Page) => page.locator("#frame-status").textContent();
const result = (page: Page) => page.locator("#search-result");

describe("a profile", () => {
  test("is drawn, with what was recorded, without errors or requests", async () => {
    await using open = await openProfile(browser, demoProfile(), { title: "demo & <co>" });
    const { page } = open;
    expect(await page.title()).toBe("demo & <co>");
    expect(await page.locator("#target").textContent()).toBe("all processes");
    expect(await page.locator("#headline").textContent()).toContain("99 Hz per CPU");
    expect(await page.locator("#loss").textContent()).toContain("12 samples lost");
    expect(await frameNames(page)).toEqual(
      expect.arrayContaining(["all", "node (1034)", "ngx_http_static_handler"]),
    );
    expect(await page.locator("#legend li").allTextContents()).toEqual([
      "process, thread",
      "kernel",
      "program",
      "library",
      "JIT-compiled",
      "inlined",
    ]);
    expect(open.requests).toEqual([]);
    expect(open.problems).toEqual([]);
  });

  test("frames have the width of their samples, also at once after the first drawing", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const all = await open.page
      .locator("g.frame.root rect")
      .evaluate((rect) => rect.getBoundingClientRect().width);
    const parse = await frame(open.page, "parse")
      .locator("rect")
      .evaluate((rect) => rect.getBoundingClientRect().width);
    expect(parse / all).toBeCloseTo(0.6, 1);
  });
});

describe("zoom", () => {
  test("by click, back and forward by the browser, reset by button and Esc", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    const all = await widthOf(page, "all");
    const top = async () => (await frame(page, "parse").boundingBox())?.y ?? 0;
    const before = await top();
    await frame(page, "parse").click();
    expect(await widthOf(page, "parse")).toBeCloseTo(all, 0);
    expect(await top()).toBeCloseTo(before, 0);
    expect(await frameNames(page)).not.toContain("emit");
    expect(await status(page)).toMatch(/^parse \(program\).*of caller 66.7%, of zoomed frame 100%/);
    expect(page.url()).toMatch(/zoom=\d+$/);
    const zoomed = page.url();

    await page.goBack();
    expect(await frameNames(page)).toContain("emit");
    await page.goForward();
    expect(await frameNames(page)).not.toContain("emit");
    await page.click("#reset-zoom");
    expect(await frameNames(page)).toContain("emit");
    await page.goBack();
    await page.keyboard.press("Escape");
    expect(await frameNames(page)).toContain("emit");
    expect(await page.locator("#reset-zoom").isDisabled()).toBe(true);

    await using again = await openProfile(browser, SMALL, { hash: new URL(zoomed).hash });
    expect(await frameNames(again.page)).not.toContain("emit");
    expect(open.problems).toEqual([]);
  });

  test("stays on the frame when the grouping changes", async () => {
    await using open = await openProfile(browser, SMALL);
    const { page } = open;
    await frame(page, "parse").click();
    await page.selectOption("#group-by", "none");
    expect(await frameNames(page)).toEqual(["all", "main", "parse", "read"]);
    await page.selectOption("#group-by", "thread");
    expect(await frameNames(page)).toEqual(["all", "demo (4242)", "demo (4242)", "main", "parse", "read"]);
    await page.goBack();
    await page.goBack();
    expect(await frameNames(page)).toEqual(["all", "demo (4242)", "main", "parse", "read"]);
  });

  test("a hash that makes no sense shows everything", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#zoom=999999&view=upside&group=%" });
    expect(await frameNames(open.page)).toContain("idle");
    expect(open.problems).toEqual([]);
  });

  test("says what is too narrow, and a run of narrow frames leads to its widest", async () => {
    const few = Array.from({ length: 40 }, (_, i) => ({
      frames: [{ name: "main" }, { name: `tiny${i}` }],
      count: 1,
    }));
    const profile = madeProfile([{ frames: [{ name: "main" }, { name: "big" }], count: 100_000 }, ...few]);
    await using open = await openProfile(browser, profile, { hash: "#group=none" });
    const { page } = open;
    expect(await page.locator("#hidden-status").textContent()).toBe(
      "40 frames are too narrow to draw (0.04% of the samples shown); zoom in to see more.",
    );

    const most = madeProfile([{ frames: [{ name: "main" }, { name: "big" }], count: 1_000 }, ...few]);
    await using wide = await openProfile(browser, most, { hash: "#group=none" });
    await expect.poll(() => wide.page.locator("g.run").count()).toBe(0);
    await using narrow = await openProfile(browser, most, {
      hash: "#group=none",
      viewport: { width: 400, height: 800 },
    });
    const run = narrow.page.locator("g.run");
    expect(await run.count()).toBe(1);
    await run.hover();
    expect(await narrow.page.locator("#tooltip").textContent()).toContain("40 frames too narrow to draw");
    await run.click();
    expect(await status(narrow.page)).toMatch(/^tiny0 /);
  });
});

describe("search", () => {
  test("counts functions, frames and samples, of all and of the zoomed part", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    await page.keyboard.press("/");
    await page.keyboard.type("READ");
    await expect.poll(() => result(page).textContent()).toBe("1 function in 2 frames · 70.0% of all samples");
    expect(await page.locator("g.match").count()).toBe(2);
    expect(page.url()).toContain("search=READ");

    await frame(page, "parse").click();
    expect(await result(page).textContent()).toBe(
      "1 function in 2 frames · 70.0% of all samples · 66.7% of the zoomed part",
    );
    await page.keyboard.press("Escape");
    expect(await result(page).textContent()).toBe("");
    expect(await page.locator("#search").inputValue()).toBe("");
    expect(await page.locator("g.match").count()).toBe(0);
    expect(await frameNames(page)).not.toContain("emit");
    expect(open.problems).toEqual([]);
  });

  test("does not count samples twice, takes regular expressions, and case when asked", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    await page.fill("#search", "/^(main|read)$/");
    await expect
      .poll(() => result(page).textContent())
      .toBe("2 functions in 3 frames · 90.0% of all samples");
    await page.fill("#search", "MAIN");
    await page.click("#match-case");
    await expect.poll(() => result(page).textContent()).toBe("No function matches.");
  });

  test("a bad regular expression says so and changes nothing else", async () => {
    await using open = await openProfile(browser, SMALL);
    const { page } = open;
    await page.fill("#search", "/f(/");
    await expect.poll(() => result(page).textContent()).toBe("Not a regular expression: unterminated group.");
    expect(await page.locator("#search").getAttribute("aria-invalid")).toBe("true");
    await page.fill("#search", "f(");
    await expect.poll(() => result(page).textContent()).toBe("No function matches.");
    expect(open.problems).toEqual([]);
  });

  test("Enter goes from match to match", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    await page.fill("#search", "read");
    await page.keyboard.press("Enter");
    const first = await page.locator("g.focused").getAttribute("data-row");
    await page.keyboard.press("Enter");
    const second = await page.locator("g.focused").getAttribute("data-row");
    expect(first).not.toBe(second);
    await page.keyboard.press("Shift+Enter");
    expect(await page.locator("g.focused").getAttribute("data-row")).toBe(first);
  });
});

describe("views", () => {
  test("the tooltip tells all of a frame", async () => {
    const profile = madeProfile([
      {
        frames: [
          { name: "main" },
          { name: "parse", file: "src/parse.c", line: 42 },
          { name: "skip", inlined: true },
        ],
        count: 3,
      },
      { frames: [{ name: "main" }], count: 1 },
    ]);
    await using open = await openProfile(browser, profile, { hash: "#group=none" });
    const tooltip = open.page.locator("#tooltip");
    await frame(open.page, "parse").hover();
    const text = await tooltip.textContent();
    for (const part of [
      "parse",
      "program",
      "/usr/bin/demo",
      "src/parse.c:42",
      "3 samples · 30.3 ms",
      "75.0%",
    ]) {
      expect(text).toContain(part);
    }
    await frame(open.page, "skip").hover();
    expect(await tooltip.textContent()).toContain("inlined");
    await open.page.mouse.move(1, 1);
    expect(await tooltip.isVisible()).toBe(false);
  });

  test("flame grows up, icicle hangs down", async () => {
    await using open = await openProfile(browser, SMALL);
    const { page } = open;
    const top = async (name: string) => (await frame(page, name).boundingBox())?.y ?? 0;
    expect(await top("main")).toBeLessThan(await top("all"));
    await page.click("#icicle");
    expect(await top("main")).toBeGreaterThan(await top("all"));
    expect(page.url()).toContain("view=icicle");
    await page.goBack();
    expect(await top("main")).toBeLessThan(await top("all"));
  });

  test("groups by process name, process and thread", async () => {
    await using open = await openProfile(browser, demoProfile());
    const { page } = open;
    const groups = async () => (await page.locator("g.process, g.thread").allTextContents()).join("|");
    expect(await groups()).toBe("nginx (3 processes)|node (1034)|postgres (3 processes)");
    await page.selectOption("#group-by", "pid");
    expect(await groups()).toContain("nginx (812)");
    await page.selectOption("#group-by", "thread");
    expect(await groups()).toContain("V8Work");
    await page.selectOption("#group-by", "none");
    expect(await groups()).toBe("");
  });

  test("is dark when the system is, and when the button says so", async () => {
    const lightness = (page: Page) =>
      page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    await using open = await openProfile(browser, SMALL, { colorScheme: "dark" });
    expect(await lightness(open.page)).toBe("rgb(22, 24, 28)");
    const fill = await frame(open.page, "main").locator("rect").getAttribute("fill");
    await open.page.click("#theme");
    expect(await lightness(open.page)).toBe("rgb(251, 251, 250)");
    expect(await frame(open.page, "main").locator("rect").getAttribute("fill")).not.toBe(fill);
  });

  test("arrow keys move between frames, Enter zooms", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    const focused = () => page.locator("g.focused").textContent();
    await page.focus("#chart");
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("main");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("emit");
    expect(await status(page)).toMatch(/^emit .*30 samples/);
    await page.keyboard.press("Enter");
    expect(await frameNames(page)).not.toContain("parse");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("main");
  });

  test("help opens with ? and closes with Esc", async () => {
    await using open = await openProfile(browser, SMALL);
    await open.page.keyboard.press("?");
    expect(await open.page.locator("#help").isVisible()).toBe(true);
    await open.page.keyboard.press("Escape");
    expect(await open.page.locator("#help").isVisible()).toBe(false);
  });

  test("redraws for another width", async () => {
    await using open = await openProfile(browser, SMALL);
    const before = await widthOf(open.page, "all");
    await open.page.setViewportSize({ width: 800, height: 700 });
    await expect.poll(() => widthOf(open.page, "all")).toBeLessThan(before - 300);
  });
});

describe("inlined calls, lines and source text", () => {
  const options = { hash: "#group=none&panel=1", sources: SOURCES };
  const panel = (page: Page) => page.locator("#frame-panel");
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
    await frame(page, "parse_object").hover();
    const text = await page.locator("#tooltip").textContent();
    expect(text).toContain("/home/ada/json/src/parse.c:40");
    expect(text).toContain("Lines parse.c:52 55.5%, :57 18.1%, :55 14.8%");
    expect(open.problems).toEqual([]);
  });

  test("no legend entry where nothing is inlined", async () => {
    await using open = await openProfile(browser, SMALL);
    expect(await open.page.locator("#legend").textContent()).not.toContain("inlined");
  });

  test("the panel tells places and shares by line, with the text, and warns", async () => {
    await using open = await openProfile(browser, sourceProfile(), options);
    const { page } = open;
    await frame(page, "parse_object").click();
    await expect
      .poll(() => panel(page).locator(".source-warning").textContent())
      .toContain("newer than the program");
    expect(await panel(page).locator("h2").textContent()).toBe("parse_object");
    expect(await panel(page).locator("dl").textContent()).toContain("Source/home/ada/json/src/parse.c:40");
    expect(await rowOf(page, 52)).toEqual(["52", "55.5%", "", "\t\tskip_space(p);"]);
    expect((await rowOf(page, 44)).slice(0, 3)).toEqual(["44", "11.6%", "11.6%"]);
    expect((await rowOf(page, 42)).slice(0, 3)).toEqual(["42", "", ""]);

    await page.focus("#chart");
    await page.keyboard.press("ArrowUp");
    expect(await panel(page).locator("h2").textContent()).toBe("skip_space");
    expect(await panel(page).locator(".source-warning").count()).toBe(0);
    expect(await panel(page).locator(".mark").allTextContents()).toEqual(["program", "inlined"]);
    expect(open.problems).toEqual([]);
  });

  test("the panel says why there is no text, and where no lines are known", async () => {
    const wide = { ...options, viewport: { width: 1600, height: 900 } };
    await using open = await openProfile(browser, sourceProfile(), wide);
    const { page } = open;
    await frame(page, "start_thread").click();
    await expect.poll(() => panel(page).textContent()).toContain("the file has no absolute path");
    expect((await rowOf(page, 447)).slice(0, 3)).toEqual(["447", "100%", "100%"]);
    await using plain = await openProfile(browser, SMALL, { hash: "#group=none&panel=1&zoom=1" });
    await expect.poll(() => panel(plain.page).textContent()).toContain("No lines are known");
  });

  test("the panel opens and closes by button and key, and is in the address", async () => {
    await using open = await openProfile(browser, sourceProfile(), { hash: "#group=none" });
    const { page } = open;
    const wide = await widthOf(page, "all");
    await page.click("#toggle-panel");
    expect(page.url()).toContain("panel=1");
    expect(await panel(page).isVisible()).toBe(true);
    await expect.poll(() => widthOf(page, "all")).toBeLessThan(wide - 300);
    await page.keyboard.press("d");
    expect(await panel(page).isVisible()).toBe(false);
    await page.keyboard.press("d");
    await page.click("#close-panel");
    expect(page.url()).not.toContain("panel=1");
    await expect.poll(() => widthOf(page, "all")).toBeCloseTo(wide, 0);
  });

  test("hostile file names and source text are shown and run nothing", async () => {
    await using open = await openProfile(browser, hostileSourceProfile(), {
      hash: "#group=none&panel=1",
      sources: HOSTILE_SOURCES,
    });
    const { page } = open;
    await page.focus("#chart");
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
    const page = embedSources(
      profileHtml(sourceProfile(), "test"),
      Buffer.from("no gzip").toString("base64"),
    );
    await using open = await openHtml(browser, page, { hash: "#group=none&panel=1&zoom=2" });
    await expect.poll(() => panel(open.page).locator("td.line-number").count()).toBeGreaterThan(0);
    expect(open.problems).toEqual([]);
  });
});

describe("whatever comes", () => {
  test("hostile names are shown and run nothing", async () => {
    await using open = await openProfile(browser, hostileProfile(), { title: HOSTILE_NAMES[2] });
    const { page } = open;
    for (const group of ["none", "thread", "pid"]) await page.selectOption("#group-by", group);
    const shown = await page.locator("g.frame").count();
    for (let at = 0; at < shown; at += 3) await page.locator("g.frame").nth(at).hover();
    await page.click("#loss summary");
    await page.fill("#search", "<script>");
    await expect.poll(() => result(page).textContent()).toMatch(/^2 functions in 6 frames/);
    expect(await page.locator("img, script:not([type])").count()).toBe(0);
    expect(await page.title()).toBe(HOSTILE_NAMES[2]);
    expect(await frameNames(page)).toContain("two␊lines␉and a tab");
    expect(open.requests).toEqual([]);
    expect(open.problems).toEqual([]);
  });

  test("5,000 frames deep: only the rows around those in view are drawn, to the very end", async () => {
    await using open = await openProfile(browser, deepProfile(5_000));
    const { page } = open;
    expect(await page.locator("g.frame").count()).toBeLessThan(320);
    await page.locator("#chart").evaluate((chart) => chart.scrollTo(0, 0));
    await expect.poll(() => frameNames(page)).toContain("descend_49");
    const last = page.locator("g.frame").last();
    await last.click();
    expect(await page.locator("#frame-status").textContent()).toContain("of zoomed frame 100%");
    await page.keyboard.press("Escape");
    expect(await page.locator("#levels-status").textContent()).toContain("of 5,002 levels");
    await page.click("#icicle");
    expect(await frameNames(page)).toContain("all");
    expect(open.problems).toEqual([]);
  });

  test("a profile without samples says what to do", async () => {
    await using open = await openProfile(browser, madeProfile([]));
    expect(await open.page.locator("#message").textContent()).toMatch(/^No samples were recorded/);
    expect(await open.page.locator("#headline").textContent()).toContain("0 samples");
    expect(open.problems).toEqual([]);
  });

  const whole = encodeColumns(SMALL);
  test.each([
    ["no gzip", Buffer.from("not gzip at all")],
    ["cut gzip", gzipSync(whole).subarray(0, 60)],
    ["no columns", gzipSync(Buffer.from("something else"))],
    ["cut columns", gzipSync(whole.subarray(0, whole.length >> 1))],
  ])("damaged data says so: %s", async (_, bytes) => {
    await using open = await openHtml(browser, htmlWithData(bytes));
    expect(await open.page.locator("#message").textContent()).toMatch(/damaged.*record again/);
    expect(await open.page.locator("#chart").isVisible()).toBe(false);
    expect(open.problems).toEqual([]);
  });

  test("damaged base64 and the empty template say so", async () => {
    const html = htmlWithData(gzipSync(whole));
    await using open = await openHtml(browser, html.replace('id="stapflame-profile">', "$&*"));
    expect(await open.page.locator("#message").textContent()).toMatch(/damaged/);
    await using empty = await openHtml(browser, htmlWithData(Buffer.alloc(0)));
    expect(await empty.page.locator("#message").textContent()).toMatch(/empty viewer page/);
  });
});
