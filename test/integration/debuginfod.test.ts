import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forwardingProxy } from "../symbolizer/debug-files/forwarding-proxy.ts";
import {
  Background,
  compile,
  plainSamples,
  record,
  Scratch,
  samplesUnder,
  stapflame,
  until,
} from "./harness.ts";

/** The commands with DEBUGINFOD_URLS; the client for itself is judged against Debian's server in the unit tests. */
const scratch = new Scratch();
const program = scratch.file("stripped");
let debugFile: Buffer;
let id = "";
let server: Server;
/** What was asked for, and whether files are sent to their end. */
const asked: string[] = [];
let slow = false;

beforeAll(async () => {
  const whole = compile("split", "-Wl,--build-id");
  id = /Build ID: (\w+)/.exec(execFileSync("readelf", ["-n", whole]).toString())?.[1] ?? "";
  execFileSync("objcopy", ["--only-keep-debug", whole, scratch.file("debug")]);
  debugFile = readFileSync(scratch.file("debug"));
  execFileSync("strip", ["-o", program, whole]);
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url !== `/buildid/${id}/debuginfo`) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Length": debugFile.length });
    if (slow) response.write(debugFile.subarray(0, 100));
    else response.end(debugFile);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  scratch[Symbol.dispose]();
});

function environment(cache: string): NodeJS.ProcessEnv {
  const { port } = server.address() as AddressInfo;
  return {
    ...process.env,
    DEBUGINFOD_URLS: `http://127.0.0.1:${port}`,
    DEBUGINFOD_CACHE_PATH: scratch.file(cache),
    DEBUGINFOD_PROGRESS: "1",
  };
}

describe("debuginfod", () => {
  it("symbolize asks it for a stripped program, once", async () => {
    const symbols = execFileSync("nm", [compile("split", "-Wl,--build-id")]).toString();
    const heavy = /^(\w+) [tT] heavy$/m.exec(symbols)?.[1] ?? "";
    const env = environment("symbolize");
    const first = await stapflame(["symbolize", "-e", program, heavy], { env });
    expect(first.stdout).toMatch(/heavy at \S+split\.c:\d+/);
    expect(first.code).toBe(0);
    const before = asked.length;
    const second = await stapflame(["symbolize", "-e", program, heavy], { env });
    expect(second.stdout).toBe(first.stdout);
    expect(asked.length).toBe(before);
    const without = await stapflame(["symbolize", "-e", program, heavy]);
    expect(without.stdout).not.toContain("heavy");
  });

  it("by https through a proxy that wants a password, with a certificate of one's own", async () => {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const [key, certificate] = [scratch.file("key.pem"), scratch.file("certificate.pem")];
    const files = ["-keyout", key, "-out", certificate];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files],
      {
        stdio: "ignore",
      },
    );
    const encrypted = createTlsServer(
      { key: readFileSync(key), cert: readFileSync(certificate) },
      (client) => {
        const target = connect((server.address() as AddressInfo).port, "127.0.0.1");
        client.on("error", () => target.destroy());
        target.on("error", () => client.destroy());
        client.pipe(target).pipe(client);
      },
    );
    await new Promise<void>((resolve) => encrypted.listen(0, "127.0.0.1", resolve));
    const proxy = await forwardingProxy({ credentials: "me:secret" });
    try {
      const { port } = encrypted.address() as AddressInfo;
      const env = {
        ...environment("proxy"),
        DEBUGINFOD_URLS: `https://localhost:${port}`,
        HTTPS_PROXY: `me:secret@${proxy.place}`,
        NODE_EXTRA_CA_CERTS: certificate,
      };
      const symbols = execFileSync("nm", [compile("split", "-Wl,--build-id")]).toString();
      const heavy = /^(\w+) [tT] heavy$/m.exec(symbols)?.[1] ?? "";
      const wrong = { ...env, HTTPS_PROXY: `me:wrong@${proxy.place}` };
      const refused = await stapflame(["symbolize", "-e", program, heavy], { env: wrong });
      expect(refused.stdout).not.toContain("heavy");
      expect(refused.stderr).toContain(
        `the proxy http://${proxy.place} does not take our user and password (407). Give them in HTTPS_PROXY`,
      );
      expect(refused.stderr).not.toContain("wrong");
      const named = await stapflame(["symbolize", "-e", program, heavy], { env });
      expect(named.stdout).toMatch(/heavy at \S+split\.c:\d+/);
      expect(proxy.asked).toEqual([`CONNECT localhost:${port}`, `CONNECT localhost:${port}`]);
    } finally {
      proxy.close();
      encrypted.close();
    }
  });

  it("record names a stripped program by it", async () => {
    using work = new Scratch();
    using running = new Background(program);
    const { profile } = await record(work, ["-F", "199", "-d", "1s", "-p", String(running.pid)], {
      env: environment("record"),
    });
    expect(samplesUnder(plainSamples(profile), "heavy")).toBeGreaterThan(10);
    expect(profile.strings.some((text) => text.endsWith("/split.c"))).toBe(true);
  });

  it("Ctrl-C while it downloads goes on without, and all samples are kept", async () => {
    using work = new Scratch();
    using running = new Background(program);
    slow = true;
    const before = asked.length;
    const started = performance.now();
    const { profile, summary, stderr } = await record(
      work,
      ["-F", "199", "-d", "1s", "-p", String(running.pid)],
      {
        env: environment("interrupted"),
        whileRunning: async (cli) => {
          await until(() => asked.length > before, 20_000, "the download begins");
          cli.kill("SIGINT");
        },
      },
    );
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(summary.samples).toBeGreaterThan(20);
    expect(plainSamples(profile).length).toBeGreaterThan(0);
    expect(stderr).toMatch(/was not waited for/);
  });
});
