import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drawPicture } from "../../profile/formats/png/draw.ts";
import { writeSvg } from "../../profile/formats/svg/writer.ts";
import { encodePng } from "../../profile/node/png-file.ts";
import { profileOf } from "../profile/picture.ts";
import { launchBrowser } from "./page.ts";

/** Pictures that convert writes, opened from the disk as people do. */
const PROFILE = profileOf(`
  comm=sh pid=1 | main;parse;read_line 30
  comm=sh pid=1 | main;parse 10
  comm=sh pid=1 | main;emit;write;read_line 20
  comm=sh pid=1 | main;<b>bold</b>&lt 39
  comm=db pid=2 | main;operator<(int) 1
`);

// What runs in the page is text, as the DOM's types are not those of the tests.
const FRAMES = `(() => {
  globalThis.nameOf = (group) => group.querySelector("title").textContent.split("\\n")[0];
  return [...document.querySelectorAll(".f:not(.x)")];
})()`;
/** Frames as they are seen: name, left edge, width. */
const SEEN_FRAMES = `${FRAMES}.map((group) => {
  const { x, width } = group.querySelector("rect");
  return [nameOf(group), Math.round(x.baseVal.value), Math.round(width.baseVal.value)].join(" ");
})`;
const OVERFLOWING_LABELS = `${FRAMES}.flatMap((group) => {
  const text = group.querySelector("text");
  if (!text || text.textContent === "") return [];
  const [label, frame] = [text.getBBox(), group.querySelector("rect").getBBox()];
  return label.x + label.width > frame.x + frame.width ? [text.textContent] : [];
})`;
/** Size of an image, and a pixel of its lowest row of frames. */
const SHOWN_IMAGE = `async (source) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const { width, height } = image;
  const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  context.drawImage(image, 0, 0);
  return { width, height, colour: [...context.getImageData(width / 2, height - 60, 1, 1).data].slice(0, 3) };
}`;

let browser: Browser;
let page: Page;
let folder: string;
const requests: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stapflame-pictures-"));
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1240, height: 400 } });
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

describe("an interactive SVG", () => {
  beforeEach(async () => {
    const path = join(folder, "a.svg");
    await writeFile(path, [...writeSvg(PROFILE, { interactive: true, title: "A <title>" })].join(""));
    requests.length = 0;
    complaints.length = 0;
    await page.goto(pathToFileURL(path).href);
  });

  const seen = () => page.evaluate<string[]>(SEEN_FRAMES);
  const note = () => page.textContent("#note");
  const dispatch = (name: string, act: string) =>
    page.evaluate(`${FRAMES}.find((group) => nameOf(group) === ${JSON.stringify(name)}).${act}`);
  const clickOn = (name: string) =>
    dispatch(name, 'dispatchEvent(new MouseEvent("click", { bubbles: true }))');

  it("asks nothing of anyone and has no fault to tell", async () => {
    expect(requests.length).toBe(1);
    expect(complaints).toEqual([]);
    expect(await page.locator("b").count()).toBe(0);
    expect((await seen()).length).toBe(14);
  });

  it("zooms by click and back by Escape", async () => {
    const before = await seen();
    await clickOn("parse");
    expect(await seen()).toEqual([
      "all 10 1180",
      "sh (1) 10 1180",
      "main 10 1180",
      "parse 10 1180",
      "read_line 10 885",
    ]);
    await page.keyboard.press("Escape");
    expect(await seen()).toEqual(before);
    await clickOn("parse");
    await page.getByText("Reset zoom").click();
    expect(await seen()).toEqual(before);
  });

  it("zooms by Enter on a frame that has the focus", async () => {
    await dispatch("emit", "focus()");
    expect(await note()).toBe("emit – 20 samples, 20.00%");
    await page.keyboard.press("Enter");
    expect(await seen()).toContain("write 10 1180");
  });

  it("searches by Ctrl-F, and counts each sample once", async () => {
    await page.keyboard.press("Control+f");
    await page.keyboard.type("read_LINE");
    expect(await note()).toBe("2 frames match, 50.00% of all.");
    await page.fill("input", "/main|read/");
    expect(await note()).toBe("4 frames match, 100.00% of all.");
    await page.fill("input", "/(/");
    expect(await note()).toBe("This is no regular expression.");
    await page.fill("input", "operator<");
    expect(await note()).toBe("1 frame matches, 1.00% of all.");
    await page.locator("input").press("Escape");
    expect(await note()).toBe("");
    expect(await page.locator(".m").count()).toBe(0);
  });

  it("tells of the frame under the pointer", async () => {
    const place = (await seen()).findIndex((text) => text.startsWith("read_line "));
    await page.locator(".f rect").nth(place).hover();
    expect(await note()).toBe("read_line – 20 samples, 20.00%");
  });

  it("keeps labels within their frames", async () => {
    const overflow = () => page.evaluate<string[]>(OVERFLOWING_LABELS);
    expect(await overflow()).toEqual([]);
    await clickOn("emit");
    expect(await overflow()).toEqual([]);
  });
});

describe("a PNG", () => {
  it("is what a browser can show, in the size that was asked for", async () => {
    await page.goto("about:blank");
    const url = `data:image/png;base64,${Buffer.from(encodePng(drawPicture(PROFILE, { width: 640 }, 2))).toString("base64")}`;
    const shown = await page.evaluate<{ width: number; height: number; colour: number[] }>(
      `(${SHOWN_IMAGE})(${JSON.stringify(url)})`,
    );
    expect([shown.width, shown.height]).toEqual([1280, (58 + 6 * 17 + 26) * 2]);
    // The root's grey, to the right of its label.
    expect(Math.max(...shown.colour) - Math.min(...shown.colour)).toBeLessThan(10);
    expect(shown.colour[0]).toBeLessThan(240);
  });
});
