import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { test } from "vitest";
import { decodeColumns, encodeColumns } from "../../../profile/formats/columns.ts";
import type { Profile } from "../../../profile/profile.ts";
import { largeProfile } from "../../viewer/large-profile.ts";
import { d3FlameGraphPage, type PeerPage, serve, speedscopePage, stapflamePage } from "./peer-pages.ts";

/**
 * The page against other viewers in the same Chromium, taking turns, each with the same made profile and over HTTP from this
 * machine. A fresh browser for each opening (`STAPFLAME_OPENINGS=1`: one). It is Chromium as it comes up where there is no graphics card: it draws
 * pages by the processor, and has WebGL, in which speedscope draws, by SwiftShader.
 * flamegraph.pl is not to be had from Debian's or npm's packages, so it is not among them.
 *
 *     picture   milliseconds from asking for the page until its first frames are on the screen; median of the openings
 *     CPU       of all the browser's processes until then and half a second after: what is left when the clock is others' too
 *     zoom      from the event to the next picture, p50 and p95; and CPU a zoom until all has come to rest
 *     search    from the text's being there to the answer's being on the screen
 *     memory    proportional share (PSS) of the page's process at the end
 *     file      what has to be kept: our page with all that draws it, the others' data only, gzipped
 *     data      what of that is the profile
 */
const OPENINGS = Number(process.env.STAPFLAME_OPENINGS ?? 3);
const ZOOMS = 24;
const VIEWERS = { stapflame: stapflamePage, speedscope: speedscopePage, "d3-flame-graph": d3FlameGraphPage };
/** Some of them only: `STAPFLAME_VIEWERS=stapflame,speedscope`. */
const WANTED = process.env.STAPFLAME_VIEWERS?.split(",");
/** Who has drawn nothing by then is told as such. */
const PATIENCE_MS = 60_000;
const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface Figures {
  picture: number;
  cpu: number;
  zooms: number[];
  zoomCpu: number;
  search: number;
  memory: number;
}

test.each([1e4, 1e5, 1e6, 5e6])("viewers: %d stack nodes", async (nodes) => {
  // As the page has it: what our format leaves out is not in the others' data either.
  const profile: Profile = decodeColumns(gunzipSync(gzipSync(encodeColumns(largeProfile({ nodes })))));
  const lines = [
    `${nodes.toLocaleString("en")} stack nodes`.padEnd(22) +
      "  picture      CPU   zoom p50 / p95   CPU a zoom   search    memory      file       data",
  ];
  const makers = Object.entries(VIEWERS)
    .filter(([name]) => WANTED?.includes(name) ?? true)
    .map(([, make]) => make);
  const runs = makers.map(() => [] as (Figures | string)[]);
  const peers: PeerPage[] = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    for (const [at, make] of makers.entries()) {
      // Who could not once is not asked again.
      if (runs[at].some((run) => typeof run === "string")) continue;
      const run = await measureOnce(() => {
        peers[at] ??= make(profile);
        return peers[at];
      });
      runs[at].push(run);
      const name = peers[at]?.name ?? make.name;
      process.stderr.write(`${name}: ${typeof run === "string" ? run : `${run.picture.toFixed(0)} ms`}\n`);
    }
  }
  for (const [at, make] of makers.entries())
    lines.push(row(peers[at]?.name ?? make.name, peers[at], runs[at]));
  console.log(lines.join("\n"));
});

/** Why it could not be measured, where it could not. */
async function measureOnce(make: () => PeerPage): Promise<Figures | string> {
  let browser: Browser | undefined;
  try {
    const peer = make();
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
    return await measure(browser, peer);
  } catch (error) {
    return String(error).split("\n")[0];
  } finally {
    await browser?.close();
  }
}

async function measure(browser: Browser, peer: PeerPage): Promise<Figures> {
  using server = await serve(peer);
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 }, bypassCSP: true });
  await page.addInitScript(watchFor(peer.shown));
  const idle = (await processes(browser)).cpu;
  await page.goto(server.url, { timeout: PATIENCE_MS, waitUntil: "commit" });
  await page.waitForFunction("window.benchPicture !== undefined", undefined, { timeout: PATIENCE_MS });
  await page.waitForTimeout(500);
  const picture = await page.evaluate<number>("window.benchPicture");
  const cpu = (await processes(browser)).cpu - idle;

  await peer.prepare(page);
  const before = (await processes(browser)).cpu;
  const zooms: number[] = [];
  for (let zoom = 0; zoom < ZOOMS; zoom++) {
    await page.evaluate(watchNextPicture);
    if (zoom % 2 === 0) await peer.zoomIn(page, (zoom * 0.37) % 1, 2 + ((zoom / 2) % 5));
    else await peer.zoomOut(page);
    await page.waitForFunction("window.benchZoom !== undefined", undefined, { timeout: PATIENCE_MS });
    zooms.push(await page.evaluate<number>("window.benchZoom"));
    await page.waitForTimeout(400);
  }
  const zoomCpu = ((await processes(browser)).cpu - before) / ZOOMS;
  zooms.sort((a, b) => a - b);

  await peer.openSearch(page);
  await page.waitForTimeout(200);
  const search = await page.evaluate<number>(`(async () => {
    const asked = performance.now();
    ${peer.search("parse")};
    while (!(${peer.answered}) && performance.now() - asked < ${PATIENCE_MS}) await new Promise(requestAnimationFrame);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - asked;
  })()`);
  const { memory } = await processes(browser);
  return { picture, cpu, zooms, zoomCpu, search, memory };
}

/** Notes when `condition` has become true and the picture that shows it is made. */
function watchFor(condition: string): string {
  return `{
    const look = () => {
      if (document.body && (${condition})) requestAnimationFrame(() => setTimeout(() => { window.benchPicture = performance.now(); }));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`;
}

/** Notes the milliseconds from the next event by which a viewer zooms to the end of the picture after it. */
const watchNextPicture = `{
  window.benchZoom = undefined;
  const start = () => {
    for (const kind of kinds) removeEventListener(kind, start, true);
    const at = performance.now();
    requestAnimationFrame(() => setTimeout(() => { window.benchZoom = performance.now() - at; }));
  };
  const kinds = ["click", "dblclick", "keydown"];
  for (const kind of kinds) addEventListener(kind, start, true);
}`;

/** Milliseconds of CPU of all the browser's processes, and bytes of the largest page's. */
async function processes(browser: Browser): Promise<{ cpu: number; memory: number }> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  await devtools.detach();
  const memory = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      const rollup = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
      return 1024 * Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? Number.NaN);
    });
  return {
    cpu: 1e3 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0),
    memory: Math.max(...memory),
  };
}

function row(name: string, peer: PeerPage | undefined, runs: (Figures | string)[]): string {
  const failed = runs.find((run) => typeof run === "string");
  const good = runs.filter((run) => typeof run !== "string");
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`.padStart(11);
  const file = peer === undefined ? "" : kib(peer.fileBytes) + kib(peer.dataBytes);
  if (failed !== undefined) return `${name.padEnd(22)}${file}  ${failed}`;
  const median = (of: (run: Figures) => number) =>
    good.map(of).sort((a, b) => a - b)[Math.floor(good.length / 2)];
  const ms = (value: number, width: number) => `${value.toFixed(0)} ms`.padStart(width);
  const zoom = (share: number) =>
    median(({ zooms }) => zooms[Math.min(zooms.length - 1, Math.floor(zooms.length * share))]);
  return (
    name.padEnd(22) +
    ms(
      median((run) => run.picture),
      9,
    ) +
    ms(
      median((run) => run.cpu),
      9,
    ) +
    ms(zoom(0.5), 9) +
    ms(zoom(0.95), 8) +
    ms(
      median((run) => run.zoomCpu),
      13,
    ) +
    ms(
      median((run) => run.search),
      9,
    ) +
    `${(median((run) => run.memory) / 2 ** 20).toFixed(0)} MiB`.padStart(10) +
    file
  );
}
