import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { sortChanges } from "../../profile/diff/changes.ts";
import type { ProfileDiff } from "../../profile/diff/diff.ts";
import { joinedProfile } from "../../profile/diff/joined-profile.ts";
import { pageComparison } from "../../profile/diff/page-comparison.ts";
import { encodeComparison } from "../../profile/diff/page-comparison-codec.ts";
import { encodeColumns } from "../../profile/formats/columns.ts";
import type { Profile } from "../../profile/profile.ts";
import { encodeSourceText, type SourceText } from "../../profile/source-text.ts";
import { embedComparison, embedProfile, embedSources } from "../../viewer/embed.ts";
import { ADDRESS_DELAY } from "../../viewer/model/limits.ts";

/** Opening pages of the viewer in Chromium, for all browser tests. */

export const OUT = fileURLToPath(new URL("./out", import.meta.url));
const TEMPLATE = fileURLToPath(new URL("../../dist/viewer/index.html", import.meta.url));

/** Without the background-networking flags Chromium itself looks for hosts, which a closed network refuses. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium without what draws its own window: the same pages, started and drawn in half the time. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: FLAGS });
}

/** Chromium as people have it, for what is measured. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
}

/** A page, and all that it must not have done. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  /** Console errors and warnings, uncaught errors, dialogs (`alert` of a hostile name). */
  problems: string[];
  /** Addresses asked for besides the page's own file. */
  requests: string[];
}

export interface PageOptions extends BrowserContextOptions {
  hash?: string;
  /** Script that runs in the page before its own. */
  initScript?: string;
  /** Called with the page before anything is opened in it. */
  prepare?: (page: Page) => Promise<void>;
}

/** Opens an HTML file by `file://` and waits until it shows a graph or says why not. */
export async function openFile(browser: Browser, path: string, options: PageOptions = {}): Promise<OpenPage> {
  const { hash = "", initScript, prepare, ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...contextOptions });
  const page = await context.newPage();
  // People are not that fast.
  for (const step of ["goBack", "goForward", "reload"] as const) {
    const go = page[step].bind(page);
    page[step] = async (options) => {
      await addressSettled(page);
      return go(options);
    };
  }
  await prepare?.(page);
  if (initScript !== undefined) await page.addInitScript(initScript);
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const address = pathToFileURL(path).href;
  page.on("request", (request) => {
    const url = request.url();
    if (url.split("#")[0] !== address && !url.startsWith("data:")) requests.push(url);
  });
  await page.goto(address + hash);
  await page.waitForSelector('body:not([data-state="loading"])');
  return { page, problems, requests, [Symbol.asyncDispose]: () => context.close() };
}

/** The address follows the view when its picture is on the screen. */
export async function addressSettled(page: Page): Promise<void> {
  await page.waitForTimeout(2 * ADDRESS_DELAY);
}

/** Opens a profile in the viewer, from a file that is removed with the page. */
export async function openProfile(
  browser: Browser,
  profile: Profile,
  options: PageOptions & { title?: string; sources?: SourceText } = {},
): Promise<OpenPage> {
  const { title = "test", sources = [], ...rest } = options;
  return openHtml(browser, profileHtml(profile, title, sources), rest);
}

/** Opens text as an HTML file. */
export async function openHtml(browser: Browser, html: string, options: PageOptions = {}): Promise<OpenPage> {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-page-"));
  const path = join(folder, "profile.html");
  writeFileSync(path, html);
  const open = await openFile(browser, path, options);
  return {
    ...open,
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The built page with a profile in it, as the CLI writes it. */
export function profileHtml(profile: Profile, title: string, sources: SourceText = []): string {
  const page = htmlWithData(gzipSync(encodeColumns(profile)), title);
  return embedSources(page, gzipSync(encodeSourceText(sources)));
}

/** The built page of a comparison, as the CLI writes it. */
export function comparisonHtml(diff: ProfileDiff, title: string): string {
  const words = {
    title: { before: "before", after: "after" },
    before: "",
    after: "",
    how: "",
    headline: title,
    headlinePath: -1,
    notes: [],
    cautions: [],
  };
  const page = htmlWithData(gzipSync(encodeColumns(joinedProfile(diff))), title);
  const comparison = encodeComparison(pageComparison(diff, sortChanges(diff), words));
  return embedComparison(page, gzipSync(comparison));
}

/** The built page with any bytes in the place of the profile. */
export function htmlWithData(bytes: Uint8Array, title = "test"): string {
  return embedProfile(readFileSync(TEMPLATE, "utf8"), bytes, title);
}

/** The page over HTTP on this machine, where browsers allow storage, until it is disposed. */
export async function serveHtml(html: string): Promise<Disposable & { url: string }> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { url: `http://127.0.0.1:${address.port}/`, [Symbol.dispose]: () => server.close() };
}
