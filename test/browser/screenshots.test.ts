import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { madeProfile } from "../viewer/made-profile.ts";
import { openDiff, service } from "./compared-pages.ts";
import { bigProfile, deepProfile, demoProfile } from "./demo-profile.ts";
import { AT_REST, current, restingFrame, zoomPath } from "./frames.ts";
import { htmlWithData, launchBrowser, OUT, openHtml, openProfile } from "./page.ts";
import { SOURCES, sourceProfile } from "./source-profile.ts";

/** Pictures of the page for people to look at, in test/browser/out/. */

let browser: Browser;
beforeAll(async () => {
  mkdirSync(OUT, { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** With all frames that can be made out. */
const atRest = (page: Page) => page.waitForSelector(AT_REST);

const demo = demoProfile();
const lossy = madeProfile(
  [
    {
      process: "web",
      frames: [{ name: "main" }, { name: "parse" }, { name: "read", place: "k" }],
      count: 600,
    },
    { process: "db", pid: 7, frames: [{ name: "main" }, { name: "sort", place: "l" }], count: 250 },
  ],
  {
    drops: [
      { count: 140, cause: "the table of stacks was full" },
      { count: 10, cause: "the process ended before its stack was read" },
    ],
  },
);
const size = (width: number, height: number) => ({ viewport: { width, height } });
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const DARK = { colorScheme: "dark" } as const;
/** Zoomed into a function of `sourceProfile`, with the panel open. */
const PARSE_OBJECT = `#group=none&panel=1&zoom=${zoomPath(sourceProfile(), 2)}`;
const source = { sources: SOURCES, hash: PARSE_OBJECT };

type Picture = [
  name: string,
  profile: Parameters<typeof openProfile>[1],
  options: Parameters<typeof openProfile>[2],
  act?: (page: Page) => Promise<unknown>,
];

const print = async (page: Page) => {
  await page.emulateMedia({ media: "print" });
  await page.evaluate('dispatchEvent(new Event("beforeprint"))');
};

const PICTURES: Picture[] = [
  ["wide", demo, size(1600, 900)],
  ["4k", demo, size(3840, 2160)],
  ["lost", lossy, size(1280, 720), (page) => page.locator(`${AT_REST}.lost`).hover()],
  ["lost-dark", lossy, { ...size(1280, 720), ...DARK, hash: "#direction=icicle" }],
  ["phone", demo, PHONE],
  ["dark-search", demo, { ...size(1280, 720), ...DARK, hash: "#search=%2Ftcp_%7Cvfs_%2F" }],
  ["icicle-modules", demo, { ...size(1600, 900), hash: "#direction=icicle&group=thread&colours=module" }],
  ["self-dark", demo, { ...size(1280, 720), ...DARK, hash: "#colours=self" }],
  [
    "tooltip",
    demo,
    size(1280, 720),
    (page) =>
      page
        .locator(AT_REST, { hasText: /^tcp_sendmsg$/ })
        .first()
        .hover(),
  ],
  [
    "zoom",
    demo,
    { ...size(1280, 720), hash: "#colours=package&fold=1" },
    (page) => page.locator(AT_REST, { hasText: "LazyCompile:*render" }).first().click(),
  ],
  [
    "facts",
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
      await current(page).focus();
      for (const key of ["ArrowUp", "ArrowUp", "ArrowUp"]) await page.keyboard.press(key);
    },
  ],
  [
    "empty",
    madeProfile([], { target: "./idle", drops: [{ count: 40, cause: "the table of stacks was full" }] }),
    size(1280, 720),
  ],
  ["deep", deepProfile(5_000), size(1280, 720)],
  ["big", bigProfile(20_000), size(1600, 900), atRest],
  ["details-dark", sourceProfile(), { ...size(1600, 900), ...DARK, ...source }],
  [
    "details-phone",
    sourceProfile(),
    { ...PHONE, ...source },
    (page) => page.locator("#frame-panel").evaluate((panel) => panel.scrollIntoView()),
  ],
  ["phone-dark-icicle", demo, { ...PHONE, ...DARK, hash: "#direction=icicle&search=vfs" }],
  ["print", demo, { ...size(1050, 720), ...DARK }, print],
  ["print-deep", deepProfile(5_000), { ...size(1050, 720), ...DARK }, print],
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

type Compared = [
  name: string,
  after: string,
  options: Parameters<typeof openProfile>[2],
  act?: (page: Page) => Promise<unknown>,
];

const COMPARISONS: Compared[] = [
  ["diff-wide", "extra", size(1600, 900)],
  ["diff-dark", "renamed", { ...size(1600, 900), ...DARK }],
  ["diff-phone", "extra", PHONE],
  ["diff-tooltip", "extra", size(1280, 720), (page) => restingFrame(page, "copy_block").hover()],
  ["diff-table", "extra", { ...size(1600, 900), hash: "#view=functions" }],
  ["diff-table-phone", "extra", { ...PHONE, ...DARK, hash: "#view=functions" }],
  ["diff-both", "renamed", { ...size(1600, 700), hash: "#view=both" }],
  ["diff-gone", "renamed", { ...size(1280, 720), hash: "#side=vanished" }],
  [
    "diff-sandwich",
    "extra",
    { ...size(1280, 720), ...DARK, hash: "#view=sandwich&function=copy_block%7Cservice&panel=1" },
  ],
  [
    "diff-changed",
    "extra",
    size(1280, 720),
    async (page) => {
      await restingFrame(page, "skip_spaces").hover();
      await page.keyboard.press("x");
    },
  ],
];

test.each(COMPARISONS)("%s", async (name, after, options, act) => {
  await using open = await openDiff(browser, service("base"), service(after), options);
  await act?.(open.page);
  await open.page.screenshot({ path: join(OUT, `${name}.png`) });
  expect(open.problems).toEqual([]);
});
