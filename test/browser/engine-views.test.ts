import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, OUT, openHtml } from "./page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let html: string;
beforeAll(async () => {
  browser = await launchBrowser();
  html = await pageOfViews();
});
afterAll(() => browser.close());

/** The page of `fixtures/engine-views.ts` with the style sheets of the viewer. */
async function pageOfViews(): Promise<string> {
  const built = await build({
    configFile: false,
    root: ROOT,
    logLevel: "error",
    build: {
      write: false,
      lib: { entry: join(ROOT, "test/browser/fixtures/engine-views.ts"), formats: ["iife"], name: "views" },
    },
  });
  const [output] = Array.isArray(built) ? built : [];
  const code = output?.output.find((each) => each.type === "chunk")?.code ?? "";
  const styles = ["page", "grid", "time", "bars"].map((name) =>
    readFileSync(join(ROOT, `viewer/style/${name}.css`), "utf8"),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>views</title>
    <style>${styles.join("\n")} main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-template-rows: minmax(0, 1fr); gap: 1rem; height: 24rem; } body { padding: 1rem; }</style></head>
    <body data-state="loading"><div id="filters"></div><div id="transforms"></div><div id="time"></div>
    <main><div id="functions"></div><div id="tree"></div></main><script>${code.replaceAll("</script", "<\\/script")}</script></body></html>`;
}

async function open() {
  return openHtml(browser, html);
}

/** What axe-core finds. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run({ rules: { region: { enabled: false }, "page-has-heading-one": { enabled: false }, "landmark-one-main": { enabled: false } } })
    .then(({ violations }) => violations.map(({ id, help, nodes }) => id + ": " + help + ": " + nodes[0].html))`);
}

/** Texts of elements, rows of a grid in their order. */
async function texts(page: Page, selector: string): Promise<string[]> {
  const rows = await Promise.all(
    (await page.locator(selector).all()).map(async (element) => ({
      text: (await element.textContent()) ?? "",
      index: Number(await element.getAttribute("aria-rowindex")),
    })),
  );
  return rows.sort((a, b) => a.index - b.index).map(({ text }) => text);
}

const told = (page: Page) => page.evaluate<unknown[]>("window.told");

/** The name in the row that screen readers are told of. */
async function active(page: Page, grid: string): Promise<string> {
  const id = await page.getAttribute(grid, "aria-activedescendant");
  return (await page.locator(`#${id} > :nth-child(3)`).textContent()) ?? "";
}

describe("views of the engine", () => {
  test("look as they should, and axe-core finds nothing", async () => {
    await using opened = await open();
    const { page, problems } = opened;
    await page.screenshot({ path: join(OUT, "engine-views.png") });
    expect(await violations(page)).toEqual([]);
    await page.evaluate('document.documentElement.dataset.theme = "dark"');
    await page.screenshot({ path: join(OUT, "engine-views-dark.png") });
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("the table has only the rows in view, walks by keys and sorts", async () => {
    await using opened = await open();
    const { page } = opened;
    const grid = '[role="grid"]';
    const count = Number(await page.getAttribute(grid, "aria-rowcount")) - 1;
    expect(count).toBeGreaterThan(300);
    expect(await page.locator(`${grid} .grid-body .grid-row`).count()).toBeLessThan(60);
    await page.focus(grid);
    await page.keyboard.press("End");
    expect(await page.locator(`${grid} [aria-selected="true"]`).getAttribute("aria-rowindex")).toBe(
      String(count + 1),
    );
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const name = await active(page, grid);
    expect((await told(page)).slice(-2)).toEqual([
      ["function", name],
      ["open function", name],
    ]);
    await page.keyboard.press("f");
    expect(await page.locator(`${grid} [aria-sort="ascending"]`).textContent()).toBe("Function");
    // The function that was the current one still is.
    expect(await active(page, grid)).toBe(name);
    const names = await texts(page, `${grid} .grid-body .grid-row`);
    expect(names.length).toBeGreaterThan(5);
    await page.click(`${grid} .grid-sort >> text=Total`);
    expect(await page.locator(`${grid} [aria-sort="descending"]`).textContent()).toBe("Total");
  });

  test("the call tree unfolds and folds by keys and mouse", async () => {
    await using opened = await open();
    const { page } = opened;
    const grid = '[role="treegrid"]';
    const rows = () => page.getAttribute(grid, "aria-rowcount").then((text) => Number(text) - 1);
    const before = await rows();
    await page.focus(grid);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    expect(await rows()).toBeGreaterThan(before);
    const row = page.locator(`${grid} [aria-selected="true"]`);
    expect(await row.getAttribute("aria-expanded")).toBe("true");
    expect(await row.getAttribute("aria-level")).toBe("2");
    await page.keyboard.press("ArrowRight");
    expect(await row.getAttribute("aria-level")).toBe("3");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    expect(await rows()).toBe(before);
    await page.keyboard.press("*");
    expect(Number(await row.getAttribute("aria-level"))).toBeGreaterThan(4);
    await page.keyboard.press("Home");
    await page.keyboard.press("+");
    expect(await rows()).toBeGreaterThan(10_000);
    expect(await page.locator(`${grid} .grid-body .grid-row`).count()).toBeLessThan(60);
    await page.keyboard.press("-");
    expect(await rows()).toBe(1);
    await page.click(`${grid} .grid-fold`);
    expect(await rows()).toBe(before);
  });

  test("the time strip chooses a range by mouse and keys, which all views obey", async () => {
    await using opened = await open();
    const { page } = opened;
    const [from, to] = [page.getByLabel("Beginning of the range"), page.getByLabel("End of the range")];
    const map = await page.locator(".time-map").boundingBox();
    if (map === null) throw new Error("no time strip");
    await page.mouse.move(map.x + map.width * 0.205, map.y + 5);
    await page.mouse.down();
    await page.mouse.move(map.x + map.width * 0.395, map.y + 20);
    await page.mouse.up();
    expect((await told(page)).at(-1)).toMatchObject(["filter", { range: { from: 20, to: 40 } }]);
    expect(await from.getAttribute("aria-valuetext")).toBe("2 s to 2.1 s");
    expect(await page.locator(".time-note").textContent()).toMatch(/^2 s to 4 s: .* samples \(\d+\.\d%\)\.$/);
    await from.focus();
    await page.keyboard.press("ArrowLeft");
    await to.focus();
    await page.keyboard.press("PageDown");
    expect((await told(page)).at(-1)).toMatchObject(["filter", { range: { from: 19, to: 30 } }]);
    await page.click("text=Whole recording");
    expect((await told(page)).at(-1)).not.toHaveProperty("1.range.from");
    await page.click(".time-names button >> nth=1");
    const labels = ["comm", "pid", "thread", "tid"].map((key) => ({ key }));
    expect((await told(page)).at(-1)).toMatchObject(["filter", { labels }]);
    await page.evaluate("window.showWithoutSlices()");
    expect(await page.locator(".time-note").textContent()).toMatch(/not cut into time slices/);
    expect(await page.locator(".time-map").isVisible()).toBe(false);
  });

  test("filters and transforms are chips that can be taken away", async () => {
    await using opened = await open();
    const { page } = opened;
    expect(await texts(page, ".transform-bar .chip")).toEqual([
      "kernel frames hidden×",
      "without samples in no such function(not found here)×",
    ]);
    await page.getByLabel("Remove: kernel frames hidden").click();
    expect(await page.locator(".transform-bar .chip").count()).toBe(1);
    await page.click("text=Undo last");
    expect(await page.locator(".transform-bar").isVisible()).toBe(false);
    await page.getByRole("combobox", { name: "thread" }).selectOption({ index: 1 });
    await page.getByRole("combobox", { name: "thread" }).selectOption({ index: 2 });
    expect(await texts(page, ".filter-bar .chip")).toEqual(["thread worker-0, worker-1×"]);
    await page.getByLabel("Remove: thread worker-0, worker-1").click();
    expect(await page.locator(".filter-bar .chip").count()).toBe(0);
    await page.getByLabel("least share").fill("2.5");
    await page.keyboard.press("Enter");
    expect((await told(page)).at(-1)).toEqual(["least share", 0.025]);
  });
});
