import { statSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Background,
  compile,
  plainSamples,
  record,
  Scratch,
  stapflame,
  totalSamples,
} from "../integration/harness.ts";
import { launchChromium, OUT, openFile } from "./page.ts";

/** The page of a real recording, made on this machine by the built CLI, as a user opens it. */
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe("the page of a real recording", () => {
  it("of the README's command opens right, small and soon", async () => {
    using scratch = new Scratch();
    const command = ["-F", "499", "-d", "3s", "--", process.execPath, "test/workloads/busy.mjs"];
    const { profile, html } = await record(scratch, command, { cwd: process.cwd() });
    expect(statSync(html).size).toBeLessThan(1.5 * 1024 * 1024);

    const began = performance.now();
    await using open = await openFile(browser, html, { viewport: { width: 1600, height: 900 } });
    const { page, problems, requests } = open;
    const opened = performance.now() - began;
    const firstPicture = await page.evaluate(
      () => performance.getEntriesByName("stapflame-first-picture")[0]?.startTime,
    );
    console.log(
      `page of a real recording: ${statSync(html).size} bytes, first picture after ${Math.round(Number(firstPicture))} ms, ${Math.round(opened)} ms with the browser's own start`,
    );
    expect(firstPicture).toBeLessThan(1000);
    expect(await page.getAttribute("body", "data-state")).toBe("ready");

    const text = await page.textContent("body");
    expect(text).toContain("test/workloads/busy.mjs");
    expect(text).toContain(totalSamples(plainSamples(profile)).toLocaleString("en-US"));
    await page.screenshot({ path: join(OUT, "recording-wide.png") });

    // Search: the count and the share shown are those of the samples.
    await page.fill('input[type="search"]', "burn");
    const found = plainSamples(profile).filter((sample) =>
      sample.names.some((name) => name.startsWith("burn ")),
    );
    const share = ((100 * totalSamples(found)) / totalSamples(plainSamples(profile))).toFixed(1);
    await expect.poll(async () => page.textContent("body")).toContain(`${share}%`);
    await page.screenshot({ path: join(OUT, "recording-search.png") });

    // Zoom by a click, and back.
    const heavy = () => page.locator("g.frame.jit", { hasText: /^heavy / });
    const frame = heavy();
    const box = await frame.boundingBox();
    await frame.hover();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(OUT, "recording-tooltip.png") });
    await frame.click();
    await expect.poll(async () => (await heavy().boundingBox())?.width).toBeGreaterThan(Number(box?.width));
    await page.screenshot({ path: join(OUT, "recording-zoom.png") });
    await page.goBack();
    await expect.poll(async () => (await heavy().boundingBox())?.width).toBeCloseTo(Number(box?.width), 0);

    expect(problems).toEqual([]);
    expect(requests).toEqual([]);
  });

  it("of the whole machine shows processes first, in the dark and on a phone too; report makes the same page", async () => {
    using scratch = new Scratch();
    using _split = new Background(compile("split"));
    using _zero = new Background(compile("zero"));
    const { summary, html } = await record(scratch, ["-F", "299", "-d", "3s", "-a", "--per-thread"]);
    await using wide = await openFile(browser, html, {
      viewport: { width: 1280, height: 720 },
      colorScheme: "dark",
    });
    for (const name of ["split", "zero"]) {
      expect(await wide.page.locator("g.frame.process", { hasText: name }).count()).toBe(1);
    }
    await wide.page.screenshot({ path: join(OUT, "recording-all-dark.png") });
    await using phone = await openFile(browser, html, { viewport: { width: 390, height: 844 } });
    await phone.page.screenshot({ path: join(OUT, "recording-all-phone.png") });
    expect([...wide.problems, ...phone.problems]).toEqual([]);

    const again = scratch.file("again.html");
    const report = await stapflame(["report", summary.profile.path, "-o", again]);
    expect(report.code).toBe(0);
    expect(Math.abs(statSync(again).size - statSync(html).size)).toBeLessThan(1024);
  });
});
