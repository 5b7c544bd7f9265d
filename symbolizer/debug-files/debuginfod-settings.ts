import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { posix } from "node:path";
import { type ProxySettings, proxySettings } from "./proxy-settings.ts";

/** What elfutils' environment variables say (debuginfod-client-config(7)); times in milliseconds, sizes in bytes. */
export interface DebuginfodSettings {
  /** URL prefixes without a slash at the end: http, https or file. Never empty. */
  servers: string[];
  cacheFolder: string;
  /** A server that sends less than 100 KiB within this time is given up. 0: no limit. */
  timeout: number;
  /** A file that takes longer in all is given up. 0: no limit. */
  maxTime: number;
  /** Larger files are not taken. 0: no limit. */
  maxSize: number;
  /** Attempts a file when a server fails in another way than not having it. */
  attempts: number;
  /** Additional headers of requests. */
  headers: [name: string, value: string][];
  /** Through whom servers are asked. */
  proxies: ProxySettings;
  /** DEBUGINFOD_PROGRESS is set: the user wants to see progress. */
  progress: boolean;
  /** What of the settings could not be followed, a sentence each. */
  warnings: string[];
}

const DEFAULT_TIMEOUT_SECONDS = 90;
const DEFAULT_RETRY_LIMIT = 2;
const MAX_HEADERS_BYTES = 64 * 1024;

/** undefined: DEBUGINFOD_URLS is not set, or names no server that can be asked, so nothing is fetched. */
export function debuginfodSettings(env: Record<string, string | undefined>): DebuginfodSettings | undefined {
  const warnings: string[] = [];
  const servers: string[] = [];
  for (const word of (env.DEBUGINFOD_URLS ?? "").split(/\s+/)) {
    // "ima:enforcing" and "ima:ignore" tell how the URLs behind them are to be verified.
    if (word === "" || word === "ima:ignore" || word === "ima:permissive") continue;
    if (word.startsWith("ima:")) warnings.push(`DEBUGINFOD_URLS: signatures (${word}) are not checked`);
    else if (isServer(word)) servers.push(word.replace(/\/+$/, ""));
    else warnings.push(`DEBUGINFOD_URLS: ${word} is no http, https or file URL`);
  }
  if (servers.length === 0) return undefined;
  if (env.DEBUGINFOD_IMA_CERT_PATH) warnings.push("DEBUGINFOD_IMA_CERT_PATH: signatures are not checked");
  return {
    servers: [...new Set(servers)],
    cacheFolder: cacheFolder(env),
    timeout: 1000 * Math.max(0, numberOf(env.DEBUGINFOD_TIMEOUT, DEFAULT_TIMEOUT_SECONDS)),
    maxTime: 1000 * Math.max(0, numberOf(env.DEBUGINFOD_MAXTIME, 0)),
    maxSize: Math.max(0, numberOf(env.DEBUGINFOD_MAXSIZE, 0)),
    attempts: Math.min(10, Math.max(1, numberOf(env.DEBUGINFOD_RETRY_LIMIT, DEFAULT_RETRY_LIMIT))),
    headers: headersOf(env.DEBUGINFOD_HEADERS_FILE, warnings),
    proxies: proxySettings(env),
    progress: env.DEBUGINFOD_PROGRESS !== undefined,
    warnings,
  };
}

function isServer(text: string): boolean {
  try {
    return ["http:", "https:", "file:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** As C's atoi, which elfutils uses: digits at the beginning; nothing that can be read is the default here. */
function numberOf(text: string | undefined, fallback: number): number {
  const value = Number.parseInt(text ?? "", 10);
  return Number.isNaN(value) ? fallback : value;
}

function headersOf(file: string | undefined, warnings: string[]): [string, string][] {
  if (file === undefined || file === "") return [];
  const headers: [string, string][] = [];
  try {
    if (!statSync(file).isFile() || statSync(file).size > MAX_HEADERS_BYTES)
      throw new Error("no file of headers");
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const match = /^\s*([\w!#$%&'*+.^`|~-]+):\s*([\x20-\x7e\t]*?)\s*$/.exec(line);
      if (match !== null) headers.push([match[1], match[2]]);
      else if (line.trim() !== "")
        warnings.push("DEBUGINFOD_HEADERS_FILE: a line is no header and is left out");
    }
  } catch {
    warnings.push(`DEBUGINFOD_HEADERS_FILE: ${file} can't be read`);
  }
  return headers;
}

function cacheFolder(env: Record<string, string | undefined>): string {
  if (env.DEBUGINFOD_CACHE_PATH) return posix.resolve(env.DEBUGINFOD_CACHE_PATH);
  const home = homeFolder(env.HOME);
  const old = posix.join(home, ".debuginfod_client_cache");
  if (existsSync(old)) return old;
  return posix.join(env.XDG_CACHE_HOME || posix.join(home, ".cache"), "debuginfod_client");
}

/** Under sudo, HOME may be another user's, where root would leave files that the user can't remove. */
function homeFolder(home: string | undefined): string {
  try {
    const uid = process.geteuid?.();
    if (home && uid === 0 && statSync(home).uid !== 0) return userInfo().homedir;
  } catch {
    // No such folder: then it makes no difference whose it would be.
  }
  return home || homedir();
}
