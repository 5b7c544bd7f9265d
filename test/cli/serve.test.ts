import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { columnsForPage } from "../../cli/page.ts";
import { type Answer, answer, type Desk, type Question } from "../../cli/serve/answer.ts";
import { Library } from "../../cli/serve/library.ts";
import { overviewOf } from "../../cli/serve/overview.ts";
import { PART_BYTES, packProfile } from "../../cli/serve/pack.ts";
import type { Pack } from "../../cli/serve/pack-process.ts";
import { servedPage } from "../../cli/serve/served-page.ts";
import { isAuthorized, newToken } from "../../cli/serve/token.ts";
import { decodeColumns } from "../../profile/formats/columns.ts";
import { writePprofFile } from "../../profile/node/pprof-file.ts";
import type { Profile } from "../../profile/profile.ts";
import type { ServedState } from "../../viewer/served/messages.ts";
import { bigProfile, deepProfile, demoProfile } from "../browser/demo-profile.ts";
import { plainSamples, totalSamples } from "../setup/samples.ts";
import { madeProfile, profileOf } from "../viewer/made-profile.ts";
import { arbitraryStacks } from "./view/stacks.ts";
import { wordyProfile } from "./wordy-profile.ts";

const folder = mkdtempSync(join(tmpdir(), "stapflame-serve-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TOKEN = newToken();
const TEMPLATE = `<!doctype html><meta
  http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'unsafe-inline'" />
<script type="text/plain" id="stapflame-profile"></script>`;

/** Packs here instead of in another process. */
const packHere: Pack = (path, tell) => ({
  done: (async () => {
    for await (const message of packProfile(path, overviewOf)) tell(message);
  })(),
  stop: () => {},
});

async function deskOf(...profiles: Profile[]): Promise<Desk & { paths: string[] }> {
  const paths = await Promise.all(
    profiles.map(async (profile, index) => {
      const path = join(folder, `${index}-${Math.random()}.pb.gz`);
      await writePprofFile(profile, path);
      return path;
    }),
  );
  return { token: TOKEN, library: new Library(paths, packHere), template: TEMPLATE, paths };
}

const question = (target: string, more: Partial<Question> = {}): Question => ({
  method: "GET",
  target,
  host: "127.0.0.1:8000",
  authorization: `Bearer ${TOKEN}`,
  acceptEncoding: "gzip, br",
  hasBody: false,
  ...more,
});
const parsed = (found: Answer): unknown => JSON.parse(Buffer.from(found.body).toString());

async function ready(desk: Desk, index = 0) {
  for (;;) {
    const found = await answer(question(`/data/profiles/${index}?overview`), desk);
    const state = parsed(found) as ServedState;
    if (state.state === "ready") return state;
    if (state.state === "failed") throw new Error(state.sentence);
  }
}

/** A piece as a browser would have it. */
async function piece(desk: Desk, path: string): Promise<Uint8Array> {
  const { status, headers, body } = await answer(question(path), desk);
  expect(status).toBe(200);
  return headers["Content-Encoding"] === "gzip" ? gunzipSync(body) : body;
}

describe("a profile by parts", () => {
  it("put together is what a page would hold", async () => {
    const profile = wordyProfile();
    const desk = await deskOf(profile);
    const { manifest } = await ready(desk);
    expect(manifest.parts).toBe(3);
    const parts = await Promise.all(
      Array.from({ length: manifest.parts }, (_, part) =>
        piece(desk, `/data/profiles/0/${manifest.version}/${part}`),
      ),
    );
    for (const part of parts.slice(0, -1)) expect(part.length).toBe(PART_BYTES);
    const whole = Buffer.concat(parts);
    expect(whole.length).toBe(manifest.bytes);
    expect(whole.equals(columnsForPage(profile))).toBe(true);
    expect(totalSamples(plainSamples(decodeColumns(new Uint8Array(whole))))).toBe(
      totalSamples(plainSamples(profile)),
    );
  });

  it("is sent packed only to who unpacks it", async () => {
    const desk = await deskOf(demoProfile());
    const { manifest } = await ready(desk);
    const address = `/data/profiles/0/${manifest.version}/0`;
    const packed = await answer(question(address), desk);
    const plain = await answer(question(address, { acceptEncoding: undefined }), desk);
    expect(packed.headers["Content-Encoding"]).toBe("gzip");
    expect(packed.body.length).toBeLessThan(plain.body.length * 0.9);
    expect(plain.headers).not.toHaveProperty("Content-Encoding");
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    // Not as a Buffer, whose slices are no copies.
    expect(decodeColumns(new Uint8Array(plain.body))).toEqual(decodeColumns(columnsForPage(demoProfile())));
  });

  it("is read anew when the file changes, and old pieces are gone", async () => {
    const desk = await deskOf(profileOf("main;old 3"));
    const before = await ready(desk);
    const place = `/data/profiles/0/${before.manifest.version}`;
    const isCurrent = async (address: string) => parsed(await answer(question(address), desk));
    expect(await isCurrent(place)).toEqual({ current: true });
    await writePprofFile(profileOf("main;new 4\nmain;newer 5"), desk.paths[0]);
    expect(await isCurrent(place)).toEqual({ current: false });
    expect((await answer(question(`${place}/0`), desk)).status).toBe(410);
    const after = await ready(desk);
    expect(after.manifest.version).not.toBe(before.manifest.version);
    expect(after.overview.name).toContain("newer");
    // The same bytes with another time may be another file: only asking tells.
    utimesSync(desk.paths[0], new Date(), new Date(1000));
    expect(await isCurrent(`/data/profiles/0/${after.manifest.version}`)).toEqual({ current: false });
  });

  it("that can't be read is told in a sentence, the others stay", async () => {
    const desk = await deskOf(profileOf("main 1"), demoProfile());
    writeFileSync(desk.paths[0], "no profile");
    const state = parsed(await answer(question("/data/profiles/0"), desk));
    expect(state).toMatchObject({ state: "failed", sentence: expect.stringContaining(desk.paths[0]) });
    await ready(desk, 1);
    const list = parsed(await answer(question("/data/profiles"), desk));
    expect(list).toMatchObject([
      { name: desk.paths[0], size: "10 B", problem: expect.any(String) },
      { name: desk.paths[1], facts: { target: "all processes", weight: "4,044 samples", host: "web-3" } },
    ]);
  });
});

describe("reading", () => {
  it("is done for one file at a time, however many are asked for", async () => {
    const paths = (await deskOf(profileOf("a 1"), profileOf("b 2"), profileOf("c 3"))).paths;
    let running = 0;
    let most = 0;
    let packings = 0;
    const library = new Library(paths, (path, tell) => {
      packings++;
      most = Math.max(most, ++running);
      const { done, stop } = packHere(path, tell);
      return { done: done.finally(() => running--), stop };
    });
    library.readAll();
    await Promise.all([0, 1, 2, 2, 1, 0].map((index) => library.problem(index)));
    expect([most, packings]).toEqual([1, 3]);
  });
});

describe("the first picture", () => {
  it("has every wide frame at its place", () => {
    fc.assert(
      fc.property(arbitraryStacks, (profile) => {
        const { name, depth, left, width } = overviewOf(profile);
        const samples = plainSamples(profile);
        const all = totalSamples(samples);
        expect(width[0]).toBe(1);
        for (const process of new Set(samples.map(({ labels }) => labels.comm))) {
          const share = totalSamples(samples.filter(({ labels }) => labels.comm === process)) / all;
          const box = name.findIndex((text, at) => depth[at] === 1 && text.startsWith(`${process} `));
          expect(width[box]).toBeCloseTo(share, 4);
        }
        // Callees lie in their callers and beside each other.
        for (let box = 1; box < name.length; box++) {
          let caller = box - 1;
          while (depth[caller] >= depth[box]) caller--;
          expect(depth[caller]).toBe(depth[box] - 1);
          expect(left[box]).toBeGreaterThanOrEqual(left[caller] - 1e-4);
          expect(left[box] + width[box]).toBeLessThanOrEqual(left[caller] + width[caller] + 1e-4);
        }
      }),
    );
  });

  it("is bounded for deep, wide and empty profiles, and long names", () => {
    expect(overviewOf(deepProfile(5000)).name.length).toBeLessThan(210);
    expect(overviewOf(bigProfile(3000)).name.length).toBeLessThanOrEqual(4000);
    const long = overviewOf(profileOf(`main;${"x".repeat(100_000)} 1`));
    expect(Math.max(...long.name.map((text) => text.length))).toBe(200);
    expect(overviewOf(madeProfile([])).name).toEqual([]);
  });
});

describe("who may ask what", () => {
  it.each([
    ["no token", { authorization: undefined }, 401],
    ["a wrong token", { authorization: `Bearer ${newToken()}` }, 401],
    ["a part of the token", { authorization: `Bearer ${TOKEN.slice(1)}` }, 401],
    ["another scheme", { authorization: `Basic ${TOKEN}` }, 401],
    ["another name of this machine", { host: "evil.example:8000" }, 403],
    ["a name that begins alike", { host: "127.0.0.1.evil.example" }, 403],
    ["localhost.evil", { host: "localhost.evil:8000" }, 403],
    ["no host", { host: undefined }, 403],
    ["POST", { method: "POST" }, 405],
    ["OPTIONS", { method: "OPTIONS" }, 405],
    ["a body", { hasBody: true }, 413],
    ["localhost", { host: "localhost:9" }, 200],
    ["::1 through another port", { host: "[::1]:9999" }, 200],
    ["HEAD", { method: "HEAD" }, 200],
  ])("%s", async (_, more, status) => {
    const desk = await deskOf(profileOf("main 1"));
    const found = await answer(question("/data/profiles", more), desk);
    expect(found.status).toBe(status);
    expect(found.headers).toMatchObject({
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "X-Frame-Options": "DENY",
      "Content-Security-Policy": expect.stringContaining("frame-ancestors 'none'"),
    });
  });

  it.each([
    "/nothing",
    "/profiles/1",
    "/profiles/0/x",
    "/data",
    "/data/profiles/",
    "/data/profiles/7",
    "/data/profiles/-1",
    "/data/profiles/0x0",
    "/data/profiles/0/../../etc/passwd",
    "/../../../etc/passwd",
    "//evil.example/",
    "http://evil.example/",
    "*",
    "",
    "/data/profiles/0/VERSION/99",
    "/data/profiles/0/VERSION/sources",
  ])("finds nothing at %s", async (target) => {
    const desk = await deskOf(profileOf("main 1"));
    const { manifest } = await ready(desk);
    expect((await answer(question(target.replace("VERSION", manifest.version)), desk)).status).toBe(404);
  });

  it("whatever the target, there is an answer, and none without the token that tells of a profile", async () => {
    const desk = await deskOf(profileOf("main;secret_function 1"));
    await ready(desk);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.webPath({ size: "small" }),
          fc.string().map((text) => `/data/${text}`),
        ),
        async (target) => {
          const found = await answer(question(target, { authorization: undefined }), desk);
          expect([200, 401, 404]).toContain(found.status);
          expect(Buffer.from(found.body).toString()).not.toContain("secret_function");
        },
      ),
    );
  });

  it("the page needs no token, and may ask its own server only", async () => {
    const one = await deskOf(profileOf("main 1"));
    const page = await answer(question("/", { authorization: undefined }), one);
    expect(page.headers["Content-Security-Policy"]).toBe(
      "default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
    );
    expect(Buffer.from(page.body).toString()).toContain(
      `content="default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'" />\n<script type="text/plain" id="stapflame-profile" data-served="0">`,
    );
    const two = await deskOf(profileOf("main 1"), profileOf("main 2"));
    expect(Buffer.from((await answer(question("/"), two)).body).toString()).toContain('data-served="list"');
    expect(Buffer.from((await answer(question("/profiles/1"), two)).body).toString()).toContain(
      'data-served="1"',
    );
    expect(() => servedPage("<html>", "0")).toThrow("build it again");
  });

  it("a token has 128 bits, and none is like another", () => {
    const tokens = new Set(Array.from({ length: 1000 }, newToken));
    expect(tokens.size).toBe(1000);
    for (const token of tokens) {
      expect(Buffer.from(token, "base64url").length).toBe(16);
      expect(isAuthorized(`Bearer ${token}`, token)).toBe(true);
      expect(isAuthorized(`Bearer ${token}x`, token)).toBe(false);
    }
    expect(isAuthorized("Bearer ", "")).toBe(false);
  });
});
