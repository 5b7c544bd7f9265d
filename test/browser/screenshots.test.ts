import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { madeProfile } from "../viewer/made-profile.ts";
import { bigProfile, deepProfile, demoProfile } from "./demo-profile.ts";
import { htmlWithData, launchBrowser, OUT, openHtml, openProfile } from "./page.ts";
import { SOURCES, sourceProfile } from "./source-profile.ts";

/** Pictures of the page for people to look at, in test/browser/out/. */

let browser: Browser;
beforeAll(async () => {
  mkdirSync(OUT, { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const demo = demoProfile();
const size = (width: number, height: number) => ({ viewport: { width, height } });
const hover = (name: string) => async (page: Page) => {
  await page.locator("g.frame", { hasText: name }).first().hover();
};

/** Zoomed into a function of `sourceProfile`, with the panel open. */
const PARSE_OBJECT = "#group=none&panel=1&zoom=2";

const PICTURES: [
  string,
  Parameters<typeof openProfile>[1],
  Parameters<typeof openProfile>[2],
  ((page: Page) => Promise<void>)?,
][] = [
  ["wide", demo, size(1600, 900)],
  ["small", demo, size(1280, 720)],
  ["4k", demo, size(3840, 2160)],
  ["phone", demo, size(390, 844)],
  ["dark", demo, { ...size(1600, 900), colorScheme: "dark" }],
  ["dark-search", demo, { ...size(1280, 720), colorScheme: "dark", hash: "#search=%2Ftcp_%7Cvfs_%2F" }],
  ["search", demo, { ...size(1600, 900), hash: "#search=ngx_http" }],
  ["bad-search", demo, { ...size(1280, 720), hash: "#search=%2Ff(%2F" }],
  ["icicle", demo, { ...size(1600, 900), hash: "#view=icicle&group=thread" }],
  ["tooltip", demo, size(1280, 720), hover("tcp_sendmsg_locked")],
  [
    "zoom",
    demo,
    size(1280, 720),
    async (page) => page.locator("g.frame", { hasText: "LazyCompile:*render" }).first().click(),
  ],
  [
    "details",
    demo,
    size(1280, 720),
    async (page) => {
      await page.click("#headline");
      await page.click("#loss summary");
    },
  ],
  ["help", demo, size(1280, 720), (page) => page.click("#show-help")],
  [
    "keyboard",
    demo,
    size(1280, 720),
    async (page) => {
      await page.focus("#chart");
      for (const key of ["ArrowUp", "ArrowUp", "ArrowUp"]) await page.keyboard.press(key);
    },
  ],
  [
    "empty",
    madeProfile([], { target: "./idle", drops: [{ count: 40, cause: "the table of stacks was full" }] }),
    size(1280, 720),
  ],
  ["deep", deepProfile(5_000), size(1280, 720)],
  ["big", bigProfile(20_000), size(1600, 900)],
  ["source", sourceProfile(), { ...size(1280, 720), sources: SOURCES, hash: PARSE_OBJECT }],
  ["source-4k", sourceProfile(), { ...size(3840, 2160), sources: SOURCES, hash: PARSE_OBJECT }],
  [
    "source-dark",
    sourceProfile(),
    { ...size(1600, 900), colorScheme: "dark", sources: SOURCES, hash: PARSE_OBJECT },
  ],
  [
    "source-phone",
    sourceProfile(),
    { ...size(390, 844), sources: SOURCES, hash: PARSE_OBJECT },
    (page) => page.locator("#frame-panel").evaluate((panel) => panel.scrollIntoView()),
  ],
  [
    "source-tooltip",
    sourceProfile(),
    { ...size(1280, 720), hash: "#group=none" },
    async (page) => page.locator("g.frame.inlined", { hasText: "skip_space" }).last().hover(),
  ],
  ["phone-dark-icicle", demo, { ...size(390, 844), colorScheme: "dark", hash: "#view=icicle&search=vfs" }],
];

test.each(PICTURES)("%s", async (name, profile, options, act) => {
  await using open = await openProfile(browser, profile, options);
  await act?.(open.page);
  await open.page.screenshot({ path: join(OUT, `${name}.png`) });
  expect(open.problems).toEqual([]);
});

test("damaged", async () => {
  await using open = await openHtml(browser, htmlWithData(Buffer.from("not gzip")));
  await open.page.screenshot({ path: join(OUT, "damaged.png") });
});

test("print", async () => {
  await using open = await openProfile(browser, demo, { ...size(1280, 720), colorScheme: "dark" });
  await open.page.emulateMedia({ media: "print" });
  await open.page.evaluate('dispatchEvent(new Event("beforeprint"))');
  await open.page.screenshot({ path: join(OUT, "print.png") });
});
