import { BlockList, isIP } from "node:net";

/**
 * Whether `no_proxy` names the host of a URL, as curl 7.86 and later read it (lib/noproxy.c): `*` alone, or names between
 * commas and blanks, each for itself and what is below it, with a leading dot or without; addresses as they are or as
 * networks (`10.0.0.0/8`). Beyond curl, a port behind a name limits it to that, as Go and Python have it.
 */
export function isExempt(url: URL, noProxy: string): boolean {
  if (noProxy.trim() === "*") return true;
  const host = plainHost(url.hostname);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy.split(/[\s,]+/).some((word) => {
    const { name, port: wanted } = withoutPort(word);
    if (name === "" || (wanted !== "" && wanted !== port)) return false;
    return isIP(host) === 0 ? isWithin(host, name) : isAddressOf(host, name);
  });
}

/** Without the brackets of an IPv6 address, and without the dot that ends a full name. */
function plainHost(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "")
    .toLowerCase();
}

function withoutPort(word: string): { name: string; port: string } {
  // More than one colon and no bracket is an IPv6 address.
  const match = /^(\[.*\]|[^:]*):(\d+)$/.exec(word);
  return match === null ? { name: word, port: "" } : { name: match[1], port: match[2] };
}

function isWithin(host: string, word: string): boolean {
  const name = plainHost(word.replace(/^\.+/, ""));
  return name !== "" && (host === name || host.endsWith(`.${name}`));
}

function isAddressOf(host: string, word: string): boolean {
  const [name, bits] = word.split("/", 2);
  const address = plainHost(name);
  const family = isIP(address);
  if (family === 0 || family !== isIP(host)) return false;
  const all = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? all : /^\d+$/.test(bits) ? Number(bits) : Number.NaN;
  if (!(prefix >= 0 && prefix <= all)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const network = new BlockList();
  network.addSubnet(address, prefix, type);
  return network.check(host, type);
}
