import { gunzipSync } from "node:zlib";
import { SERVED_LIST } from "../../viewer/served/messages.ts";
import type { Library } from "./library.ts";
import type { Piece } from "./pack.ts";
import { servedPage } from "./served-page.ts";
import { isAuthorized } from "./token.ts";

/** What matters of a request. */
export interface Question {
  method: string;
  /** As the client wrote it: path and query. */
  target: string;
  host: string | undefined;
  authorization: string | undefined;
  acceptEncoding: string | undefined;
  hasBody: boolean;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What answers are made of. */
export interface Desk {
  token: string;
  library: Library;
  /** The viewer as built. */
  template: string;
}

/**
 * Names that a browser resolves to this machine by itself. Another name in `Host` is somebody's own that he has pointed
 * here (DNS rebinding). Any port: `ssh -L` may give it another one.
 */
const HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** No cache keeps, no other site embeds, nothing is guessed. */
const HEADERS = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "X-Frame-Options": "DENY",
};
const NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'";

/**
 * Answers any request. The page itself is no secret and needs no token; all that is below `/data` does.
 *
 *     /  /profiles/N                        the page: of the only file or the list, of a file
 *     /data/profiles                        the list
 *     /data/profiles/N[?overview]           how far the file is, and how to get it
 *     /data/profiles/N/VERSION              {"current": whether the file is as it was}
 *     /data/profiles/N/VERSION/K, …/sources a piece
 */
export async function answer(question: Question, desk: Desk): Promise<Answer> {
  if (question.method !== "GET" && question.method !== "HEAD") {
    return text(405, "Only GET and HEAD are answered.", { Allow: "GET, HEAD" });
  }
  if (question.hasBody) return text(413, "A request with a body is not answered.", { Connection: "close" });
  if (!HOST.test(question.host ?? ""))
    return text(403, "This host name is not served: use 127.0.0.1 or localhost.");
  const [path, query = ""] = question.target.split("?", 2);
  if (path === "/") return page(desk, desk.library.size === 1 ? "0" : SERVED_LIST);
  const paged = /^\/profiles\/(\d{1,6})$/.exec(path);
  if (paged && Number(paged[1]) < desk.library.size) return page(desk, String(Number(paged[1])));
  if (path !== "/data" && !path.startsWith("/data/")) return text(404, "There is no such page.");
  if (!isAuthorized(question.authorization, desk.token)) {
    return text(401, "The token is missing or wrong.", { "WWW-Authenticate": "Bearer" });
  }
  return data(path, query, question, desk.library);
}

async function data(path: string, query: string, question: Question, library: Library): Promise<Answer> {
  if (path === "/data/profiles") return json(200, await library.list());
  const match = /^\/data\/profiles\/(\d{1,6})(?:\/(\w{1,64})(?:\/(\d{1,6}|sources))?)?$/.exec(path);
  const index = Number(match?.[1] ?? Number.NaN);
  if (!match || !(index < library.size)) return text(404, "There is no such file.");
  const [, , version, part] = match;
  if (version === undefined) return json(200, await library.state(index, query === "overview"));
  const current = await library.isCurrent(index, version);
  if (part === undefined) return json(200, { current });
  if (!current) return text(410, "The file has changed.");
  const piece = library.piece(index, version, part === "sources" ? part : Number(part));
  return piece === undefined
    ? text(404, "There is no such part.")
    : pieceAnswer(piece, question.acceptEncoding ?? "");
}

function pieceAnswer({ bytes, isGzip }: Piece, acceptEncoding: string): Answer {
  const headers = {
    ...HEADERS,
    "Content-Type": "application/octet-stream",
    "Content-Security-Policy": NOTHING_ALLOWED,
  };
  if (!isGzip) return { status: 200, headers, body: bytes };
  if (!/\bgzip\b/.test(acceptEncoding)) return { status: 200, headers, body: gunzipSync(bytes) };
  return { status: 200, headers: { ...headers, "Content-Encoding": "gzip" }, body: bytes };
}

function page({ template }: Desk, what: string): Answer {
  const { html, contentSecurityPolicy } = servedPage(template, what);
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": contentSecurityPolicy,
  };
  return { status: 200, headers: { ...HEADERS, ...headers }, body: Buffer.from(html) };
}

function json(status: number, value: unknown): Answer {
  const headers = { "Content-Type": "application/json", "Content-Security-Policy": NOTHING_ALLOWED };
  return { status, headers: { ...HEADERS, ...headers }, body: Buffer.from(JSON.stringify(value)) };
}

function text(status: number, sentence: string, more: Record<string, string> = {}): Answer {
  const headers = { "Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": NOTHING_ALLOWED };
  return { status, headers: { ...HEADERS, ...headers, ...more }, body: Buffer.from(`${sentence}\n`) };
}
