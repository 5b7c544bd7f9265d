import { readFileSync } from "node:fs";

/** The distributions whose package names are known, by their package manager. */
export type Distribution = "debian" | "redhat" | "suse" | "other";

/** From the text of /etc/os-release. */
export function parseDistribution(osRelease: string): Distribution {
  const value = (key: string) => new RegExp(`^${key}=["']?([^"'\\n]*)`, "m").exec(osRelease)?.[1] ?? "";
  const names = `${value("ID")} ${value("ID_LIKE")}`.split(/\s+/);
  const is = (...known: string[]) => known.some((name) => names.includes(name));
  if (is("debian", "ubuntu")) return "debian";
  if (is("fedora", "rhel", "centos", "amzn", "ol", "rocky", "almalinux")) return "redhat";
  if (is("suse", "opensuse", "sles") || names.some((name) => name.startsWith("opensuse"))) return "suse";
  return "other";
}

export function thisDistribution(): Distribution {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    try {
      return parseDistribution(readFileSync(path, "utf8"));
    } catch {
      // The next place may have it.
    }
  }
  return "other";
}

/** How to install a kernel's headers, as a sentence. */
export function installHeaders(release: string, distribution = thisDistribution()): string {
  switch (distribution) {
    case "debian":
      return `Install them: \`apt install linux-headers-${release}\`.`;
    case "redhat":
      return `Install them: \`dnf install kernel-devel-${release}\`.`;
    case "suse":
      return `Install them: \`zypper install kernel-${/-(\w+)$/.exec(release)?.[1] ?? "default"}-devel\`.`;
    case "other":
      return `Install your distribution's package of headers for kernel ${release}.`;
  }
}

/** How to install packages that are named alike everywhere, as a sentence. */
export function installPackages(packages: readonly string[], distribution = thisDistribution()): string {
  const list = packages.join(" ");
  switch (distribution) {
    case "debian":
      return `Install it: \`apt install ${list}\`.`;
    case "redhat":
      return `Install it: \`dnf install ${list}\`.`;
    case "suse":
      return `Install it: \`zypper install ${list}\`.`;
    case "other":
      return `Install ${list}.`;
  }
}
