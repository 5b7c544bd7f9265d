import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type DebuginfodProgress, debuginfodClient } from "../../../symbolizer/debug-files/debuginfod.ts";
import { debuginfodSettings } from "../../../symbolizer/debug-files/debuginfod-settings.ts";
import { debugFileFinder } from "../../../symbolizer/debug-files/finder.ts";
import { hasDwarf } from "../../../symbolizer/elf/dwarf-file.ts";
import { debianDebuginfod, freePort, spawnText } from "./debian-debuginfod.ts";
import { cSource, idOf, open, put, run, value, workshop } from "./workshop.ts";

const folder = workshop("debuginfod");
/** Build IDs that no server has. */
const unknown = (n: number) => n.toString(16).padStart(40, "0");
let real = "";
let dead = "";
let server: ChildProcess | undefined;
let id = "";
let cache = "";
let round = 0;
const opened: Server[] = [];

beforeAll(async () => {
  put(folder, "served/prog.c", cSource());
  const served = join(folder, "served");
  run(served, "gcc", "-g", "-O1", "-Wl,--build-id", "-o", "prog", join(served, "prog.c"));
  id = idOf(join(served, "prog"));
  run(served, "objcopy", "--strip-debug", "prog", "../bare");
  // An address of its own, for another program may take the port meanwhile.
  dead = `http://127.9.8.7:${await freePort()}`;
  ({ url: real, process: server } = await debianDebuginfod(served, id));
}, 60_000);

afterAll(() => {
  server?.kill();
  for (const http of opened) {
    http.closeAllConnections();
    http.close();
  }
});

beforeEach(() => {
  cache = join(folder, `cache-${++round}`);
});

/** A server of the test's own; counts what it is asked. */
async function fake(answer: RequestListener): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(`${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  opened.push(http);
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked };
}

function client(env: Record<string, string>, progress?: DebuginfodProgress) {
  const settings = debuginfodSettings({ HOME: folder, DEBUGINFOD_CACHE_PATH: cache, ...env });
  if (settings === undefined) throw new Error("no settings");
  return debuginfodClient(settings, progress);
}

/** Nothing half-written stays behind. */
const cached = (buildId: string) => readdirSync(join(cache, buildId)).sort();

describe("with Debian's debuginfod", () => {
  test("debug information, programs and sources come, once, into elfutils' cache", async () => {
    const steps: string[] = [];
    const http = client({ DEBUGINFOD_URLS: real }, (done, total, what) =>
      steps.push(`${done}/${total} ${what}`),
    );
    const path = value(await http.debuginfo(id));
    expect(path).toBe(join(cache, id, "debuginfo"));
    expect(readFileSync(path).equals(readFileSync(join(folder, "served/prog")))).toBe(true);
    const size = statSync(path).size;
    expect(steps.at(-1)).toBe(`${size}/${size} debuginfo of ${id} from ${real}`);
    expect(statSync(path).mtimeMs).toBe(
      Math.floor(statSync(join(folder, "served/prog")).mtimeMs / 1000) * 1000,
    );
    expect(value(await http.executable(id))).toBe(join(cache, id, "executable"));
    const source = value(await http.source(id, join(folder, "served/prog.c")));
    expect(readFileSync(source, "utf8")).toBe(cSource());
    const before = steps.length;
    await http.debuginfo(id);
    expect(steps).toHaveLength(before);
    // Another run finds it in the cache, with no server at all.
    expect(value(await client({ DEBUGINFOD_URLS: dead }).debuginfo(id))).toBe(path);
    // So does elfutils' own client; and ours finds what that has fetched.
    const env = { PATH: process.env.PATH ?? "", DEBUGINFOD_URLS: dead, DEBUGINFOD_CACHE_PATH: cache };
    const theirs = spawnText("debuginfod-find", ["source", id, join(folder, "served/prog.c")], env);
    expect(await theirs).toBe(source);
  });

  test("a miss is remembered for a while, by an empty file as elfutils has it", async () => {
    const miss = unknown(1);
    const { url, asked } = await fake((_, response) => response.writeHead(404).end());
    const ask = () => client({ DEBUGINFOD_URLS: `${real} ${url}` }).debuginfo(miss);
    expect(await ask()).toEqual({ missing: "no debuginfod server has it", absent: true });
    expect(statSync(join(cache, miss, "debuginfo")).size).toBe(0);
    expect((await ask()).missing).toBe("no debuginfod server had it a short while ago");
    expect(asked).toHaveLength(1);
    // Older clients wrote it without permissions.
    chmodSync(join(cache, miss, "debuginfo"), 0);
    utimesSync(join(cache, miss, "debuginfo"), 0, Date.now() / 1000 - 601);
    expect((await ask()).missing).toBe("no debuginfod server has it");
    writeFileSync(join(cache, "cache_miss_s"), "0");
    await ask();
    expect(asked).toHaveLength(3);
    const env = { PATH: process.env.PATH ?? "", DEBUGINFOD_URLS: real, DEBUGINFOD_CACHE_PATH: cache };
    expect(await spawnText("debuginfod-find", ["debuginfo", miss], env)).toBe("");
  });

  test("one of two servers dead: the other's answer counts, a miss is not remembered", async () => {
    const both = client({ DEBUGINFOD_URLS: `${dead} ${real}` });
    expect((await both.debuginfo(id)).found).toBe(join(cache, id, "debuginfo"));
    const answer = await both.debuginfo(unknown(2));
    expect(answer).toEqual({ missing: `${dead} can't be reached (ECONNREFUSED)`, absent: false });
    expect(() => cached(unknown(2))).toThrow("ENOENT");
  });

  test("larger files than DEBUGINFOD_MAXSIZE are refused", async () => {
    const answer = await client({ DEBUGINFOD_URLS: real, DEBUGINFOD_MAXSIZE: "1000" }).debuginfo(id);
    expect(answer).toEqual({ missing: `${real} has a file of more than 1000 bytes`, absent: false });
    expect(
      (await client({ DEBUGINFOD_URLS: real, DEBUGINFOD_MAXSIZE: "100000000" }).debuginfo(id)).found,
    ).toBeDefined();
  });

  test("the finder asks after it has looked here", async () => {
    const binary = { elf: open(join(folder, "bare")), path: join(folder, "bare") };
    const without = await debugFileFinder({ standardFolder: folder }).find(binary);
    expect(without).toEqual({ missing: `no separate debug file for build ID ${id}`, absent: true });
    const debuginfod = client({ DEBUGINFOD_URLS: real });
    const file = value(await debugFileFinder({ standardFolder: folder, debuginfod }).find(binary));
    expect([file.path, hasDwarf(file.elf)]).toEqual([join(cache, id, "debuginfo"), true]);
  });
});

describe("with servers that misbehave", () => {
  const bytes = () => readFileSync(join(folder, "served/prog"));

  test("one that stalls is given up after the time-out, and not asked again", async () => {
    const stalling = await fake((_, response) => response.write("x"));
    const silent = await fake(() => {});
    const slow = client({ DEBUGINFOD_URLS: `${stalling.url} ${silent.url}`, DEBUGINFOD_TIMEOUT: "1" });
    const start = performance.now();
    expect((await slow.debuginfo(id)).missing).toMatch(/^http:\S+ sent only [01] bytes in 1 s$/);
    expect(performance.now() - start).toBeLessThan(6000);
    await slow.debuginfo(unknown(3));
    expect([stalling.asked, silent.asked]).toEqual([
      [`/buildid/${id}/debuginfo`],
      [`/buildid/${id}/debuginfo`],
    ]);
    expect(() => cached(id)).toThrow("ENOENT");
  });

  test("one that takes longer than DEBUGINFOD_MAXTIME, though it sends on and on", async () => {
    const endless = await fake((_, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(50_000)), 5);
      response.on("close", () => clearInterval(timer));
    });
    const answer = await client({ DEBUGINFOD_URLS: endless.url, DEBUGINFOD_MAXTIME: "1" }).debuginfo(id);
    expect(answer.missing).toBe(`${endless.url} needs more than 1 s`);
    const limited = await client({ DEBUGINFOD_URLS: endless.url, DEBUGINFOD_MAXSIZE: "100000" }).debuginfo(
      id,
    );
    expect(limited.missing).toBe(`${endless.url} has a file of more than 100000 bytes`);
    expect(() => cached(id)).toThrow("ENOENT");
  });

  test("one that breaks off is asked again, as often as DEBUGINFOD_RETRY_LIMIT says", async () => {
    let times = 0;
    const broken = await fake((_, response) => {
      times++;
      response.writeHead(200, { "Content-Length": bytes().length });
      if (times < 3) {
        response.write(bytes().subarray(0, 500), () => response.destroy());
      } else response.end(bytes());
    });
    const ask = (limit: string) =>
      client({ DEBUGINFOD_URLS: broken.url, DEBUGINFOD_RETRY_LIMIT: limit }).debuginfo(id);
    expect((await ask("2")).missing).toMatch(/^http:\S+ broke off/);
    times = 0;
    expect((await ask("3")).found).toBeDefined();
    expect([times, cached(id)]).toEqual([3, ["debuginfo"]]);
  });

  test("ones that send something else: the next server's file is taken", async () => {
    const page = await fake((_, response) => response.end("<html>log in first</html>"));
    const other = await fake((_, response) => response.end(Buffer.from(bytes()).fill(0, 0x200, 0x400)));
    const late = await fake((_, response) => setTimeout(() => response.end(bytes()), 300));
    const only = await client({ DEBUGINFOD_URLS: page.url }).debuginfo(id);
    expect(only.missing).toBe(`${page.url} sent a file that is not an ELF file`);
    const urls = `${page.url} ${other.url} ${late.url}`;
    expect((await client({ DEBUGINFOD_URLS: urls }).debuginfo(id)).found).toBe(join(cache, id, "debuginfo"));
    expect(readFileSync(join(cache, id, "debuginfo")).equals(bytes())).toBe(true);
    expect(cached(id)).toEqual(["debuginfo"]);
  });

  test("redirects are followed, headers sent, compression undone", async () => {
    const headers: string[] = [];
    const target = await fake((request, response) => {
      headers.push(`${request.headers["x-token"]} ${request.headers["x-debuginfod-maxsize"]}`);
      response.end(bytes());
    });
    const first = await fake((request, response) => {
      response.writeHead(302, { Location: `${target.url}${request.url}` }).end();
    });
    const file = put(folder, "headers", "X-Token: secret\n\nnonsense\n");
    const env = {
      DEBUGINFOD_URLS: `${first.url}/`,
      DEBUGINFOD_HEADERS_FILE: file,
      DEBUGINFOD_MAXSIZE: "9000000",
    };
    expect((await client(env).debuginfo(id)).found).toBeDefined();
    expect(headers).toEqual(["secret 9000000"]);
    expect(debuginfodSettings(env)?.warnings).toEqual([
      "DEBUGINFOD_HEADERS_FILE: a line is no header and is left out",
    ]);
  });

  test("stop() ends what is under way", async () => {
    const silent = await fake(() => {});
    const http = client({ DEBUGINFOD_URLS: silent.url });
    const answer = http.debuginfo(id);
    setTimeout(() => http.stop(), 50);
    expect((await answer).missing).toBe(`${silent.url} was not waited for`);
  });
});

test("file: URLs are folders laid out like a server", async () => {
  mkdirSync(join(folder, "mirror/buildid", id), { recursive: true });
  copyFileSync(join(folder, "served/prog"), join(folder, "mirror/buildid", id, "debuginfo"));
  const local = client({ DEBUGINFOD_URLS: `file://${folder}/mirror` });
  expect(value(await local.debuginfo(id))).toBe(join(cache, id, "debuginfo"));
  expect((await local.executable(id)).missing).toBe("no debuginfod server has it");
});

test("a cache that can't be written to is said, not thrown", async () => {
  put(folder, "no-folder", "");
  const answer = await client({
    DEBUGINFOD_URLS: real,
    DEBUGINFOD_CACHE_PATH: join(folder, "no-folder"),
  }).debuginfo(id);
  expect(answer.missing).toMatch(/EEXIST|ENOTDIR/);
  expect((await client({ DEBUGINFOD_URLS: real }).debuginfo("../../etc")).missing).toBe("is no build ID");
});

test("what was not used for long is cleaned away, only that", async () => {
  const old = put(cache, `${unknown(7)}/debuginfo`, "old");
  const foreign = put(cache, "notes/debuginfo", "mine");
  const young = put(cache, `${unknown(8)}/debuginfo`, "young");
  for (const path of [old, foreign]) utimesSync(path, 0, 0);
  put(cache, "max_unused_age_s", "0");
  put(cache, "cache_clean_interval_s", "10");
  utimesSync(join(cache, "cache_clean_interval_s"), 0, 0);
  // The time of the last change of a file can't be set back, so "not used for 0 seconds" and a moment's wait.
  await new Promise((resolve) => setTimeout(resolve, 20));
  utimesSync(young, Date.now() / 1000 + 1000, 0);
  await client({ DEBUGINFOD_URLS: dead }).debuginfo(unknown(9));
  expect(readdirSync(cache).sort()).toEqual(
    [unknown(8), "cache_clean_interval_s", "cache_miss_s", "max_unused_age_s", "notes"].sort(),
  );
});

describe("settings", () => {
  test("are elfutils' own", () => {
    expect(debuginfodSettings({})).toBeUndefined();
    expect(debuginfodSettings({ DEBUGINFOD_URLS: " " })).toBeUndefined();
    const settings = debuginfodSettings({
      HOME: "/nowhere",
      DEBUGINFOD_URLS: "https://a.example/ http://b.example ftp://c ima:enforcing https://a.example",
      DEBUGINFOD_TIMEOUT: "-1",
      DEBUGINFOD_PROGRESS: "1",
      DEBUGINFOD_MAXSIZE: "nonsense",
    });
    expect(settings).toEqual({
      servers: ["https://a.example", "http://b.example"],
      cacheFolder: "/nowhere/.cache/debuginfod_client",
      timeout: 0,
      maxTime: 0,
      maxSize: 0,
      attempts: 2,
      headers: [],
      proxies: { http: undefined, https: undefined, noProxy: "" },
      progress: true,
      warnings: [
        "DEBUGINFOD_URLS: ftp://c is no http, https or file URL",
        "DEBUGINFOD_URLS: signatures (ima:enforcing) are not checked",
      ],
    });
    expect(debuginfodSettings({ DEBUGINFOD_URLS: "http://a" })?.timeout).toBe(90_000);
  });

  test("find the cache folder where elfutils does", () => {
    const at = (env: Record<string, string>) =>
      debuginfodSettings({ DEBUGINFOD_URLS: "http://a", ...env })?.cacheFolder;
    expect(at({ HOME: folder, XDG_CACHE_HOME: "/xdg" })).toBe("/xdg/debuginfod_client");
    expect(at({ HOME: folder, DEBUGINFOD_CACHE_PATH: "/own" })).toBe("/own");
    mkdirSync(join(folder, "home/.debuginfod_client_cache"), { recursive: true });
    expect(at({ HOME: join(folder, "home"), XDG_CACHE_HOME: "/xdg" })).toBe(
      join(folder, "home/.debuginfod_client_cache"),
    );
  });
});
