/** What in a guest decides whether stapflame works there. */
export interface Versions {
  kernel: string;
  stap: string;
  gcc: string;
}

/** Reads them from dpkg's list of what is installed, /var/lib/dpkg/status. */
export function installedVersions(status: string): Versions {
  const version = (name: string) => {
    const entry = status.split("\n\n").find((paragraph) => paragraph.startsWith(`Package: ${name}\n`));
    const found = /^Version: (.*)$/m.exec(entry ?? "")?.[1];
    if (found === undefined) throw new Error(`the package ${name} is not installed`);
    return found;
  };
  return { kernel: version("linux-image-cloud-amd64"), stap: version("systemtap"), gcc: version("gcc") };
}

/** What changed between two, in words; undefined when nothing did. */
export function describeMove(from: Versions, to: Versions): string | undefined {
  const moves = (["kernel", "stap", "gcc"] as const)
    .filter((what) => from[what] !== to[what])
    .map((what) => `${what} ${from[what]} → ${to[what]}`);
  return moves.length > 0 ? moves.join(", ") : undefined;
}
