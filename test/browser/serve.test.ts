import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { writePprofFile } from "../../profile/node/pprof-file.ts";
import { ROOT } from "../setup/build.ts";
import { bigProfile, demoProfile, hostileProfile } from "./demo-profile.ts";
import { launchBrowser, OUT } from "./page.ts";

/** The page of `stapflame serve`, from the server as built. */

let browser: Browser;
let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stapflame-serve-"));
  browser = await launchBrowser();
  await writePprofFile(demoProfile(), file("demo.pb.gz"));
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

let server: ChildProcess | undefined;
afterEach(() => {
  server?.kill("SIGKILL");
});

/** Serves files and gives the printed address. */
async function serve(...names: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, "dist/stapflame.js"), "serve", ...names.map(file)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  server = child;
  let printed = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    printed += text;
    if (printed.includes("\n")) break;
  }
  return printed.trim();
}

/** Opens an address and gathers what must not happen. */
async function open(url: string): Promise<{ page: Page; problems: string[]; close: () => Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().includes("token")) problems.push(`the token was sent in an address: ${request.url()}`);
  });
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}

const isLoaded = (page: Page) => page.waitForSelector('body:not([data-state="loading"])');

test("a served profile is shown as a written page shows it, its token nowhere to be seen, and again after a reload", async () => {
  const { page, problems, close } = await open(await serve("demo.pb.gz"));
  await isLoaded(page);
  for (let round = 0; round < 2; round++) {
    expect(await page.getAttribute("body", "data-state")).toBe("ready");
    expect(await page.textContent("body")).toContain("4,044 samples");
    expect(await page.evaluate<string>("location.href")).not.toContain("token");
    expect(await page.locator("#loading").count()).toBe(0);
    await page.reload();
    await isLoaded(page);
  }
  expect(problems).toEqual([]);
  await close();
});

test("a wrong token is refused in a sentence, and so is none", async () => {
  const url = await serve("demo.pb.gz");
  for (const address of [url.replace(/token=.*/, `token=${"A".repeat(22)}`), url.replace(/#.*/, "")]) {
    const { page, close } = await open(address);
    await isLoaded(page);
    expect(await page.getAttribute("body", "data-state")).toBe("failed");
    expect(await page.textContent("#message")).toContain(
      "no valid token. Open the address that stapflame serve has printed",
    );
    expect(await page.textContent("body")).not.toContain("4,044 samples");
    await close();
  }
});

test("several profiles are listed to choose from, in this tab or another; hostile names do nothing", async () => {
  await writePprofFile(hostileProfile(), file("hostile <img src=x onerror=alert(1)>.pb.gz"));
  const { page, problems, close } = await open(
    await serve("demo.pb.gz", "hostile <img src=x onerror=alert(1)>.pb.gz"),
  );
  await page.waitForSelector("#served-profiles tr:nth-child(2) td:nth-child(7)");
  expect(await page.textContent("h1")).toBe("stapflame Profiles");
  const rows = await page.locator("#served-profiles tr").allTextContents();
  expect(rows.slice(0, 2)).toEqual([
    "ProfileSizeRecordedSamplesDurationStarted (UTC)Host",
    expect.stringMatching(/demo\.pb\.gz[\d.]+ KiBall processes4,044 samples10\.0 s2026-11-21 04:00:00web-3$/),
  ]);
  await page.screenshot({ path: join(OUT, "served-list.png") });
  const links = await Promise.all(
    (await page.locator("#served-profiles a").all()).map(
      async (link) => new URL((await link.getAttribute("href")) ?? "", page.url()).href,
    ),
  );
  for (const link of links) {
    const other = await open(link);
    await isLoaded(other.page);
    expect(await other.page.getAttribute("body", "data-state")).toBe("ready");
    expect(other.problems).toEqual([]);
    await other.close();
  }
  expect(problems).toEqual([]);
  await close();
});

test("a big profile: its widest frames are there before the whole is", async () => {
  await writePprofFile(bigProfile(10_000), file("big.pb.gz"));
  const url = await serve("big.pb.gz");
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  // The parts are held back until the first picture has been looked at.
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/data\/profiles\/0\/\w+\/\d+$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(url);
  await page.waitForSelector("#loading [role=img]");
  expect(await page.getAttribute("body", "data-state")).toBe("loading");
  expect(await page.locator("#loading [role=img] > div").count()).toBeGreaterThan(50);
  await page.screenshot({ path: join(OUT, "served-loading.png") });
  release();
  await isLoaded(page);
  expect(await page.getAttribute("body", "data-state")).toBe("ready");
  const marks = await page.evaluate<number[]>(
    '["stapflame-overview", "stapflame-first-picture"].map((name) => performance.getEntriesByName(name)[0]?.startTime)',
  );
  expect(marks[0]).toBeLessThan(marks[1]);
  await context.close();
});

test("a file that changes on disk is noticed, and reload shows it", async () => {
  await writePprofFile(bigProfile(500), file("changing.pb.gz"));
  const { page, problems, close } = await open(await serve("changing.pb.gz"));
  await isLoaded(page);
  await writePprofFile(demoProfile(), file("changing.pb.gz"));
  await page.evaluate('window.dispatchEvent(new Event("focus"))');
  await page.waitForSelector("#served-notice");
  expect(await page.textContent("#served-notice")).toContain("The file has changed on disk");
  await page.click("#served-notice button");
  await page.waitForSelector("text=/4,044 samples/");
  expect(problems).toEqual([]);
  await close();
});
