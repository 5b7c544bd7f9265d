import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Failure } from "../failure.ts";
import type { Answer, Question } from "./answer.ts";

/** Bounds for clients that are slow, many, or mean no good. A browser opens six connections. */
const LIMITS = {
  connections: 64,
  headerBytes: 8192,
  /** From the first byte of a request to the end of its header; and to the end of all. */
  headerMs: 5_000,
  requestMs: 10_000,
  /** Without a byte going either way. */
  silenceMs: 30_000,
  keepAliveMs: 5_000,
  checkEveryMs: 1_000,
  requestsAConnection: 10_000,
} as const;

const LOOPBACK_4 = "127.0.0.1";
const LOOPBACK_6 = "::1";
/** Any free port must be free on both loopbacks. */
const PORT_TRIES = 20;

export interface Listening {
  port: number;
  close(): void;
}

/** Listens on 127.0.0.1 and, where there is one, ::1. Port 0 is any that is free. Throws Failure. */
export async function listen(
  port: number,
  answer: (question: Question) => Promise<Answer>,
): Promise<Listening> {
  for (let left = port === 0 ? PORT_TRIES : 1; ; left--) {
    const first = makeServer(answer);
    const second = makeServer(answer);
    try {
      await start(first, LOOPBACK_4, port);
      const address = first.address();
      const chosen = address !== null && typeof address === "object" ? address.port : port;
      try {
        await start(second, LOOPBACK_6, chosen);
      } catch (error) {
        if (!isMissingAddress(error)) throw error;
      }
      return {
        port: chosen,
        close: () => {
          for (const server of [first, second]) {
            server.close();
            server.closeAllConnections();
          }
        },
      };
    } catch (error) {
      first.close();
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EADDRINUSE" && left > 1) continue;
      if (code === "EADDRINUSE") {
        throw new Failure(
          `port ${port} is in use`,
          "Choose another with --port, or leave it out for any that is free.",
        );
      }
      if (code === "EACCES") throw new Failure(`port ${port} is not yours to use`, "Choose one above 1023.");
      throw error;
    }
  }
}

function makeServer(answer: (question: Question) => Promise<Answer>): Server {
  const server = createServer({
    maxHeaderSize: LIMITS.headerBytes,
    headersTimeout: LIMITS.headerMs,
    requestTimeout: LIMITS.requestMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    connectionsCheckingInterval: LIMITS.checkEveryMs,
  });
  server.maxConnections = LIMITS.connections;
  server.maxRequestsPerSocket = LIMITS.requestsAConnection;
  server.timeout = LIMITS.silenceMs;
  server.on("request", (request, response) => {
    respond(request, response, answer).catch(() => response.destroy());
  });
  return server;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (question: Question) => Promise<Answer>,
): Promise<void> {
  const { headers, method = "", url = "" } = request;
  const {
    status,
    headers: answered,
    body,
  } = await answer({
    method,
    target: url,
    host: headers.host,
    authorization: headers.authorization,
    acceptEncoding: typeof headers["accept-encoding"] === "string" ? headers["accept-encoding"] : undefined,
    hasBody: headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0,
  });
  response.writeHead(status, { ...answered, "Content-Length": body.length });
  response.end(method === "HEAD" ? undefined : body);
}

function start(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true, ...(host === LOOPBACK_6 && { ipv6Only: true }) }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** A machine without IPv6 has no ::1. */
function isMissingAddress(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT")
  );
}
