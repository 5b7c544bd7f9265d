import { isExempt } from "./no-proxy.ts";

/** Through whom servers are asked, as curl and with it elfutils take it from the environment (curl(1), ENVIRONMENT). */
export interface ProxySettings {
  /** For servers by http and by https; undefined: these are asked directly. */
  http: HttpProxy | undefined;
  https: HttpProxy | undefined;
  /** Hosts that are asked directly; see `isExempt`. */
  noProxy: string;
}

export interface HttpProxy {
  /** The variable that named it. */
  variable: string;
  /** For people: scheme, host and port, never the password. */
  name: string;
  protocol: "http:" | "https:";
  host: string;
  port: number;
  /** Value of Proxy-Authorization; undefined without user and password. */
  authorization: string | undefined;
  /** Why nothing can be asked through it, a sentence without subject; undefined: nothing is known against it. */
  problem?: string;
}

type Environment = Record<string, string | undefined>;

/** curl's: the one of SOCKS, also for proxies by http. */
const DEFAULT_PORT = 1080;
const DEFAULT_PORT_HTTPS = 443;

export function proxySettings(env: Environment): ProxySettings {
  const noProxy = env.no_proxy || env.NO_PROXY || "";
  return {
    // HTTP_PROXY is not read: to a CGI program, it is a header that its visitor sent.
    http: firstOf(env, ["http_proxy", "all_proxy", "ALL_PROXY"]),
    https: firstOf(env, ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
    noProxy,
  };
}

/** The proxy by which `url` is to be asked; undefined: none. */
export function proxyOf(url: URL, settings: ProxySettings): HttpProxy | undefined {
  const proxy = url.protocol === "https:" ? settings.https : settings.http;
  return proxy === undefined || isExempt(url, settings.noProxy) ? undefined : proxy;
}

function firstOf(env: Environment, variables: readonly string[]): HttpProxy | undefined {
  for (const variable of variables) {
    const text = env[variable];
    if (text) return proxyFrom(variable, text.trim());
  }
  return undefined;
}

/** `[http[s]://][USER[:PASSWORD]@]HOST[:PORT]`, what may stand behind it is of no account. */
function proxyFrom(variable: string, text: string): HttpProxy {
  const [, scheme = "http", authority] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)/i.exec(text) ?? [];
  const at = authority.lastIndexOf("@");
  const place = authority.slice(at + 1);
  const protocol = scheme.toLowerCase() === "https" ? "https:" : "http:";
  const [, host, digits] = /^(\[[0-9a-f:.%]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(place) ?? [];
  const port = digits === undefined ? defaultPort(protocol) : Number(digits);
  const problem = !/^https?$/i.test(scheme)
    ? `names a proxy by ${scheme}, and only those by http and https are known here`
    : host === undefined || port < 1 || port > 65535
      ? "names no proxy that can be understood"
      : undefined;
  return {
    variable,
    name: `${scheme.toLowerCase()}://${host ?? place}:${port}`,
    protocol,
    host: (host ?? "").replace(/^\[(.*)\]$/, "$1"),
    port,
    authorization: at < 0 ? undefined : basicAuthorization(authority.slice(0, at)),
    ...(problem !== undefined && { problem }),
  };
}

function defaultPort(protocol: HttpProxy["protocol"]): number {
  return protocol === "https:" ? DEFAULT_PORT_HTTPS : DEFAULT_PORT;
}

/** Of `USER:PASSWORD` as it stands in a URL (RFC 7617). */
export function basicAuthorization(userInfo: string): string {
  const colon = userInfo.indexOf(":");
  const user = decoded(colon < 0 ? userInfo : userInfo.slice(0, colon));
  const password = colon < 0 ? "" : decoded(userInfo.slice(colon + 1));
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

/** A lone percent sign stands for itself, as for curl. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
