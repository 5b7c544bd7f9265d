import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeColumns, encodeColumns } from "../../profile/formats/columns.ts";
import { encodeBase93 } from "../../viewer/data/base93.ts";
import { madeProfile, profileOf } from "../viewer/made-profile.ts";
import { deepProfile, HOSTILE_NAMES, hostileProfile } from "./demo-profile.ts";
import { frameNames, result, zoomPath } from "./frames.ts";
import { htmlWithData, launchBrowser, openHtml, openProfile, profileHtml } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const SMALL = profileOf("main;parse;read@k 40");

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
    expect(await page.locator("g.frame").count()).toBeLessThan(60);
    await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0));
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

  test("a name of 100,000 characters and half characters leave the layout as it is", async () => {
    const long = `ns::${"<b>\u202e".repeat(20_000)}\ud800`;
    const profile = madeProfile(
      [{ process: long, frames: [{ name: long, module: long, file: long }], count: 3 }],
      {
        target: long,
      },
    );
    await using open = await openProfile(browser, profile, {
      hash: `#panel=1&fold=1&colours=package&zoom=${zoomPath(decodeColumns(encodeColumns(profile)), 2, "process")}`,
    });
    const { page } = open;
    await page.locator("g.frame").last().hover();
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1280);
    expect(await page.evaluate<number>("document.documentElement.scrollHeight")).toBeLessThanOrEqual(720);
    const tooltip = await page.locator("#tooltip").boundingBox();
    expect(tooltip?.height).toBeLessThan(500);
    expect(await page.locator("#frame-panel").textContent()).toContain("characters)");
    expect(await page.locator("b:not(#help b)").count()).toBe(0);
    expect(open.problems).toEqual([]);
  });

  test("the page's policy lets nothing run but its own scripts, and nothing be fetched", async () => {
    await using open = await openProfile(browser, SMALL);
    const { page } = open;
    const policy = await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', "content");
    const directives = new Map(
      (policy ?? "").split(";").map((text) => {
        const [name, ...sources] = text.trim().split(" ");
        return [name, sources.join(" ")];
      }),
    );
    expect(directives.get("default-src")).toBe("'none'");
    expect(directives.get("script-src")).toMatch(
      // What unpacks, the program, and the readers and writers of other formats.
      /^('sha256-[A-Za-z0-9+/]{43}='( |$)){3}$/,
    );
    // In the page itself, where the policy holds: what tests evaluate is not under it.
    const tried = await page.evaluate<string>(`new Promise((resolve) => {
      const seen = [];
      addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.ran = 1";
      document.body.append(script);
      const button = document.createElement("button");
      button.setAttribute("onclick", "window.ran = 2");
      document.body.append(button);
      button.click();
      setTimeout('window.ran = 3', 0);
      fetch("https://example.invalid/").catch(() => {});
      new Image().src = "https://example.invalid/x.png";
      setTimeout(() => resolve(seen.sort().join(" ") + " ran:" + window.ran), 200);
    })`);
    expect(tried).toBe("connect-src img-src script-src script-src-attr script-src-elem ran:undefined");
  });

  test("no other program runs in the place of the page's own, packed or not", async () => {
    const forged = encodeBase93(gzipSync("globalThis.ran = 1; globalThis.stapflameRuns = true;"));
    const html = profileHtml(SMALL, "forged")
      .replace(/(id="stapflame-program">)[^<]+/, (_, start: string) => start + forged)
      .replace(
        "<main>",
        '<script>globalThis.ran = 2</script><script type="module">globalThis.ran = 3</script><main>',
      );
    await using open = await openHtml(browser, html);
    expect(await open.page.locator("#message").textContent()).toMatch(/^This page is damaged/);
    expect(await open.page.evaluate<unknown>("[globalThis.ran, globalThis.stapflameRuns]")).toEqual([
      undefined,
      undefined,
    ]);
    expect(open.problems).toHaveLength(3);
    for (const problem of open.problems) expect(problem).toMatch(/Content Security Policy/);
  });

  test.each([
    ["cut", (packed: string) => packed.slice(0, 40_000)],
    ["missing", () => ""],
    ["other characters", (packed: string) => `\u00e9${packed}`],
  ])("a damaged program says so: %s", async (_, damage) => {
    const html = profileHtml(SMALL, "damaged").replace(
      /(id="stapflame-program">)([^<]+)/,
      (_all, start: string, packed: string) => start + damage(packed),
    );
    await using open = await openHtml(browser, html);
    expect(await open.page.locator("#message").textContent()).toMatch(/^This page is damaged/);
    expect(open.problems).toEqual([]);
  });

  test("a browser that can't unpack is told which can", async () => {
    await using open = await openProfile(browser, SMALL, {
      initScript: "delete globalThis.DecompressionStream",
    });
    expect(await open.page.locator("#message").textContent()).toContain("Firefox 113");
    expect(open.problems).toEqual([]);
  });

  test("what the program throws tells where: its name, line and column", async () => {
    await using open = await openProfile(browser, SMALL, {
      initScript: "performance.mark = () => { globalThis.told = new Error().stack; }",
    });
    await expect.poll(() => open.page.evaluate("globalThis.told")).toMatch(/stapflame\.js:\d+:\d+/);
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
    expect(await open.page.locator(".stage").isVisible()).toBe(false);
    // What can be pressed does what it says.
    expect(await open.page.textContent("#theme")).toBe("◐");
    await open.page.click("#theme");
    expect(await open.page.textContent("#theme")).toBe("☀");
    expect(open.problems).toEqual([]);
  });

  test("damaged text and the empty template say so", async () => {
    const html = htmlWithData(gzipSync(whole));
    await using open = await openHtml(browser, html.replace('id="stapflame-profile">', "$&\u00e9"));
    expect(await open.page.locator("#message").textContent()).toMatch(/damaged/);
    await using empty = await openHtml(browser, htmlWithData(Buffer.alloc(0)));
    expect(await empty.page.locator("#message").textContent()).toMatch(/empty viewer page/);
  });
});
