import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childrenOf } from "../../collector/targets.ts";
import { decodeColumns } from "../../profile/formats/columns.ts";
import { writePprofFile } from "../../profile/node/pprof-file.ts";
import type { ServedState } from "../../viewer/served/messages.ts";
import { wordyProfile } from "../cli/wordy-profile.ts";
import { profileOf } from "../viewer/made-profile.ts";
import { CLI, plainSamples, Scratch, stapflame, totalSamples, until } from "./harness.ts";

/** `stapflame serve` as built, over real sockets. */

const scratch = new Scratch();
const small = scratch.file("small.pb.gz");
const big = scratch.file("big.pb.gz");
beforeAll(async () => {
  await writePprofFile(profileOf("main;work;sort 30\nmain;wait 12"), small);
  await writePprofFile(wordyProfile(), big);
});
afterAll(() => scratch[Symbol.dispose]());

class Served implements Disposable {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(process.execPath, [CLI, "serve", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) =>
      this.child.once("close", (code, signal) => resolve({ code, signal })),
    );
  }

  static async start(...args: string[]): Promise<Served> {
    const served = new Served(args);
    await until(() => served.stdout.includes("\n") || served.child.exitCode !== null, 20_000, "the address");
    return served;
  }

  get url(): URL {
    return new URL(this.stdout.trim());
  }

  get port(): number {
    return Number(this.url.port);
  }

  get token(): string {
    return this.url.hash.replace("#token=", "");
  }

  get(path: string, token = this.token): Promise<Response> {
    return fetch(new URL(path, this.url.origin), { headers: { Authorization: `Bearer ${token}` } });
  }

  async ready(index = 0): Promise<Extract<ServedState, { state: "ready" }>> {
    for (;;) {
      const state = (await (await this.get(`/data/profiles/${index}?overview`)).json()) as ServedState;
      if (state.state === "ready") return state;
      if (state.state === "failed") throw new Error(state.sentence);
    }
  }

  /** Sends raw bytes and gives all that comes back until the server closes, or nothing comes for long. */
  raw(bytes: string, host = "127.0.0.1"): Promise<string> {
    return new Promise((resolve, reject) => {
      let received = "";
      const socket = connect(this.port, host, () => socket.write(bytes));
      socket.setTimeout(15_000, () => socket.destroy(new Error("the server neither answered nor closed")));
      socket.setEncoding("latin1").on("data", (text: string) => (received += text));
      socket
        .on("close", () => resolve(received))
        .on("error", (error) => (received ? resolve(received) : reject(error)));
    });
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL");
  }
}

/** "" of a process that has ended. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

describe("a served profile", () => {
  test("comes whole, by parts, packed where that pays", async () => {
    using served = await Served.start(big);
    expect(served.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{22}\n$/);
    const { manifest, overview } = await served.ready();
    expect(overview.name[0]).toBe("all");
    expect(manifest.parts).toBe(3);
    const parts = await Promise.all(
      Array.from({ length: manifest.parts }, async (_, part) => {
        const response = await served.get(`/data/profiles/0/${manifest.version}/${part}`);
        expect(response.headers.get("content-encoding")).toBe("gzip");
        return new Uint8Array(await response.arrayBuffer());
      }),
    );
    const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
    expect(whole.length).toBe(manifest.bytes);
    expect(totalSamples(plainSamples(decodeColumns(whole)))).toBe(totalSamples(plainSamples(wordyProfile())));
  });

  test("may be of any format, also one that is named", async () => {
    const folded = scratch.file("some.txt");
    writeFileSync(folded, "main;work;sort 30\nmain;wait 12\n");
    using served = await Served.start("--from", "folded", folded);
    expect((await served.ready()).overview.name).toEqual(
      expect.arrayContaining(["main", "work", "sort", "wait"]),
    );
  });

  test("is to be had with the token only, and HEAD has no body", async () => {
    using served = await Served.start(small);
    expect((await served.get("/data/profiles", "x".repeat(22))).status).toBe(401);
    expect((await fetch(new URL("/data/profiles", served.url.origin))).status).toBe(401);
    const page = await fetch(served.url.origin);
    expect(page.status).toBe(200);
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    const head = await fetch(new URL("/data/profiles", served.url.origin), {
      method: "HEAD",
      headers: { Authorization: `Bearer ${served.token}` },
    });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(10);
    // The token is on no command line, where others could read it.
    const lines = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => commandLine(Number(pid)));
    expect(lines.filter((line) => line.includes(small)).length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes(served.token))).toEqual([]);
  });

  test("is reached on the loopback, IPv4 and IPv6, and nowhere else", async () => {
    using served = await Served.start(small);
    const hex = served.port.toString(16).toUpperCase().padStart(4, "0");
    const listening = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
      readFileSync(path, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A")
        .map(([, local]) => local.split(":")[0]),
    );
    expect(listening).toEqual(["0100007F", "00000000000000000000000001000000"]);
    expect(await served.raw("GET / HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n", "::1")).toMatch(
      /^HTTP\/1.1 200/,
    );
  });
});

describe("hostile requests", () => {
  test.each([
    ["another name", "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 403],
    ["no name", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    [
      "two names",
      "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
      403,
    ],
    ["HTTP/1.0 without a name", "GET / HTTP/1.0\r\n\r\n", 403],
    [
      "an absolute target",
      "GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
      404,
    ],
    ["a way out", "GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 404],
    [
      "an encoded way out",
      "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
      404,
    ],
    [
      "POST",
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
      405,
    ],
    ["a body", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413],
    ["a long header", `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, 431],
    ["a long target", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, 431],
    ["no HTTP", "\x16\x03\x01\x02\x00 hello\r\n\r\n", 400],
    [
      "two lengths",
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    [
      "an upgrade",
      "GET /data/profiles HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n",
      401,
    ],
  ])("%s", async (_, bytes, status) => {
    using served = await shared();
    expect(await served.raw(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("slow ones and too many are cut off, and others are answered then", async () => {
    using served = await shared();
    const start = performance.now();
    const slow = Array.from({ length: 80 }, () => connect(served.port, "127.0.0.1"));
    let closed = 0;
    for (const socket of slow) {
      socket
        .resume()
        .on("error", () => {})
        .on("close", () => closed++);
      socket.write("GET / HTTP/1.1\r\nHost: 127");
    }
    // More than are allowed are refused at once, the others when their time is over.
    await until(() => closed >= 16, 4000, "the connections beyond the limit to be refused");
    await until(() => closed === slow.length, 15_000, "the slow connections to be closed");
    expect(performance.now() - start).toBeGreaterThan(3000);
    expect((await served.get("/data/profiles")).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });

  /** One server for all of them: it has to live on. */
  let one: Served | undefined;
  async function shared(): Promise<Served & Disposable> {
    one ??= await Served.start(small);
    const served = one;
    expect(served.child.exitCode).toBeNull();
    return Object.assign(Object.create(served), { [Symbol.dispose]: () => {} });
  }
  afterAll(() => one?.[Symbol.dispose]());
});

describe("its end", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "by %s is at once, with exit code 0, also while it reads and answers",
    async (signal) => {
      // As many as keep it reading for seconds.
      using served = await Served.start(...Array.from({ length: 12 }, () => big));
      const agent = httpRequest(new URL("/data/profiles/1?overview", served.url.origin), {
        headers: { Authorization: `Bearer ${served.token}` },
      });
      agent.on("error", () => {}).end();
      let reader: number | undefined;
      const findReader = () => {
        reader = childrenOf(served.child.pid ?? 0).find((pid) => commandLine(pid).includes("pack-for-serve"));
        return reader !== undefined;
      };
      await until(findReader, 10_000, "a process that reads");
      const start = performance.now();
      served.child.kill(signal);
      expect(await served.ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - start).toBeLessThan(2000);
      await until(() => !existsSync(`/proc/${reader}/exe`), 5000, "the end of the reading process");
    },
  );

  test("is told in a sentence where nothing can be served", async () => {
    const wrong = scratch.file("wrong.pb.gz");
    await writePprofFile(profileOf("main 1"), wrong);
    execFileSync("truncate", ["-s", "50", wrong]);
    const broken = await stapflame(["serve", wrong]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/error: .*wrong\.pb\.gz: .*damaged or cut off.*--from/);
    expect(await stapflame(["serve", "/nowhere"])).toMatchObject({ code: 1, stdout: "" });
    expect(await stapflame(["serve", "/tmp"])).toMatchObject({ code: 1, stdout: "" });
    expect((await stapflame(["serve", small, "--port", "70000"])).code).toBe(2);
    expect((await stapflame(["serve", "-"])).code).toBe(2);
    const taken = createServer().listen(0, "127.0.0.1");
    await until(() => taken.listening, 5000, "a port");
    const address = taken.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const refused = await stapflame(["serve", small, "--port", `${port}`]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(`port ${port} is in use. Choose another with --port`);
    taken.close();
  });

  test("--open hands the token over in a file that only its owner can read, gone with the server", async () => {
    // No PATH: no browser is to be started here.
    const env: NodeJS.ProcessEnv = { ...process.env, DISPLAY: ":99", TMPDIR: scratch.path, PATH: "/nowhere" };
    delete env.SUDO_USER;
    using served = new Served([small, "--open"], env);
    const folders = () => readdirSync(scratch.path).filter((name) => name.startsWith("stapflame-open-"));
    await until(
      () => folders().length === 1 && existsSync(scratch.file(`${folders()[0]}/open.html`)),
      10_000,
      "the file",
    );
    const page = scratch.file(`${folders()[0]}/open.html`);
    expect([statSync(join(page, "..")).mode & 0o777, statSync(page).mode & 0o777]).toEqual([0o700, 0o600]);
    await until(() => readFileSync(page, "utf8").includes(served.url.href), 5000, "the address in the file");
    served.child.kill("SIGINT");
    expect(await served.ended).toEqual({ code: 0, signal: null });
    expect(folders()).toEqual([]);
  });

  test("--open without a screen points to view, and over ssh to a way here", async () => {
    const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env;
    using served = new Served([small, "--open"], { ...env, SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" });
    await until(() => served.stderr.includes("stapflame view"), 10_000, "the hint");
    expect(served.stderr).toContain(`ssh -L ${served.port}:127.0.0.1:${served.port} `);
    expect((await served.ready()).manifest.title).toBe("./demo");
  });
});
