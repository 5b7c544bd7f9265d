import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { debuginfodClient } from "../../../symbolizer/debug-files/debuginfod.ts";
import { debuginfodSettings } from "../../../symbolizer/debug-files/debuginfod-settings.ts";
import { proxyOf, proxySettings } from "../../../symbolizer/debug-files/proxy-settings.ts";
import { debianDebuginfod, freePort, spawnText } from "./debian-debuginfod.ts";
import { type ForwardingProxy, forwardingProxy, type ProxyOptions } from "./forwarding-proxy.ts";
import { cSource, idOf, put, run, workshop } from "./workshop.ts";

/** Which proxy is taken, judged by curl; and the client through a real proxy to Debian's debuginfod, by http and https. */
const folder = workshop("proxy");
let server: ChildProcess | undefined;
let real = "";
let encrypted = "";
let id = "";
let cache = "";
let round = 0;
const proxies: ForwardingProxy[] = [];
const closers: (() => void)[] = [];

beforeAll(async () => {
  put(folder, "served/prog.c", cSource());
  const served = join(folder, "served");
  run(served, "gcc", "-g", "-O1", "-Wl,--build-id", "-o", "prog", join(served, "prog.c"));
  id = idOf(join(served, "prog"));
  ({ url: real, process: server } = await debianDebuginfod(served, id));
  encrypted = await encrypt(Number(new URL(real).port));
}, 60_000);

afterAll(() => {
  server?.kill();
  for (const close of closers) close();
});

beforeEach(() => {
  cache = join(folder, `cache-${++round}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  for (const proxy of proxies.splice(0)) proxy.close();
});

/** TLS before a server on this machine, as the reverse proxy before a real debuginfod; nobody trusts its certificate. */
async function encrypt(port: number): Promise<string> {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", "key.pem", "-out", "certificate.pem"];
  run(folder, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files);
  const key = readFileSync(join(folder, "key.pem"));
  const cert = readFileSync(join(folder, "certificate.pem"));
  const tls = createTlsServer({ key, cert }, (client) => {
    const target = connect(port, "127.0.0.1");
    client.on("error", () => target.destroy()).on("close", () => target.destroy());
    target.on("error", () => client.destroy());
    client.pipe(target).pipe(client);
  });
  tls.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
  closers.push(() => tls.close());
  return `https://localhost:${(tls.address() as AddressInfo).port}`;
}

async function proxy(options?: ProxyOptions): Promise<ForwardingProxy> {
  const started = await forwardingProxy(options);
  proxies.push(started);
  return started;
}

function client(env: Record<string, string>) {
  const settings = debuginfodSettings({ HOME: folder, DEBUGINFOD_CACHE_PATH: cache, ...env });
  if (settings === undefined) throw new Error("no settings");
  return debuginfodClient(settings);
}

describe("the client through a proxy", () => {
  test("by http: asks as elfutils' client does, and finds the same", async () => {
    const between = await proxy();
    const env = { DEBUGINFOD_URLS: real, http_proxy: between.place };
    expect((await client(env).debuginfo(id)).found).toBe(join(cache, id, "debuginfo"));
    const ours = between.asked.splice(0);
    expect(ours).toEqual([`GET ${real}/buildid/${id}/debuginfo`]);
    const path = { PATH: process.env.PATH ?? "", DEBUGINFOD_CACHE_PATH: `${cache}-theirs` };
    const theirs = await spawnText("debuginfod-find", ["debuginfo", id], { ...env, ...path });
    expect(between.asked).toEqual(ours);
    expect(readFileSync(theirs).equals(readFileSync(join(cache, id, "debuginfo")))).toBe(true);
  });

  test("by https: through a tunnel, and the server's certificate is looked at", async () => {
    const between = await proxy({ credentials: "me:s€cret" });
    const https_proxy = `http://me:${encodeURIComponent("s€cret")}@${between.place}/`;
    const env = { DEBUGINFOD_URLS: encrypted, https_proxy };
    expect(await client(env).debuginfo(id)).toEqual({
      missing: `${encrypted} has a certificate that can't be trusted (DEPTH_ZERO_SELF_SIGNED_CERT). Give the file with its issuer's certificate in NODE_EXTRA_CA_CERTS`,
      absent: false,
    });
    // That it is taken when it is given, the integration test shows: Node.js reads it at its start.
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect((await client(env).debuginfo(id)).found).toBe(join(cache, id, "debuginfo"));
    const tunnel = `CONNECT ${new URL(encrypted).host}`;
    expect(between.asked).toEqual([tunnel, tunnel]);
    // One without it, and one to a name that is exempt.
    expect((await client({ ...env, no_proxy: "localhost" }).executable(id)).found).toBeDefined();
    expect(between.asked).toHaveLength(2);
  });

  test("a miss is remembered as without one", async () => {
    const between = await proxy();
    const env = { DEBUGINFOD_URLS: real, ALL_PROXY: between.place };
    const miss = "0".repeat(40);
    expect((await client(env).debuginfo(miss)).missing).toBe("no debuginfod server has it");
    expect((await client(env).debuginfo(miss)).missing).toBe("no debuginfod server had it a short while ago");
    expect(between.asked).toHaveLength(1);
  });

  test.each([
    ["http", "http_proxy", () => real],
    ["https", "https_proxy", () => encrypted],
  ])(
    "by %s: one that wants a password, gets a wrong one, or is not there, is told once",
    async (_, variable, url) => {
      const strict = await proxy({ credentials: "me:secret" });
      const say = async (value: string) => {
        const asking = client({ DEBUGINFOD_URLS: url(), [variable]: value });
        const first = (await asking.debuginfo(id)).missing;
        expect((await asking.executable(id)).missing).toBe(first);
        return first?.replace(url(), "SERVER");
      };
      const remedy = `Give them in ${variable}, as http://USER:PASSWORD@HOST:PORT`;
      expect(await say(strict.place)).toBe(
        `SERVER can't be reached: the proxy http://${strict.place} wants user and password (407). ${remedy}`,
      );
      expect(await say(`me:wrong@${strict.place}`)).toBe(
        `SERVER can't be reached: the proxy http://${strict.place} does not take our user and password (407). ${remedy}`,
      );
      expect(strict.asked).toHaveLength(2);
      const gone = `127.9.8.7:${await freePort()}`;
      expect(await say(`me:secret@${gone}`)).toBe(
        `SERVER can't be reached: the proxy http://${gone} does not answer (ECONNREFUSED). Mend ${variable}, or name the server in no_proxy`,
      );
      expect(await say("socks5h://localhost:1080")).toBe(
        `SERVER can't be asked: ${variable} names a proxy by socks5h, and only those by http and https are known here. Mend ${variable}, or name the server in no_proxy`,
      );
    },
  );

  test("one that lets nobody through, and one that never answers", async () => {
    const closed = await proxy({ always: 403 });
    const refused = await client({ DEBUGINFOD_URLS: encrypted, https_proxy: closed.place }).debuginfo(id);
    expect(refused.missing).toContain(
      `the proxy http://${closed.place} answered CONNECT with status 403. Mend`,
    );
    const silent = await silentServer();
    for (const url of [real, encrypted]) {
      const env = { DEBUGINFOD_URLS: url, all_proxy: silent, DEBUGINFOD_TIMEOUT: "1" };
      const start = performance.now();
      expect((await client(env).debuginfo(id)).missing).toBe(`${url} sent only 0 bytes in 1 s`);
      expect(performance.now() - start).toBeLessThan(5000);
    }
    const stopped = client({ DEBUGINFOD_URLS: encrypted, all_proxy: silent });
    setTimeout(() => stopped.stop(), 50);
    expect((await stopped.debuginfo(id)).missing).toBe(`${encrypted} was not waited for`);
  });

  test("limits of size hold", async () => {
    const env = { DEBUGINFOD_URLS: real, http_proxy: (await proxy()).place, DEBUGINFOD_MAXSIZE: "1000" };
    expect((await client(env).debuginfo(id)).missing).toBe(`${real} has a file of more than 1000 bytes`);
  });
});

/** Takes connections, and says nothing. */
async function silentServer(): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const tcp = createServer((socket) => sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    tcp.close();
  });
  return `127.0.0.1:${(tcp.address() as AddressInfo).port}`;
}

describe("which proxy is taken, by curl's own choice", () => {
  /** Whether curl asks the proxy. Names lead to an address where nobody listens. */
  async function curlAsks(
    url: string,
    variables: (place: string) => Record<string, string>,
  ): Promise<boolean> {
    const between = await proxy({ always: 200 });
    const { hostname, port, protocol } = new URL(url);
    const nobody = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}:127.9.8.7`;
    const resolve = hostname.startsWith("[") ? [] : ["--resolve", nobody];
    const args = ["-q", "-s", "-k", "-o", "/dev/null", "--max-time", "5", ...resolve, url];
    await spawnText("curl", args, { PATH: process.env.PATH ?? "", ...variables(between.place) });
    return between.asked.length > 0;
  }

  const HOSTS: [url: string, noProxy: string][] = [
    "http://debuginfod.example.org/ *",
    "http://debuginfod.example.org/ *,other",
    "http://debuginfod.example.org/ debuginfod.example.org",
    "http://debuginfod.example.org/ DEBUGINFOD.Example.ORG",
    "http://debuginfod.example.org/ example.org",
    "http://debuginfod.example.org/ .example.org",
    "http://debuginfod.example.org/ ample.org",
    "http://debuginfod.example.org/ org",
    "http://debuginfod.example.org/ other, .example.org",
    "http://debuginfod.example.org/ other example.org",
    "http://debuginfod.example.org/ x.debuginfod.example.org",
    "http://debuginfod.example.org/ *.example.org",
    "http://debuginfod.example.org/ example.org.",
    "http://debuginfod.example.org:8002/ example.org",
    "http://example.org/ .example.org",
    "http://127.9.8.7/ 127.9.8.7",
    "http://127.9.8.7/ 127.9.8",
    "http://127.9.8.7/ 9.8.7",
    "http://127.9.8.7/ 127.9.0.0/16",
    "http://127.9.8.7/ 127.10.0.0/16",
    "http://127.9.8.7/ 127.9.8.7/32",
    "http://127.9.8.7/ 127.9.8.7/33",
    "http://127.9.8.7/ 10.0.0.0/8,127.0.0.0/8",
    "http://[::1]:9/ ::1",
    "http://[::1]:9/ fe80::/10",
    "https://debuginfod.example.org/ example.org",
    "https://debuginfod.example.org/ example.com",
    "http://debuginfod.example.org/ ,",
  ].map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);

  test.each(HOSTS)("%s with no_proxy=%s", async (url, noProxy) => {
    const variables = (place: string) => ({ all_proxy: `http://${place}`, no_proxy: noProxy });
    const ours = proxyOf(new URL(url), proxySettings(variables("p:1"))) !== undefined;
    expect(ours).toBe(await curlAsks(url, variables));
  });

  const VARIABLES: [url: string, variables: string][] = [
    ["http://a.example/", "http_proxy=P"],
    ["http://a.example/", "HTTP_PROXY=P"],
    ["http://a.example/", "https_proxy=P HTTPS_PROXY=P"],
    ["http://a.example/", "http_proxy= ALL_PROXY=P"],
    ["http://a.example/", "all_proxy=P"],
    ["http://a.example/", "http_proxy=127.9.8.7:9 all_proxy=P"],
    ["https://a.example/", "https_proxy=P"],
    ["https://a.example/", "HTTPS_PROXY=P"],
    ["https://a.example/", "http_proxy=P"],
    ["https://a.example/", "https_proxy=127.9.8.7:9 HTTPS_PROXY=P"],
    ["https://a.example/", "ALL_PROXY=http://P/path"],
    ["http://a.example/", "http_proxy=P NO_PROXY=a.example"],
    ["http://a.example/", "http_proxy=P no_proxy=b.example NO_PROXY=a.example"],
    ["http://a.example/", "http_proxy=P no_proxy= NO_PROXY=a.example"],
    ["http://a.example/", "http_proxy=HTTP://u:p@P"],
  ];

  test.each(VARIABLES)("%s with %s", async (url, words) => {
    const variables = (place: string) =>
      Object.fromEntries(
        words
          .replaceAll(/P(?=$| |\/path)/g, place)
          .split(" ")
          .map((word) => word.split("=")),
      );
    const ours = proxyOf(new URL(url), proxySettings(variables("127.0.0.1:3128")));
    expect(ours?.port === 3128).toBe(await curlAsks(url, variables));
  });

  test("ports in no_proxy, which curl does not know, and IPv6 networks and brackets, which 7.88 does not", () => {
    const asks = (url: string, noProxy: string) =>
      proxyOf(new URL(url), proxySettings({ all_proxy: "p", no_proxy: noProxy })) !== undefined;
    expect(asks("http://a.example:8002/", "a.example:8002")).toBe(false);
    expect(asks("http://a.example/", "a.example:8002")).toBe(true);
    expect(asks("https://a.example/", "example:443")).toBe(false);
    expect(asks("http://[::1]:8002/", "[::1]:8002")).toBe(false);
    expect(asks("http://[fd00::5]/", "[fd00::5]")).toBe(false);
    expect(asks("http://[fd00::5]/", "fd00::/8")).toBe(false);
    expect(asks("http://[fd00::5]/", "fe80::/10")).toBe(true);
  });

  test("places, ports and credentials as they may be written", () => {
    const of = (text: string) => {
      const {
        host,
        port,
        protocol,
        authorization = "",
        problem,
      } = proxySettings({ http_proxy: text }).http ?? {};
      const secret = Buffer.from(authorization.replace("Basic ", ""), "base64").toString();
      return problem ?? `${protocol}//${secret}@${host}:${port}`;
    };
    expect(of("proxy")).toBe("http://@proxy:1080");
    expect(of("http://proxy:80/")).toBe("http://@proxy:80");
    expect(of("https://proxy")).toBe("https://@proxy:443");
    expect(of("u:p@w%40rd@[::1]:3128")).toBe("http://u:p@w@rd@::1:3128");
    expect(of("http://u%3a:100%@proxy")).toBe("http://u::100%@proxy:1080");
    expect(of("socks4://proxy")).toMatch("names a proxy by socks4");
    for (const text of ["http://", ":3128", "proxy:99999", "a b:c", "proxy:0"]) {
      expect(of(text)).toBe("names no proxy that can be understood");
    }
  });
});
