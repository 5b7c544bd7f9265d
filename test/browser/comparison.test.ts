import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { Profile as JudgeProfile } from "pprof-format";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePprof } from "../../profile/formats/pprof.ts";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import { decodeBase93, encodeBase93 } from "../../viewer/data/base93.ts";
import { diff, drawnFrames, type Labels, openDiff, service, sumsOf, warmth } from "./compared-pages.ts";
import { hostileProfile } from "./demo-profile.ts";
import { AT_REST, frameNames, panel, restingFrame, status } from "./frames.ts";
import { addressSettled, launchBrowser, openHtml } from "./page.ts";

/**
 * The page of `stapflame diff -o`, of real recordings. Widths are judged by sums of our own over what pprof-format reads,
 * verdicts by what `--json` says.
 */

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const BASE = service("base");
const EXTRA = service("extra");
const RENAMED = service("renamed");
const WRAPPED = service("wrapped");
const HASH = "#colours=change";

interface JsonChange {
  before: number;
  after: number;
  verdict: string;
  differenceInterval?: [number, number];
}
interface JsonDiff {
  commonFactor: number;
  functions: { name: string; module: string; total: JsonChange; self: JsonChange }[];
  paths: { stack: string[]; total: JsonChange; self: JsonChange }[];
  headline: { text: string };
}
const jsonOf = (...sides: [string[], string[]]) => JSON.parse(diff(...sides, "--json")) as JsonDiff;
const base = sumsOf(BASE);
const extra = sumsOf(EXTRA);

/** Whether a change is no more than what all that did not change moved by, as the page says it. */
const isCarried = (json: JsonDiff, { before, after, differenceInterval }: JsonChange) => {
  const [low, high] = differenceInterval ?? [Number.NaN, Number.NaN];
  return json.commonFactor !== 1 && Math.abs(after - json.commonFactor * before) <= (high - low) / 2;
};

const side = (page: Page, name: string) => page.locator(`#side-${name}`);
const settle = (page: Page) => page.evaluate("new Promise((resolve) => setTimeout(resolve, 30))");
/** The number in a text such as `3.6%`. */
const percents = (text: string) => Number(text.replace("−", "-").replace("%", ""));

describe("two builds, one function of which copies more", () => {
  test("widths are shares after, with one key those before; only what is significant has a colour", async () => {
    const json = jsonOf(BASE, EXTRA);
    await using open = await openDiff(browser, BASE, EXTRA, { hash: HASH });
    const { page } = open;
    const significant = new Map(
      json.paths
        .filter(({ total }) => total.verdict === "significant" && !isCarried(json, total))
        .map(({ stack, total }) => [stack.join(";"), total]),
    );
    expect(significant.size).toBeGreaterThan(1);
    for (const [which, sums] of [
      ["after", extra],
      ["before", base],
    ] as const) {
      expect(await side(page, which).getAttribute("aria-pressed")).toBe("true");
      const frames = (await drawnFrames(page)).filter(({ path }) => sums.paths.has(path));
      expect(frames.length).toBeGreaterThan(10);
      for (const { path, part, width, classes, fill, hatched } of frames) {
        const share = (sums.paths.get(path) ?? 0) / sums.all;
        // A pixel, and the room that slivers beside it may have been given.
        expect(Math.abs(part - share), path).toBeLessThan(6 / width);
        const [before, after] = [base, extra].map(({ paths, all }) => (paths.get(path) ?? 0) / all);
        const change = significant.get(path);
        expect(classes.includes("v-significant"), path).toBe(change !== undefined);
        expect(Math.sign(warmth(fill)), path).toBe(change === undefined ? 0 : Math.sign(after - before));
        if (change !== undefined) expect(classes).toContain(after > before ? "more" : "less");
        expect(hatched, path).toBe(before === 0 || after === 0);
      }
      expect(frames.filter(({ classes }) => classes.includes("v-significant")).length).toBeGreaterThan(1);
      await page.keyboard.press("b");
    }
    await expect.poll(() => page.url()).not.toContain("side=");
    expect(open.problems).toEqual([]);
    expect(open.requests).toEqual([]);
  });

  test("the headline in words, and the way to it", async () => {
    await using open = await openDiff(browser, BASE, EXTRA);
    const { page } = open;
    const { headline } = jsonOf(BASE, EXTRA);
    expect(await page.locator(".comparison-headline").textContent()).toContain(headline.text);
    expect(headline.text).toMatch(/^\+5\.\d% \(.*\) of all CPU time in copy_block/);
    expect(await page.locator("#headline").textContent()).toBe("Compared by shares of all CPU time");
    await page.click('.comparison-headline button:text("Show it")');
    await settle(page);
    expect(await status(page)).toMatch(
      /^copy_block \(program, more\): before 3\.\d% .* after 9\.\d% .* change \+5\.\d%/,
    );
    await expect.poll(() => page.url()).toContain("zoom=");
    expect(await page.title()).toBe("service-base-1 (3 runs) → service-extra-1 (3 runs) – stapflame");
  });

  test("tooltips tell both sides, the interval and why it counts or not", async () => {
    await using open = await openDiff(browser, BASE, EXTRA);
    const { page } = open;
    const tooltip = page.locator("#tooltip");
    await restingFrame(page, "copy_block").hover();
    expect(await tooltip.textContent()).toMatch(/Before3\.\d% · .*After9\.\d% · .*Change\+\d\.\d% \(\d/);
    expect(await tooltip.textContent()).toContain("More than chance: p < 0.001");
    await restingFrame(page, "escape_text").hover();
    expect(await tooltip.textContent()).toMatch(
      /Not significant, may be chance: p = 0\.\d+, .* limit is 0\.05/,
    );
    await restingFrame(page, "all").hover();
    await page.click("#toggle-panel");
    await restingFrame(page, "render_page").click();
    expect(await panel(page).textContent()).toMatch(/No change of its own: all .* moved by −7\.\d%/);
  });

  test("the table has all functions as the sums have them, by effect, significance and own part", async () => {
    await using open = await openDiff(browser, BASE, EXTRA, {
      hash: "#view=functions",
      viewport: { width: 1600, height: 2400 },
    });
    const { page } = open;
    const read = async () =>
      (await page.locator(".change-table .grid-body > .grid-row").all()).length === 0
        ? []
        : page.evaluate<string[][]>(`[...document.querySelectorAll(".change-table .grid-body > .grid-row")]
            .sort((a, b) => a.dataset.index - b.dataset.index)
            .map((row) => [...row.children].map((cell) => cell.textContent))`);
    const rows = await read();
    expect(rows.length).toBeGreaterThan(40);
    let compared = 0;
    for (const [change, , , sides, , name, module] of rows) {
      if (module !== "service" || name.startsWith("[")) continue;
      const [before, after] = sides.split(" → ").map(percents);
      const [x, y] = [base, extra].map(({ functions, all }) => (100 * (functions.get(name) ?? 0)) / all);
      // As many digits as are written.
      expect(Math.abs(before - x), name).toBeLessThan(0.051);
      expect(Math.abs(after - y), name).toBeLessThan(0.051);
      expect(Math.abs(percents(change.split(" ")[0]) - (y - x)), name).toBeLessThan(0.051);
      compared++;
    }
    expect(compared).toBeGreaterThan(10);
    const sizes = rows.map(([change]) => Math.abs(percents(change.split(" ")[0])));
    for (let at = 1; at < 15; at++) expect(sizes[at]).toBeLessThanOrEqual(sizes[at - 1] + 0.051);

    const json = jsonOf(BASE, EXTRA);
    const found = json.functions.filter(({ total, self }) =>
      [total, self].some((change) => change.verdict === "significant" && !isCarried(json, change)),
    );
    const marked = rows.filter(([, , , , significance]) => significance.startsWith("p "));
    expect(marked.map(([, , , , , name]) => name).sort()).toEqual(found.map(({ name }) => name).sort());

    await page.click('.change-table .grid-sort:text("Significance")');
    expect((await read()).slice(0, marked.length).every(([, , , , text]) => text.startsWith("p "))).toBe(
      true,
    );
    await page.click('.change-table .grid-sort:text("Own change")');
    expect((await read())[0][5]).toBe("copy_block");
    await expect.poll(() => page.url()).toContain("sort=own");
    await page.fill("#search", "parse_");
    await expect.poll(async () => (await read()).length).toBe(3);
    expect(open.problems).toEqual([]);
  });

  test("the least change makes the smaller ones grey and leaves them out of the table; back and forward", async () => {
    await using open = await openDiff(browser, BASE, EXTRA, { hash: HASH });
    const { page } = open;
    const coloured = async () =>
      (await drawnFrames(page))
        .filter(({ fill }) => warmth(fill) > 20)
        .map(({ path }) => path.split(";").at(-1));
    expect(await coloured()).toContain("copy_block");
    await page.locator("#least-change").focus();
    // Any, then from 0.05% of all to 50%.
    for (let step = 0; step < 8; step++) await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.locator(".comparison-least output").textContent()).toBe("10%");
    await expect.poll(coloured).toEqual([]);
    await expect.poll(() => page.url()).toContain("change=0.1");
    await page.click("#functions");
    expect(await page.locator(".change-table .grid-body > .grid-row").count()).toBe(0);
    expect(await page.locator("#hidden-status").textContent()).toMatch(/^0 functions, \d\d not shown/);
    await page.goBack();
    await expect.poll(() => page.locator("#flame").getAttribute("aria-pressed")).toBe("true");
    for (let step = 0; step < 8; step++) await page.goBack();
    await expect.poll(coloured).toContain("copy_block");
    expect(await page.locator("#least-change").inputValue()).toBe("0");
    await page.goForward();
    await expect.poll(() => page.locator("#least-change").inputValue()).toBe("1");
  });

  test("what filters and changes make of other samples is not tested, and that is said", async () => {
    await using open = await openDiff(browser, BASE, EXTRA, { hash: HASH });
    const { page } = open;
    const notice = page.locator(".comparison-notice");
    expect(await notice.textContent()).toBe("");
    // Without skip_spaces, parse_header has other samples, and copy_block has the same.
    await restingFrame(page, "skip_spaces").hover();
    await page.keyboard.press("x");
    await expect.poll(() => notice.textContent()).toContain("not tested here");
    const classesOf = async (name: string) =>
      (await drawnFrames(page)).find(({ path }) => path.endsWith(`;${name}`))?.classes ?? [];
    expect(await classesOf("copy_block")).toContain("v-significant");
    expect(await classesOf("parse_header")).toContain("v-untested");
    await restingFrame(page, "parse_header").hover();
    const words = (await page.locator("#tooltip").textContent()) ?? "";
    expect(words).toContain("Not tested: these are other samples");
    // No interval of samples that it was not made for.
    expect(words).toMatch(/Change\+\d\.\d+%Relative/);
    await page.click("#functions");
    await settle(page);
    const row = page.locator(".change-table .grid-row", { hasText: "parse_header" });
    expect(await row.textContent()).toContain("not tested here");
    await page.keyboard.press("u");
    await expect.poll(() => row.textContent()).not.toContain("not tested here");
    expect(open.problems).toEqual([]);
  });

  test("sandwich and inverted: both sides' weights, and the function's own verdict", async () => {
    await using open = await openDiff(browser, BASE, EXTRA, {
      hash: "#view=sandwich&function=copy_block%7Cservice",
    });
    const { page } = open;
    expect(await status(page)).toMatch(/^copy_block: 3\.\d% → 9\.\d%, \+5\.\d% \(.*\), more$/);
    expect(await frameNames(page)).toContain("parse_header");
    await restingFrame(page, "parse_header").hover();
    expect(await page.locator("#tooltip").textContent()).toMatch(/^parse_header.*Before3\.\d% .*After9\.\d%/);
    await page.click("#inverted");
    await settle(page);
    const top = (await drawnFrames(page)).filter(({ path }) => path.split(";").length === 2);
    const copied = top.find(({ path }) => path.endsWith(";copy_block"));
    expect(copied?.classes).toContain("v-significant");
    const own = [...extra.paths]
      .filter(([path]) => path.endsWith(";copy_block"))
      .reduce((sum, [, each]) => sum + each, 0);
    expect(Math.abs((copied?.part ?? 0) - own / extra.all)).toBeLessThan(6 / (copied?.width ?? 1));
    await page.click("#tree");
    await settle(page);
    const first = page.locator('.view:not([hidden]) .table-host:not([hidden]) [data-index="0"]');
    expect(await first.textContent()).toContain("100.0% → 100.0%");
    expect(open.problems).toEqual([]);
  });
});

describe("filters that both sides have something for", () => {
  /** The recordings with a thread and a CPU by the slice, as one with `--per-thread` might have them. */
  const withThreads = async (folder: string, files: string[]) =>
    Promise.all(
      files.map(async (file) => {
        const profile = await readPprofFile(file);
        const { labels } = profile.samples;
        const slices = labels.find(({ key }) => key === "slice")?.values ?? [];
        const others = labels.filter(({ key }) => key !== "thread");
        const names = ["even", "odd"].map((name) => profile.strings.push(name) - 1);
        const cpu = Float64Array.from(slices, (slice) => slice % 3);
        const thread = Int32Array.from(slices, (slice) => names[slice % 2]);
        profile.samples.labels = [
          ...others,
          { kind: "text", key: "thread", values: thread },
          { kind: "number", key: "cpu", unit: "", values: cpu },
        ];
        const path = join(folder, basename(file));
        writeFileSync(path, gzipSync(encodePprof(profile)));
        return path;
      }),
    );

  test("threads, CPUs and times: widths are sums of those samples; what was tested of all of them is not said", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stapflame-threads-"));
    try {
      const [before, after] = [await withThreads(folder, BASE), await withThreads(folder, EXTRA)];
      await using open = await openDiff(browser, before, after, { hash: HASH });
      const { page } = open;
      const judge = async (isTaken: (labels: Labels) => boolean) => {
        for (const [which, files] of [
          ["after", after],
          ["before", before],
        ] as const) {
          expect(await side(page, which).getAttribute("aria-pressed")).toBe("true");
          const { paths, all } = sumsOf(files, isTaken);
          expect(all / sumsOf(files).all).toBeLessThan(0.8);
          const frames = (await drawnFrames(page)).filter(({ path }) => paths.has(path));
          expect(frames.length).toBeGreaterThan(10);
          for (const { path, part, width } of frames) {
            expect(Math.abs(part - (paths.get(path) ?? 0) / all), path).toBeLessThan(6 / width);
          }
          await page.keyboard.press("b");
          await settle(page);
        }
        await restingFrame(page, "copy_block").hover();
        expect(await page.locator("#tooltip").textContent()).toMatch(/[Nn]ot tested here/);
      };
      const choose = async (menu: string, value: string) => {
        const field = page.getByRole("combobox", { name: menu, exact: true });
        const option = field.locator("option", { hasText: new RegExp(`^${value} · `) });
        await field.selectOption((await option.getAttribute("value")) ?? "");
        await settle(page);
      };
      await page.click("#toggle-filters");
      await choose("thread", "odd");
      await judge((labels) => labels.get("thread") === "odd");
      await choose("CPU", "2");
      await judge((labels) => labels.get("thread") === "odd" && labels.get("cpu") === 2);
      for (const _ of [1, 2]) await page.locator(".chip-remove").first().click();

      // Recordings took five to seven seconds, in slices of a tenth; the strip begins with both.
      await page.click("#toggle-time");
      expect(await page.locator(".time-note").textContent()).toMatch(/^All of 0 s to 7\.\d s: /);
      const map = await page.locator(".time-map").boundingBox();
      if (map === null) throw new Error("There is no time strip.");
      await page.mouse.move(map.x + map.width * 0.3, map.y + 3);
      await page.mouse.down();
      await page.mouse.move(map.x + map.width * 0.6, map.y + 3);
      await page.mouse.up();
      await settle(page);
      await expect.poll(() => page.url()).toContain("range=");
      const [, from, to] = /range=(\d+)-(\d+)/.exec(page.url()) ?? [];
      expect(Number(to) - Number(from)).toBeGreaterThan(10);
      const isIn = (slice: number) => slice >= Number(from) && slice < Number(to);
      await judge((labels) => isIn(Number(labels.get("slice"))));
      expect(open.problems).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("what only one side has", () => {
  test("is hatched: new after, gone before; and all that is gone is in a graph of its own", async () => {
    await using open = await openDiff(browser, BASE, RENAMED, { hash: HASH });
    const { page } = open;
    const renamed = sumsOf(RENAMED);
    expect(await frameNames(page)).not.toContain("render_page");
    await page.keyboard.press("b");
    await settle(page);
    const before = (await drawnFrames(page)).find(({ path }) => path.endsWith(";render_page"));
    expect(before?.hatched).toBe(true);
    expect(before?.classes).toEqual(expect.arrayContaining(["v-significant", "less", "gone"]));

    // Paths of the side before that have no sample after: what is not below another such one, added up.
    const gone = [...base.paths].filter(([path]) => !renamed.paths.has(path));
    const isTop = (path: string) => {
      const caller = path.slice(0, path.lastIndexOf(";"));
      return renamed.paths.has(caller) || !caller.includes(";");
    };
    const weight = gone.filter(([path]) => isTop(path)).reduce((sum, [, each]) => sum + each, 0);
    const label = (await side(page, "vanished").textContent()) ?? "";
    expect(label).toMatch(/^Gone: \d+\.\d%$/);
    // Frames that were put between are aligned there, and plain sums know no aligning.
    expect(Math.abs(percents(label.replace("Gone: ", "")) - (100 * weight) / base.all)).toBeLessThan(0.2);

    await page.keyboard.press("e");
    await settle(page);
    await expect.poll(() => page.url()).toContain("side=vanished");
    const frames = await drawnFrames(page);
    const found = frames.find(({ path }) => path.endsWith(";render_page"));
    expect(found?.hatched).toBe(true);
    expect(frames.find(({ path }) => path.endsWith(";serve"))?.classes).toContain("v-context");
    const share = (base.paths.get(found?.path ?? "") ?? 0) / weight;
    expect(Math.abs((found?.part ?? 0) - share)).toBeLessThan(0.02);
    await page.click("#functions");
    await settle(page);
    const row = page.locator(".change-table .grid-row", { hasText: "render_page" });
    expect(await row.textContent()).toContain("gone");
    await page.goBack();
    await page.goBack();
    await expect.poll(() => side(page, "before").getAttribute("aria-pressed")).toBe("true");
    expect(open.problems).toEqual([]);
  });

  test("a function put between others is told as such", async () => {
    await using open = await openDiff(browser, BASE, WRAPPED);
    const { page } = open;
    expect(await page.locator(".comparison-headline").textContent()).toContain(
      "No change of cost beyond chance.",
    );
    await restingFrame(page, "with_cache").hover();
    expect(await page.locator("#tooltip").textContent()).toContain(
      "Put between: before, what is below it was called without it.",
    );
  });

  test("a link to a side, a view, a search and a zoom is that page again", async () => {
    await using open = await openDiff(browser, BASE, RENAMED, {
      hash: "#side=before&search=escape&direction=icicle",
    });
    const { page } = open;
    expect(await side(page, "before").getAttribute("aria-pressed")).toBe("true");
    await page.waitForSelector("g.frame.match");
    await restingFrame(page, "render_page").click();
    await settle(page);
    await addressSettled(page);
    const url = page.url();
    const labels = async () => (await frameNames(page)).filter((name) => name !== "").sort();
    const names = await labels();
    await page.goto("about:blank");
    await page.goto(url);
    await page.waitForSelector('body[data-state="ready"]');
    expect(await labels()).toEqual(names);
    // After, it is not there: what is zoomed into is its nearest place, not nothing.
    await page.keyboard.press("b");
    await settle(page);
    expect((await frameNames(page)).length).toBeGreaterThan(3);
    expect(open.problems).toEqual([]);
  });
});

test("both sides beside each other, zoomed together", async () => {
  await using open = await openDiff(browser, BASE, RENAMED, { hash: "#view=both" });
  const { page } = open;
  const graph = (at: number) => page.locator(".both-side").nth(at);
  const partOf = async (at: number, name: string) => {
    const width = async (label: string) =>
      (
        await graph(at)
          .locator("g.frame", { hasText: new RegExp(`^${label}$`) })
          .first()
          .locator("rect")
          .first()
          .boundingBox()
      )?.width ?? 0;
    return (await width(name)) / (await width("all"));
  };
  const renamed = sumsOf(RENAMED);
  const share = ({ paths, all }: typeof base) =>
    ([...paths].find(([path]) => path.endsWith(";parse_request"))?.[1] ?? 0) / all;
  expect(Math.abs((await partOf(0, "parse_request")) - share(base))).toBeLessThan(0.01);
  expect(Math.abs((await partOf(1, "parse_request")) - share(renamed))).toBeLessThan(0.01);
  await graph(0)
    .locator(AT_REST, { hasText: /^parse_request$/ })
    .click();
  await settle(page);
  for (const at of [0, 1]) expect(await partOf(at, "parse_request")).toBeGreaterThan(0.99);
  await page.keyboard.press("Escape");
  await settle(page);
  expect(await partOf(1, "parse_request")).toBeLessThan(0.5);
  await graph(0)
    .locator(AT_REST, { hasText: /^render_page$/ })
    .click();
  await settle(page);
  expect(await partOf(0, "render_page")).toBeGreaterThan(0.99);
  expect(await graph(1).locator("h2").textContent()).toBe("After: none of what is zoomed into; all is shown");
  expect(await partOf(1, "parse_request")).toBeLessThan(0.5);
  await page.goBack();
  await expect.poll(() => graph(1).locator("h2").textContent()).toBe("After");
  await graph(1)
    .locator(AT_REST, { hasText: /^find_route$/ })
    .hover();
  expect(await page.locator("#tooltip:visible").textContent()).toMatch(/Before15\.\d% .*After16\.\d%/);
  expect(open.problems).toEqual([]);
});

test("of two recordings of one build nothing has a colour", async () => {
  await using open = await openDiff(browser, [BASE[0]], [BASE[1]], { hash: HASH });
  const frames = await drawnFrames(open.page);
  expect(frames.length).toBeGreaterThan(10);
  expect(frames.filter(({ fill, classes }) => warmth(fill) !== 0 && !classes.includes("process"))).toEqual(
    [],
  );
  expect(await open.page.locator(".comparison-headline").textContent()).toContain("No change");
});

test("hostile names run nothing: in frames, tables, headline, title and facts", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-hostile-"));
  const write = (name: string, times: number) => {
    const profile = hostileProfile();
    // One function takes ten times as long, so that it is the headline.
    const values = profile.samples.values.map((column) =>
      column.map((value, row) => (row === 2 ? value * times : value) * 20),
    );
    const path = join(folder, name);
    writeFileSync(path, gzipSync(encodePprof({ ...profile, samples: { ...profile.samples, values } })));
    return path;
  };
  const before = write("<img src=x onerror=alert(1)>.pb.gz", 1);
  const after = write("<script>alert(2)<.pb.gz", 10);
  try {
    await using open = await openDiff(browser, [before], [after], { hash: "#panel=1" });
    const { page } = open;
    expect(await page.title()).toContain("<img src=x onerror=alert(1)>");
    const shown = await page.locator("g.frame").count();
    for (let at = 0; at < shown; at += 3) await page.locator("g.frame").nth(at).hover();
    await page.click("#headline");
    for (const view of ["functions", "tree", "sandwich", "inverted"]) await page.click(`#${view}`);
    await page.keyboard.press("e");
    expect(await page.locator("img, script:not([type])").count()).toBe(0);
    expect(await page.locator(".comparison-headline").textContent()).not.toBe("");
    expect(open.requests).toEqual([]);
    expect(open.problems).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is saved: a picture, and both sides as sample types of a profile", async () => {
  await using open = await openDiff(browser, BASE, EXTRA);
  const { page } = open;
  const save = async (entry: string) => {
    await page.click(".menu summary");
    const download = page.waitForEvent("download");
    await page.click(`.menu-entry:has-text("${entry}")`);
    return readFileSync(await (await download).path());
  };
  const svg = (await save("SVG")).toString();
  expect(svg).toContain("copy_block");
  const saved = JudgeProfile.decode(gunzipSync(await save("pprof")));
  const text = (index: number | bigint) => saved.stringTable.strings[Number(index)];
  expect(saved.sampleType.map(({ type }) => text(type))).toEqual(["after", "before"]);
  for (const [value, sums] of [extra, base].entries()) {
    expect(saved.sample.reduce((all, sample) => all + Number(sample.value[value]), 0)).toBe(sums.all);
  }
  expect(open.problems).toEqual([]);
});

test("a damaged comparison says so, and shows no profile as if it were one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-damaged-"));
  const path = join(folder, "diff.html");
  diff([BASE[0]], [EXTRA[0]], "-o", path);
  const html = readFileSync(path, "utf8");
  const data = /id="stapflame-comparison">([^<]+)</.exec(html)?.[1] ?? "";
  const broken = encodeBase93(gzipSync(gunzipSync(decodeBase93(data)).subarray(0, 400)));
  rmSync(folder, { recursive: true });
  await using open = await openHtml(
    browser,
    html.replace(data, () => broken),
  );
  expect(await open.page.locator("#message").textContent()).toContain("could not show this profile");
  expect(await open.page.locator("body").getAttribute("data-state")).toBe("failed");
});

test("a profile dropped on the page is shown as one: nothing of the comparison is left", async () => {
  await using open = await openDiff(browser, BASE, EXTRA, { hash: "#side=before&change=0.01" });
  const { page } = open;
  await page.locator('.menu input[type="file"]').setInputFiles(BASE[0]);
  await page.waitForSelector('body[data-page="profile"]');
  expect(await page.locator("#slot-comparison").isVisible()).toBe(false);
  expect(await page.locator("#toggle-time").isVisible()).toBe(true);
  await page.click("#functions");
  await expect
    .poll(() => page.locator(".view:not([hidden]) .grid-head").first().textContent())
    .toContain("Self");
  await page.keyboard.press("b");
  await expect.poll(() => page.url()).not.toContain("side");
  expect(await page.locator('#colours option[value="change"]').count()).toBe(0);
  expect(open.problems).toEqual([]);
});
