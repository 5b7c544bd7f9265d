import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { madeProfile, profileOf } from "../viewer/made-profile.ts";
import { demoProfile } from "./demo-profile.ts";
import { current, frame, frameNames, restingFrame, result, status, widthOf } from "./frames.ts";
import { launchBrowser, openProfile } from "./page.ts";

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
      "lost samples0.30%",
    ]);
    expect(open.requests).toEqual([]);
    expect(open.problems).toEqual([]);
  });

  test("frames have the width of their samples, also at once after the first drawing", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    expect((await widthOf(open.page, "parse")) / (await widthOf(open.page, "all"))).toBeCloseTo(0.6, 2);
  });
});

describe("zoom", () => {
  test("by click, back and forward by the browser, reset by button and Esc", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    const all = await widthOf(page, "all");
    const top = async () => (await frame(page, "parse").boundingBox())?.y ?? 0;
    const before = await top();
    await restingFrame(page, "parse").click();
    expect(await widthOf(page, "parse")).toBeCloseTo(all, 0);
    expect(await top()).toBeCloseTo(before, 0);
    expect(await frameNames(page)).not.toContain("emit");
    expect(await status(page)).toMatch(/^parse \(program\).*of caller 66.7%, of zoomed frame 100%/);
    await expect.poll(() => page.url()).toMatch(/zoom=[\w-]{11}$/);
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
    await restingFrame(page, "parse").click();
    await page.selectOption("#group-by", "none");
    expect((await frameNames(page)).sort()).toEqual(["all", "main", "parse", "read"]);
    await page.selectOption("#group-by", "thread");
    expect((await frameNames(page)).sort()).toEqual([
      "all",
      "demo (4242)",
      "demo (4242)",
      "main",
      "parse",
      "read",
    ]);
    await page.goBack();
    await page.goBack();
    expect((await frameNames(page)).sort()).toEqual(["all", "demo (4242)", "main", "parse", "read"]);
  });

  test("a hash that makes no sense shows everything", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#zoom=999999&view=upside&group=%" });
    expect(await frameNames(open.page)).toContain("idle");
    expect(open.problems).toEqual([]);
  });

  test("what is too narrow is a sliver that tells how much it is, and leads to its frames", async () => {
    const few = Array.from({ length: 40 }, (_, i) => ({
      frames: [{ name: "main" }, { name: `tiny${i}` }],
      count: 1,
    }));
    const profile = madeProfile([{ frames: [{ name: "main" }, { name: "big" }], count: 100_000 }, ...few]);
    await using open = await openProfile(browser, profile, { hash: "#group=none" });
    const { page } = open;
    // Half a pixel would not be seen; it gets three, and says all.
    const sliver = page.locator("g.sliver");
    expect(await sliver.count()).toBe(1);
    expect(await page.locator("#hidden-status").textContent()).toBe(
      "40 frames are too narrow to draw (0.04% of what is shown), in 1 grey sliver.",
    );
    const box = await sliver.locator("rect").boundingBox();
    expect(box?.width).toBeCloseTo(3, 1);
    await page.mouse.move((box?.x ?? 0) + 1.5, (box?.y ?? 0) + 8);
    await expect.poll(() => page.locator("#tooltip").textContent()).toContain("40 frames, 0.04%");
    expect(await status(page)).toMatch(/^all samples/);
    await current(page).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowRight");
    expect(await status(page)).toBe(
      "40 frames, 0.04% (too narrow to draw): together 40 samples, of all 0.04%, of caller 0.04%",
    );
    expect(await current(page).getAttribute("aria-label")).toBe("40 frames too narrow to draw, 0.04% of all");
    // First into their caller; as that has the whole width by then, into the frames themselves, side by side.
    await page.keyboard.press("Enter");
    expect(await status(page)).toMatch(/^main .*of zoomed frame 100%/);
    await page.locator("g.sliver").click();
    const tiny = page.locator("g.frame:not(.sliver, .caller)");
    expect(await tiny.count()).toBe(40);
    const width = (await tiny.nth(7).locator("rect").boundingBox())?.width;
    expect(Math.abs((width ?? 0) - (await widthOf(page, "all")) / 40)).toBeLessThan(1.5);
    await expect.poll(() => page.url()).toMatch(/zoom=[\w-]{11}&to=[\w-]{11}/);
    await page.reload();
    await page.waitForSelector('body[data-state="ready"]');
    expect(await tiny.count()).toBe(40);
    await page.keyboard.press("Escape");
    expect(await frameNames(page)).toContain("big");
    expect(open.problems).toEqual([]);
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
    await expect.poll(() => page.url()).toContain("search=READ");

    await restingFrame(page, "parse").click();
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
    const first = await current(page).getAttribute("data-row");
    await page.keyboard.press("Enter");
    const second = await current(page).getAttribute("data-row");
    expect(first).not.toBe(second);
    await page.keyboard.press("Shift+Enter");
    expect(await current(page).getAttribute("data-row")).toBe(first);
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
    await restingFrame(open.page, "parse").hover();
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
    await restingFrame(open.page, "skip").hover();
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
    await expect.poll(() => page.url()).toContain("direction=icicle");
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

  test("redraws for another width", async () => {
    await using open = await openProfile(browser, SMALL);
    const before = await widthOf(open.page, "all");
    await open.page.setViewportSize({ width: 800, height: 700 });
    await expect.poll(() => widthOf(open.page, "all")).toBeLessThan(before - 300);
  });
});
