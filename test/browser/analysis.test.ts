import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NO_FILTER, type SampleFilter } from "../../profile/analysis/sample-filter.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import { readProfileStream } from "../../profile/formats/read-profile.ts";
import { INITIAL_STATE, toHash, type ViewState } from "../../viewer/model/view-state.ts";
import {
  functionWeights,
  halves,
  inverted,
  type PlainSample,
  pathWeights,
  plainFilter,
  plainSamples,
  plainTransform,
} from "../profile/analysis/oracle.ts";
import { largeProfile } from "../viewer/large-profile.ts";
import { profileOf } from "../viewer/made-profile.ts";
import { current, frameNames, restingFrame, result, status } from "./frames.ts";
import { htmlWithData, launchBrowser, type OpenPage, openHtml, openProfile } from "./page.ts";

/** The page answers as the engine does, and what it shows is what a plain sum over the raw samples gives. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const profile = largeProfile({ nodes: 1_500, slices: 100, functions: 60 });
const whole = plainSamples(profile, "none");
const sum = (samples: readonly PlainSample[]) => samples.reduce((total, { value }) => total + value, 0);
const grouped = (count: number) => count.toLocaleString("en");

/** The function with the greatest total that is not at the root: in most stacks, and below others. */
const [busiest] = [
  ...functionWeights(whole.map((sample) => ({ ...sample, frames: sample.frames.slice(1) }))),
].sort(([, a], [, b]) => b.total - a.total)[0];
const [name, module] = [
  busiest.slice(0, busiest.lastIndexOf("@")),
  busiest.slice(busiest.lastIndexOf("@") + 1),
];
const key = { name, module };

async function show(page: Page, part: Partial<ViewState>): Promise<void> {
  const hash = toHash({ ...INITIAL_STATE, groupBy: "none", ...part });
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.waitForFunction(`document.body.dataset.view !== undefined`);
  // "popstate" comes with the next task.
  await page.evaluate("new Promise((resolve) => setTimeout(resolve, 20))");
}

interface Row {
  name: string;
  module: string;
  numbers: number[];
}

/** The rows of the table that are in view: functions have (self, total), the tree (total, self). */
const rows = (page: Page): Promise<Row[]> =>
  page.evaluate(`[...document.querySelectorAll(".view:not([hidden]) .grid-body > .grid-row")].map((row) => {
    const cells = [...row.querySelectorAll(".grid-cell")];
    const number = (cell) => Number(cell.firstChild.textContent.replaceAll(",", ""));
    return { numbers: cells.slice(0, 2).map(number), name: cells[2].title, module: cells[3].title };
  })`);

/** Each row in view has the weights of the plain sum, and the heaviest of those are in view. */
async function expectFunctions(page: Page, samples: readonly PlainSample[], what: string): Promise<void> {
  const expected = functionWeights(samples);
  const shown = await rows(page);
  expect(shown.length, what).toBe(Math.min(shown.length, expected.size));
  for (const { name: each, module: file, numbers } of shown) {
    const { self, total } = expected.get(`${each}@${file}`) ?? { self: -1, total: -1 };
    expect(numbers, `${what}: ${each}`).toEqual([self, total]);
  }
  const selfs = [...expected.values()].map(({ self }) => self).sort((a, b) => b - a);
  const inView = shown.map(({ numbers }) => numbers[0]).sort((a, b) => b - a);
  expect(inView.slice(0, 10), what).toEqual(selfs.slice(0, 10));
}

const range: SampleFilter = { labels: [], range: { from: 13, to: 59 } };
const thread = plainLabelOf("thread");
const FILTERS: [string, SampleFilter][] = [
  ["all", NO_FILTER],
  ["a range", range],
  ["a thread", { ...NO_FILTER, labels: [{ key: "thread", values: [thread], exclude: false }] }],
  ["not a thread, in a range", { ...range, labels: [{ key: "thread", values: [thread], exclude: true }] }],
];
const TRANSFORMS: Transform[] = [
  { kind: "focus-function", frame: key },
  { kind: "drop-function", frame: key },
  { kind: "merge-function", frame: key },
  { kind: "collapse-direct" },
  { kind: "collapse-recursion", frame: key },
  { kind: "collapse-module", module },
  { kind: "hide-kind", frameKind: "kernel" },
  { kind: "keep-matching", search: { text: name, mode: "text", matchCase: true } },
];

function plainLabelOf(wanted: string): string {
  const label = profile.samples.labels.find((each) => each.key === wanted);
  if (label?.kind !== "text") throw new Error(`no label ${wanted}`);
  return profile.strings[label.values[0]];
}

test("filters, ranges and changes: every function in view has the sums of the raw samples", async () => {
  await using open = await openProfile(browser, profile);
  const { page } = open;
  for (const [what, filter] of FILTERS) {
    await show(page, { view: "functions", filter });
    await expectFunctions(page, plainFilter(profile, whole, filter), what);
  }
  for (const transform of TRANSFORMS) {
    await show(page, { view: "functions", filter: range, transforms: [transform] });
    const samples = plainFilter(profile, whole, range).flatMap(
      (sample) => plainTransform(sample, transform) ?? [],
    );
    await expectFunctions(page, samples, transform.kind);
    await show(page, { filter: range, transforms: [transform] });
    expect(await status(page), transform.kind).toContain(`total ${grouped(sum(samples))} samples`);
  }
  expect(open.problems).toEqual([]);
});

test("tree, inverted and sandwich show the same samples; a least share leaves rows out and says so", async () => {
  await using open = await openProfile(browser, profile);
  const { page } = open;
  await show(page, { view: "tree" });
  await page.locator(".grid:visible").focus();
  await page.keyboard.press("+");
  const paths = pathWeights(whole);
  const tops = (await rows(page)).slice(0, 2);
  expect(tops[0].numbers).toEqual([sum(whole), paths.get("")?.self]);
  const [top] = tops.slice(1);
  expect(top.numbers[0]).toBe(paths.get(`${top.name}@${top.module}`)?.total);

  await show(page, { view: "inverted" });
  const leaves = [...pathWeights(inverted(whole))].filter(([path]) => path !== "" && !path.includes(" / "));
  const [leaf, weights] = leaves.sort(([, a], [, b]) => b.total - a.total)[0];
  await restingFrame(page, escaped(leaf.slice(0, leaf.lastIndexOf("@")))).click();
  expect(await status(page)).toContain(`total ${grouped(weights.total)} samples`);

  await show(page, { view: "sandwich", chosen: key });
  const both = halves(whole, key);
  expect(await status(page)).toContain(`${name}: total ${grouped(sum(both.callees))} samples`);
  const charts = page.locator(".sandwich .flame-chart");
  for (const [at, samples] of [both.callers, both.callees].entries()) {
    const children = [...pathWeights(samples)].filter(([path]) => path.split(" / ").length === 2);
    const [path, { total }] = children.sort(([, a], [, b]) => b.total - a.total)[0];
    const [, child] = path.split(" / ");
    const label = await charts
      .nth(at)
      .locator('[role="treeitem"][aria-level="2"]')
      .first()
      .getAttribute("aria-label");
    expect(label).toContain(child.slice(0, child.lastIndexOf("@")));
    expect(label).toContain(`${share(total, sum(whole))} of all`);
  }

  await show(page, { minShare: 0.05 });
  expect(await page.locator(".filter-bar").textContent()).toMatch(/lighter frames left out/);
  expect(await status(page)).toContain(`total ${grouped(sum(whole))} samples`);
  expect(open.problems).toEqual([]);
});

const share = (part: number, all: number) => {
  const percent = (100 * part) / all;
  return percent >= 99.95 ? "100%" : `${percent.toFixed(percent < 1 ? 2 : 1)}%`;
};
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const SMALL = profileOf(`
  main;parse;read@k 40
  main;parse 20
  main;emit;read@k 30
  idle 10
`);

describe("by hand", () => {
  test("changes by key and button, undo, back; a selection goes along from view to view", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    await restingFrame(page, "parse").hover();
    await page.keyboard.press("x");
    expect(await status(page)).toMatch(/^all samples: total 40 samples/);
    expect(await page.locator(".transform-bar").textContent()).toContain("60 samples left out");
    await page.keyboard.press("u");
    expect(await status(page)).toMatch(/total 100 samples/);
    expect(await page.locator(".transform-bar").isVisible()).toBe(false);
    await page.goBack();
    expect(await status(page)).toMatch(/total 40 samples/);
    await page.goForward();
    await restingFrame(page, "emit").click();
    await page.keyboard.press("d");
    await page.click('#panel-changes button:text-is("Only this path")');
    expect((await frameNames(page)).sort()).toEqual(["all", "emit", "read"]);
    await page.click('.transform-bar button:text-is("Undo last")');
    await page.keyboard.press("d");

    // To the tables and back: the function stays chosen.
    await restingFrame(page, "read").click();
    await page.click("#functions");
    const selected = page.locator('.view:not([hidden]) .grid-row[aria-selected="true"]');
    expect(await selected.textContent()).toContain("read");
    await page.locator(".grid-row", { hasText: "parse" }).click();
    await page.click("#sandwich");
    expect(await status(page)).toMatch(/^parse: total 60 samples.*self 20 samples/);
    // Details are of the function in the middle, also in a page that is opened there.
    await page.keyboard.press("d");
    await page.reload();
    await expect.poll(() => page.locator(".panel-name").textContent()).toBe("parse");
    await page.click("#flame");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.url()).toContain("function=parse");
    expect(open.problems).toEqual([]);
  });

  test("search as text, regex and fuzzy, and keeping only what matches", async () => {
    await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
    const { page } = open;
    await page.selectOption("#search-mode", "regex");
    await page.fill("#search", "^re(");
    await expect.poll(() => result(page).textContent()).toMatch(/^Not a regular expression/);
    await page.fill("#search", "^pa|^em");
    await expect.poll(() => result(page).textContent()).toMatch(/^2 functions in 2 frames · 90.0% of all/);
    await page.selectOption("#search-mode", "fuzzy");
    await page.fill("#search", "prs");
    await expect.poll(() => result(page).textContent()).toMatch(/^1 function in 1 frame · 60.0% of all/);
    await page.click("#next-match");
    expect(await current(page).getAttribute("aria-label")).toMatch(/^parse/);
    await page.click("#keep-matches");
    expect(await status(page)).toMatch(/total 60 samples/);
    expect(await result(page).textContent()).toMatch(/60.0% of all samples · 100% of those shown/);
    expect(open.problems).toEqual([]);
  });

  test("a range dragged in the strip, a thread from the bar; without slices the strip says so", async () => {
    await using open = await openProfile(browser, profile, { hash: "#group=none" });
    const { page } = open;
    expect(await page.locator("#slot-time").isVisible()).toBe(false);
    await page.keyboard.press("w");
    const map = await page.locator(".time-map").boundingBox();
    if (!map) throw new Error("no strip");
    await page.mouse.move(map.x + map.width * 0.27, map.y + 9);
    await page.mouse.down();
    await page.mouse.move(map.x + map.width * 0.48, map.y + 9, { steps: 3 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toContain("range=27-49");
    const inRange = plainFilter(profile, whole, { labels: [], range: { from: 27, to: 49 } });
    expect(await status(page)).toContain(`total ${grouped(sum(inRange))} samples`);
    await page.keyboard.press("i");
    await page.locator(".bar-menu", { hasText: "thread" }).locator("select").selectOption({ index: 1 });
    await expect.poll(() => page.url()).toMatch(/only=thread/);
    await page.goBack();
    await page.goBack();
    expect(await status(page)).toContain(`total ${grouped(sum(whole))} samples`);
    await using plain = await openProfile(browser, SMALL, { hash: "#time=1" });
    expect(await plain.page.locator(".time-note").textContent()).toMatch(/not cut into time slices/);
    expect(open.problems).toEqual([]);
  });

  test("a filter turned into its opposite, direct recursion collapsed by a button, each a step back", async () => {
    const made = profileOf(`
      web;serve;walk;walk;walk 30
      web;serve;walk;send 20
      worker;run 50
    `);
    await using open = await openProfile(browser, made, { hash: "#group=none&filters=1" });
    const { page } = open;
    const button = page.getByRole("button", { name: "Collapse recursion" }).first();
    await button.click();
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    expect((await frameNames(page)).filter((name) => name === "walk")).toHaveLength(1);
    await button.click();
    expect((await frameNames(page)).filter((name) => name === "walk")).toHaveLength(3);
    await page.goto(`${page.url().split("#")[0]}#group=none&filters=1&only=comm|demo`);
    const chip = page.locator(".filter-bar .chip-turn");
    await expect.poll(() => chip.textContent()).toBe("process demo");
    await chip.click();
    expect(await chip.textContent()).toBe("not process demo");
    await expect.poll(() => page.url()).toContain("not=comm");
    expect(await page.locator(".nothing-left").textContent()).not.toBe("");
    await page.goBack();
    await expect.poll(() => chip.textContent()).toBe("process demo");
    expect(open.problems).toEqual([]);
  });

  test("what samples weigh can be chosen where types differ by more than a factor", async () => {
    expect(SMALL.sampleTypes).toHaveLength(2);
    await using plain = await openProfile(browser, SMALL, { hash: "#group=none" });
    expect(await plain.page.locator("#weigh-by").isVisible()).toBe(false);
    const heap = {
      ...SMALL,
      sampleTypes: [
        { type: "alloc_objects", unit: "count" },
        { type: "alloc_space", unit: "bytes" },
      ],
      samples: {
        ...SMALL.samples,
        values: [
          SMALL.samples.values[0],
          SMALL.samples.values[0].map((value, row) => (row === 0 ? value * 100 : value)),
        ],
      },
    };
    await using open = await openProfile(browser, heap, { hash: "#group=none" });
    const { page } = open;
    expect(await page.locator("#weigh-by option").allTextContents()).toEqual([
      "alloc objects",
      "alloc space, bytes",
    ]);
    const objects = heap.samples.values[0].reduce((total, value) => total + value, 0);
    expect(await status(page)).toContain(`total ${grouped(objects)} alloc_objects`);
    await page.selectOption("#weigh-by", "1");
    await expect.poll(() => page.url()).toContain("type=1");
    // 40 · 100 + 20 + 30 + 10 bytes.
    expect(await status(page)).toContain("total 3.96 KiB");
    expect(open.problems).toEqual([]);
  });
});

test("files: what is saved holds the same sums, and a dropped file is shown", async () => {
  await using open = await openProfile(browser, SMALL, { hash: "#group=none" });
  const { page } = open;
  for (const label of ["pprof", "Folded text", "speedscope", "Firefox Profiler"]) {
    const bytes = await saved(page, label);
    const { profile: read } = await readProfileStream([bytes]);
    expect([...functionSums(read)], label).toEqual(
      expect.arrayContaining([
        ["read", 70],
        ["parse", 20],
        ["idle", 10],
      ]),
    );
  }
  await page.locator(".menu > summary").click();
  expect(await page.locator(".menu").textContent()).toMatch(/without .*modules/);
  await page.keyboard.press("Escape");
  await restingFrame(page, "parse").click();
  const svg = new TextDecoder().decode(await saved(page, "SVG"));
  expect(svg).toContain("<title>parse\n60 samples, 100.00%");
  // A picture that is passed on tells that it is not the whole.
  expect(svg).toContain(">./demo · zoomed into parse<");
  expect(svg).not.toContain("<title>emit");
  const png = await saved(page, "PNG");
  expect([...png.slice(1, 4)]).toEqual([0x50, 0x4e, 0x47]);

  await drop(page, "stacks.folded", "web;serve;send 7\nweb;idle 3\n");
  await expect.poll(() => page.locator("#target").textContent()).toBe("stacks.folded");
  expect(await frameNames(page)).toEqual(expect.arrayContaining(["serve", "send"]));
  expect(await page.locator("#loss").textContent()).toMatch(/does not say/);
  await drop(page, "notes.txt", "{ nothing of the kind");
  await expect.poll(() => page.locator("#said").textContent()).toMatch(/^notes.txt could not be opened/);
  expect(await frameNames(page)).toContain("serve");
  expect(open.problems).toEqual([]);
  expect(open.requests.filter((url) => !url.startsWith("blob:"))).toEqual([]);
});

test("the empty page shows a profile that is dropped on it", async () => {
  await using open = await openHtml(browser, htmlWithData(new Uint8Array()));
  const { page } = open;
  expect(await page.locator("#message").textContent()).toContain("drop a profile here");
  await drop(page, "perf.txt", PERF);
  await expect.poll(() => page.locator("body").getAttribute("data-state")).toBe("ready");
  expect(await frameNames(page)).toEqual(expect.arrayContaining(["main", "read_file"]));
  expect(await status(page)).toMatch(/^all samples/);
  expect(open.problems).toEqual([]);
});

/** As perf script prints a sample. */
const PERF = `web 123 [001] 10.000000: 10101010 cpu-clock:
	    55d0c0de1139 read_file+0x9 (/usr/bin/web)
	    55d0c0de1200 main+0x10 (/usr/bin/web)

`;

async function saved(page: Page, label: string): Promise<Uint8Array> {
  await page.locator(".menu > summary").click();
  const download = page.waitForEvent("download");
  await page.locator(".menu-entry", { hasText: label }).click();
  const path = await (await download).path();
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f ? new Uint8Array((await import("node:zlib")).gunzipSync(bytes)) : bytes;
}

/** Weight by the function that a sample ended in. */
function functionSums(read: typeof profile): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { frames, value } of plainSamples(read, "none")) {
    const leaf = frames.at(-1)?.name ?? "";
    sums.set(leaf.replace(/_\[k\]$/, ""), (sums.get(leaf) ?? 0) + value);
  }
  return sums;
}

const drop = (page: Page, file: string, text: string) =>
  page.evaluate(`{
    const data = new DataTransfer();
    data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(file)}));
    dispatchEvent(new DragEvent("dragover", { dataTransfer: data, cancelable: true }));
    dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
  }`);

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function violations({ page }: OpenPage): Promise<string[]> {
  if (!(await page.evaluate('typeof axe !== "undefined"'))) await page.evaluate(AXE);
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, help, nodes }) => [id, help, nodes[0].html].join(" ")))',
  );
}

test.each([
  ["light", { viewport: { width: 1280, height: 720 } }],
  ["dark", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const)(
  "axe finds nothing in any view, and nothing is wider than the page: %s",
  async (colorScheme, size) => {
    await using open = await openProfile(browser, profile, { ...size, colorScheme });
    const { page } = open;
    const used: Partial<ViewState> = {
      filters: true,
      time: true,
      panel: true,
      minShare: 0.01,
      search: { text: "a", mode: "text", matchCase: false },
      transforms: TRANSFORMS.slice(3, 7),
    };
    for (const view of ["graph", "inverted", "sandwich", "functions", "tree"] as const) {
      await show(page, { view, ...(view === "graph" ? used : {}) });
      expect(await violations(open), view).toEqual([]);
      expect(
        await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
        view,
      ).toBeLessThanOrEqual(0);
    }
    await page.locator(".menu > summary").click();
    expect(await violations(open), "menu").toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(open.problems).toEqual([]);
  },
);
