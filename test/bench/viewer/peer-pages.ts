import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { buildCallTree, type CallTree } from "../../../profile/call-tree.ts";
import { frameName } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";
import { slimForPage } from "../../../profile/slim.ts";
import { profileHtml } from "../../browser/page.ts";
import { ROOT } from "../../setup/build.ts";
import { speedscopeJson } from "./speedscope-json.ts";

/** The viewers that are compared, each with one profile: what is opened, and how a person zooms and searches there. */
export interface PeerPage {
  name: string;
  /** What the server has at a path; the page itself is at `address`. */
  file(path: string): Served | undefined;
  address: string;
  /** What a person has to keep or send: the page with its data, or the data where the viewer is elsewhere. */
  fileBytes: number;
  /** What of that is the profile, without the viewer. */
  dataBytes: number;
  /** JavaScript that is true when the first picture of the profile is in the page. */
  shown: string;
  /** Brings the page into the view that is compared, after the first picture. */
  prepare(page: Page): Promise<void>;
  /** Zooms into what is drawn at a part of the width and in a row from the root. */
  zoomIn(page: Page, x: number, row: number): Promise<void>;
  zoomOut(page: Page): Promise<void>;
  /** Makes ready to search. */
  openSearch(page: Page): Promise<void>;
  /** JavaScript that begins a search for `text`. */
  search(text: string): string;
  /** JavaScript that is true when a search has been answered. */
  answered: string;
}

export interface Served {
  bytes: Uint8Array;
  gzipped: boolean;
}

const MODULES = join(ROOT, "node_modules");
/** Level of gzip for all data, so that sizes compare. */
const LEVEL = 6;

export function stapflamePage(profile: Profile): PeerPage {
  const html = Buffer.from(profileHtml(slimForPage(profile, { keepSlices: false }), "stapflame"));
  const click = async (page: Page, selector: string, at: number) => {
    const frames = page.locator(selector);
    const count = await frames.count();
    await frames.nth(Math.min(count - 1, Math.floor(count * at))).dispatchEvent("click");
  };
  return {
    name: "stapflame",
    file: filesOf({ "/page.html": { bytes: html, gzipped: false } }),
    address: "/page.html",
    fileBytes: html.length,
    dataBytes: /id="stapflame-profile">([^<]*)/.exec(html.toString("latin1"))?.[1].length ?? Number.NaN,
    shown: 'document.querySelector("g.frame") !== null',
    prepare: async () => {},
    zoomIn: (page, x) => click(page, "g.frame:not(.thin) rect", x),
    zoomOut: (page) => click(page, "g.root rect", 0),
    openSearch: async () => {},
    search: (text) => setField("#search", text),
    answered: 'document.querySelector("#search-result").textContent.trim() !== ""',
  };
}

/** speedscope as it is published, in its “left heavy” view: the one in which equal stacks are one, as in a flame graph. */
export function speedscopePage(profile: Profile): PeerPage {
  const folder = join(MODULES, "speedscope/dist/release");
  const json = gzipSync(speedscopeJson(profile, { threads: false }), { level: LEVEL });
  const made = filesOf({ "/profile.json": { bytes: json, gzipped: true } });
  return {
    name: "speedscope 1.25",
    file: (path) => made(path) ?? fileIn(folder, path),
    address: "/index.html#profileURL=/profile.json",
    fileBytes: json.length,
    dataBytes: json.length,
    shown: 'document.querySelectorAll("canvas").length > 1',
    async prepare(page) {
      await page.keyboard.press("2");
      await page.waitForTimeout(500);
    },
    zoomIn: (page, x, row) => page.mouse.dblclick(20 + x * 1000, 165 + row * 20),
    zoomOut: (page) => page.keyboard.press("0"),
    openSearch: (page) => page.keyboard.press("Control+f"),
    search: (text) => setField("input:not([type])", text),
    answered: "/[?\\d]\\/\\d+/.test(document.body.innerText)",
  };
}

function filesOf(files: Record<string, Served>): (path: string) => Served | undefined {
  return (path) => (Object.hasOwn(files, path) ? files[path] : undefined);
}

function fileIn(folder: string, path: string): Served | undefined {
  const file = join(folder, path);
  return existsSync(file) ? { bytes: readFileSync(file), gzipped: false } : undefined;
}

/** d3-flame-graph with nothing around it, as its README shows, told not to draw what is narrower than a pixel. */
export function d3FlameGraphPage(profile: Profile): PeerPage {
  const script = (path: string) => readFileSync(path, "utf8").replaceAll("</script", "<\\/script");
  const d3 = join(MODULES, "d3/dist/d3.min.js");
  const chart = join(MODULES, "d3-flame-graph/dist/d3-flamegraph.umd.min.js");
  const html =
    Buffer.from(`<!doctype html><meta charset="utf-8"><title>d3-flame-graph</title><div id="chart"></div>
<script>${script(d3)}</script><script>${script(chart)}</script><script>
fetch("/tree.json").then((answer) => answer.json()).then((tree) => {
  window.chart = flamegraph.default().width(1560).minFrameSize(1).transitionDuration(0);
  d3.select("#chart").datum(tree).call(chart);
});</script>`);
  const json = gzipSync(nestedJson(buildCallTree(profile, { groupBy: "none" })), { level: LEVEL });
  return {
    name: "d3-flame-graph 5.0",
    file: filesOf({
      "/page.html": { bytes: html, gzipped: false },
      "/tree.json": { bytes: json, gzipped: true },
    }),
    address: "/page.html",
    fileBytes: json.length,
    dataBytes: json.length,
    shown: 'document.querySelector("g.frame") !== null',
    prepare: async () => {},
    async zoomIn(page, x) {
      const frames = page.locator("g.frame");
      await frames.nth(Math.floor((await frames.count()) * x)).dispatchEvent("click");
    },
    // The root is drawn first.
    zoomOut: (page) => page.locator("g.frame").first().dispatchEvent("click"),
    openSearch: async () => {},
    search: (text) => `chart.search(${JSON.stringify(text)})`,
    answered: "true",
  };
}

/** The tree as nested objects, leaf rows and all. */
function nestedJson(tree: CallTree): Buffer {
  const parts: Buffer[] = [];
  let text = "";
  const open: number[] = [];
  for (let row = 0; row < tree.length; row++) {
    while (open.length > 0 && open[open.length - 1] <= row) {
      open.pop();
      text += "]}";
    }
    if (row > 0 && !text.endsWith("[")) text += ",";
    const name = JSON.stringify(frameName(tree.frames, tree.frame[row]));
    text += `{"name":${name},"value":${tree.total[row]},"children":[`;
    open.push(tree.subtreeEnd[row]);
    if (text.length > 1 << 20) {
      parts.push(Buffer.from(text.slice(0, -1)));
      text = text.slice(-1);
    }
  }
  parts.push(Buffer.from(text + "]}".repeat(open.length)));
  return Buffer.concat(parts);
}

function setField(selector: string, text: string): string {
  return `{ const field = document.querySelector(${JSON.stringify(selector)});
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, ${JSON.stringify(text)});
    field.dispatchEvent(new Event("input", { bubbles: true })); }`;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
};

/** Serves one viewer on this machine until it is disposed. */
export async function serve(peer: PeerPage): Promise<Disposable & { url: string }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split(/[?#]/)[0];
    const file = peer.file(path);
    if (!file) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
    if (file.gzipped) response.setHeader("content-encoding", "gzip");
    response.end(file.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { url: `http://127.0.0.1:${address.port}${peer.address}`, [Symbol.dispose]: () => server.close() };
}
