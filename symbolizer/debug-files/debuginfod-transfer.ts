import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { errnoText } from "../errno-text.ts";
import { errorCode } from "../error-code.ts";
import { fileSource } from "../file-source.ts";
import type { DebuginfodSettings } from "./debuginfod-settings.ts";
import { httpGet, ProxyFailure } from "./http-get.ts";

/** A server that is slower over the time-out is given up (debuginfod-client-config(7), DEBUGINFOD_TIMEOUT). */
const LEAST_BYTES = 100 * 1024;
/** Whatever a server sends: no debug file is larger (libwebkitgtk's has 3 GB). */
const MOST_BYTES = 16 * 2 ** 30;
const COPY_BYTES = 1 << 20;

/** Bytes so far, and in all where the server told. */
export type TransferProgress = (done: number, total: number | undefined) => void;

/** How an attempt at one server ended otherwise than with the file. */
export class TransferFailure extends Error {
  /**
   * `absent`: it has no such file. `refused`: too large or too slow by the user's own limits, so no other attempt helps.
   * `failed`: it may work another time. `unreachable`: nobody answered, or not in time, or a proxy did not let us through.
   */
  readonly kind: "absent" | "refused" | "failed" | "unreachable";

  constructor(kind: TransferFailure["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** An answer with a body that was not read yet. */
export interface Answer {
  server: string;
  /** Writes the body to a new file; gives the server's date of the file in ms. Throws `TransferFailure`. */
  save(path: string, progress: TransferProgress): Promise<number | undefined>;
  /** Lets go of the connection. */
  cancel(): void;
}

/**
 * Asks one server for `/buildid/…`. Resolves when it says that it has the file; throws `TransferFailure` otherwise.
 * `stop` ends the request and the answer's body.
 */
export async function request(
  server: string,
  path: string,
  settings: DebuginfodSettings,
  stop: AbortSignal,
): Promise<Answer> {
  const url = new URL(`${server}/${path}`);
  if (url.protocol === "file:") return localAnswer(server, url, settings);
  const watch = speedWatch(settings, stop);
  try {
    const headers = new Map([
      ["user-agent", "stapflame"],
      ["accept-encoding", "identity"],
    ]);
    if (settings.maxSize > 0) headers.set("x-debuginfod-maxsize", `${settings.maxSize}`);
    if (settings.maxTime > 0) headers.set("x-debuginfod-maxtime", `${Math.ceil(settings.maxTime / 1000)}`);
    for (const [name, value] of settings.headers) headers.set(name.toLowerCase(), value);
    const answer = await httpGet(url, headers, settings.proxies, watch.signal);
    const { body } = answer;
    if (answer.status !== 200) throw statusFailure(answer.status, settings);
    const length = answer.isCompressed ? undefined : answer.headers["content-length"];
    const claimed = Number.parseInt(length ?? String(answer.headers["x-debuginfod-size"] ?? ""), 10);
    const total = Number.isNaN(claimed) ? undefined : claimed;
    const date = Date.parse(answer.headers["last-modified"] ?? "");
    const cancel = () => watch.cancel();
    if (total !== undefined) assertSize(total, settings);
    return {
      server,
      cancel,
      async save(file, progress) {
        try {
          await saveBody(body, file, total, settings, watch, progress);
          return Number.isNaN(date) ? undefined : date;
        } catch (error) {
          throw asFailure(error, watch);
        } finally {
          watch.end();
        }
      },
    };
  } catch (error) {
    watch.cancel();
    throw asFailure(error, watch);
  }
}

async function saveBody(
  body: AsyncIterable<Uint8Array>,
  file: string,
  total: number | undefined,
  settings: DebuginfodSettings,
  watch: SpeedWatch,
  progress: TransferProgress,
): Promise<void> {
  const fd = openSync(file, "wx", 0o600);
  let done = 0;
  try {
    for await (const piece of body) {
      done += piece.length;
      assertSize(done, settings);
      watch.received(piece.length);
      writeAll(fd, piece);
      progress(done, total);
    }
  } finally {
    closeSync(fd);
  }
  if (total !== undefined && done !== total)
    throw new TransferFailure("failed", `sent ${done} bytes of ${total}`);
}

function writeAll(fd: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
}

function assertSize(size: number, settings: DebuginfodSettings): void {
  const most = settings.maxSize > 0 ? Math.min(settings.maxSize, MOST_BYTES) : MOST_BYTES;
  if (size > most) throw new TransferFailure("refused", `has a file of more than ${most} bytes`);
}

function statusFailure(status: number, settings: DebuginfodSettings): TransferFailure {
  if (status === 404) return new TransferFailure("absent", "has no such file");
  // The server's answer to X-DEBUGINFOD-MAXSIZE (debuginfod(8)).
  if (status === 406 && settings.maxSize > 0) {
    return new TransferFailure("refused", `has a file of more than ${settings.maxSize} bytes`);
  }
  return new TransferFailure("failed", `answered with status ${status}`);
}

interface SpeedWatch {
  signal: AbortSignal;
  /** Why it was given up, if it was. */
  reason(): TransferFailure | undefined;
  received(bytes: number): void;
  end(): void;
  cancel(): void;
}

function speedWatch(settings: DebuginfodSettings, stop: AbortSignal): SpeedWatch {
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let reason: TransferFailure | undefined;
  let bytes = 0;
  const stopped = () => giveUp("refused", "was not waited for");
  const end = () => {
    for (const timer of timers) clearTimeout(timer);
    stop.removeEventListener("abort", stopped);
  };
  const giveUp = (kind: TransferFailure["kind"], message: string) => {
    reason ??= new TransferFailure(kind, message);
    end();
    controller.abort();
  };
  if (settings.timeout > 0) {
    const check = () => {
      if (bytes < LEAST_BYTES)
        giveUp("unreachable", `sent only ${bytes} bytes in ${settings.timeout / 1000} s`);
      bytes = 0;
    };
    timers.push(setInterval(check, settings.timeout));
  }
  if (settings.maxTime > 0) {
    const late = () => giveUp("refused", `needs more than ${settings.maxTime / 1000} s`);
    timers.push(setTimeout(late, settings.maxTime));
  }
  stop.addEventListener("abort", stopped, { once: true });
  if (stop.aborted) stopped();
  return {
    signal: controller.signal,
    reason: () => reason,
    received(count) {
      bytes += count;
    },
    end,
    cancel() {
      end();
      controller.abort();
    },
  };
}

function asFailure(error: unknown, watch: SpeedWatch): TransferFailure {
  const reason = watch.reason();
  if (reason !== undefined) return reason;
  if (error instanceof TransferFailure) return error;
  // A proxy is the same for every file.
  if (error instanceof ProxyFailure) return new TransferFailure("unreachable", error.message);
  const code = errorCode(error);
  if (["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EEXIST"].includes(code)) {
    return new TransferFailure("refused", `can't be saved (${code})`);
  }
  if (["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT"].includes(code)) {
    return new TransferFailure("unreachable", `can't be reached (${code})`);
  }
  if (/CERT|SELF_SIGNED|ISSUER/.test(code)) {
    const remedy = "Give the file with its issuer's certificate in NODE_EXTRA_CA_CERTS";
    return new TransferFailure("unreachable", `has a certificate that can't be trusted (${code}). ${remedy}`);
  }
  return new TransferFailure("failed", `broke off (${errnoText(error)})`);
}

/** A folder laid out like a server's paths, as curl gives elfutils file: URLs. */
function localAnswer(server: string, url: URL, settings: DebuginfodSettings): Answer {
  const path = fileURLToPath(url);
  const source = fileSource(path);
  if (source.found === undefined) {
    const absent = source.missing.endsWith("(ENOENT)");
    throw new TransferFailure(absent ? "absent" : "failed", absent ? "has no such file" : source.missing);
  }
  const { size } = source.found;
  source.found.close();
  assertSize(size, settings);
  return {
    server,
    cancel() {},
    async save(file, progress) {
      const from = openSync(path, "r");
      try {
        const to = openSync(file, "wx", 0o600);
        try {
          const piece = new Uint8Array(COPY_BYTES);
          for (let done = 0; ; progress(done, size)) {
            const count = readSync(from, piece, 0, piece.length, done);
            if (count === 0) return undefined;
            done += count;
            assertSize(done, settings);
            writeAll(to, piece.subarray(0, count));
          }
        } finally {
          closeSync(to);
        }
      } catch (error) {
        throw error instanceof TransferFailure ? error : new TransferFailure("failed", errnoText(error));
      } finally {
        closeSync(from);
      }
    },
  };
}
