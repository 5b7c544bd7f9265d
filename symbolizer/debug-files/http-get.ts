import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type Socket } from "node:net";
import { pipeline, type Readable } from "node:stream";
import { connect as connectTls } from "node:tls";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { errnoText } from "../errno-text.ts";
import { basicAuthorization, type HttpProxy, type ProxySettings, proxyOf } from "./proxy-settings.ts";

/** As many as curl follows. */
const MAX_REDIRECTS = 30;
/** Not sent on to another host than the one that they were meant for. */
const SECRET_HEADERS = ["authorization", "cookie"];

export interface HttpAnswer {
  status: number;
  headers: IncomingMessage["headers"];
  /** As it is meant: compression is undone. Whoever does not read it to its end aborts the request. */
  body: Readable;
  /** What of the body's bytes on the way is compression. */
  isCompressed: boolean;
}

/** Nothing came from the server, because of a proxy; a sentence without subject, and one of what to do. */
export class ProxyFailure extends Error {}

/**
 * GET by HTTP/1.1, directly or through the proxy that the settings name for the address: for http by asking it with the
 * whole address (RFC 9112, 3.2.2), for https by CONNECT and TLS with the server through it. Follows redirects. Throws
 * `ProxyFailure`, and Node's errors.
 */
export async function httpGet(
  address: URL,
  headers: ReadonlyMap<string, string>,
  proxies: ProxySettings,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  let url = address;
  for (let redirects = 0; ; redirects++) {
    const sent = Object.fromEntries([...headers].filter(([name]) => !isSecretFrom(name, address, url)));
    if (url.username !== "") sent.authorization = basicAuthorization(`${url.username}:${url.password}`);
    const proxy = proxyOf(url, proxies);
    const response = await (proxy === undefined
      ? answerTo(requestOf(url)(url, { headers: sent, signal }))
      : viaProxy(url, sent, proxy, signal));
    const status = response.statusCode ?? 0;
    const location = [301, 302, 303, 307, 308].includes(status) ? response.headers.location : undefined;
    if (location === undefined) return { status, headers: response.headers, ...bodyOf(response) };
    response.destroy();
    url = new URL(location, url);
    if (url.protocol !== "http:" && url.protocol !== "https:")
      throw new Error(`redirects to ${url.protocol}`);
    if (redirects >= MAX_REDIRECTS) throw new Error("redirects without end");
  }
}

function isSecretFrom(header: string, meant: URL, url: URL): boolean {
  return SECRET_HEADERS.includes(header.toLowerCase()) && url.origin !== meant.origin;
}

function requestOf({ protocol }: { protocol: string }): typeof requestHttp {
  return protocol === "https:" ? requestHttps : requestHttp;
}

async function viaProxy(
  url: URL,
  headers: Record<string, string>,
  proxy: HttpProxy,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  if (proxy.problem !== undefined) {
    throw new ProxyFailure(`can't be asked: ${proxy.variable} ${proxy.problem}. ${remedy(proxy)}`);
  }
  if (url.protocol === "https:") return throughTunnel(url, headers, proxy, signal);
  const target = new URL(url);
  target.username = "";
  target.password = "";
  target.hash = "";
  const request = toProxy(proxy, { path: target.href, headers: { ...headers, Host: url.host }, signal });
  const response = await answerTo(request).catch((error: unknown) => unreachable(proxy, error, signal));
  if (response.statusCode !== 407) return response;
  response.destroy();
  throw wantsCredentials(proxy);
}

async function throughTunnel(
  url: URL,
  headers: Record<string, string>,
  proxy: HttpProxy,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const host = url.hostname;
  const authority = `${host}:${url.port || 443}`;
  const connect = toProxy(proxy, {
    method: "CONNECT",
    path: authority,
    headers: { Host: authority },
    signal,
  });
  const { status, socket } = await tunnelOf(connect).catch((error: unknown) =>
    unreachable(proxy, error, signal),
  );
  if (status !== 200) {
    socket.destroy();
    if (status === 407) throw wantsCredentials(proxy);
    const what = `can't be reached: the proxy ${proxy.name} answered CONNECT with status ${status}`;
    throw new ProxyFailure(`${what}. ${remedy(proxy)}`);
  }
  const plain = host.replace(/^\[(.*)\]$/, "$1");
  const encrypted = connectTls({ socket, ...(isIP(plain) === 0 && { servername: plain }), host: plain });
  // The request's own end closes it, but not while nobody has asked yet.
  signal.addEventListener("abort", () => encrypted.destroy(), { once: true });
  return answerTo(requestHttps(url, { headers, signal, createConnection: () => encrypted }));
}

function toProxy(proxy: HttpProxy, options: RequestOptions): ClientRequest {
  const { authorization } = proxy;
  const headers = {
    ...options.headers,
    ...(authorization !== undefined && { "Proxy-Authorization": authorization }),
  };
  return requestOf(proxy)({ ...options, headers, host: proxy.host, port: proxy.port, setHost: false });
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on("response", resolve).on("error", reject).end();
  });
}

function tunnelOf(request: ClientRequest): Promise<{ status: number; socket: Socket }> {
  return new Promise((resolve, reject) => {
    request
      .on("connect", (response, socket) =>
        resolve({ status: response.statusCode ?? 0, socket: socket as Socket }),
      )
      .on("error", reject)
      .end();
  });
}

function unreachable(proxy: HttpProxy, error: unknown, signal: AbortSignal): never {
  // Whoever ended it knows why.
  if (signal.aborted) throw error;
  const what = `can't be reached: the proxy ${proxy.name} does not answer (${errnoText(error)})`;
  throw new ProxyFailure(`${what}. ${remedy(proxy)}`);
}

function wantsCredentials(proxy: HttpProxy): ProxyFailure {
  const what =
    proxy.authorization === undefined ? "wants user and password" : "does not take our user and password";
  return new ProxyFailure(
    `can't be reached: the proxy ${proxy.name} ${what} (407). Give them in ${proxy.variable}, as http://USER:PASSWORD@HOST:PORT`,
  );
}

function remedy(proxy: HttpProxy): string {
  return `Mend ${proxy.variable}, or name the server in no_proxy`;
}

/** Servers compress also for who does not ask for it. */
function bodyOf(response: IncomingMessage): Pick<HttpAnswer, "body" | "isCompressed"> {
  const unpack = unpackerOf(response.headers["content-encoding"] ?? "identity");
  if (unpack === undefined) return { body: response, isCompressed: false };
  // Errors come out of the body.
  pipeline(response, unpack, () => {});
  return { body: unpack, isCompressed: true };
}

function unpackerOf(encoding: string) {
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    case "identity":
      return undefined;
    default:
      throw new Error(`sends what is compressed as ${encoding}`);
  }
}
