import { CollectorError } from "../contract.ts";
import { type Distribution, installHeaders, installPackages } from "../modules/distribution.ts";

/** What SystemTap was doing when it failed. */
export interface FailureContext {
  release: string;
  distribution: Distribution;
  /** Version of stap, such as `5.1`. */
  stapVersion: string | undefined;
}

interface KnownFailure {
  /** Found in what stap or staprun wrote on standard error. */
  pattern: RegExp;
  explain(match: RegExpExecArray, context: FailureContext): [message: string, remedy: string];
}

const OTHERS = "The bpf and kmod collectors need no SystemTap; `stapflame doctor` shows what works here.";

/** In this order: the first that is found explains. Each was written by a stap or kernel named in its test. */
const KNOWN: readonly KnownFailure[] = [
  {
    pattern: /No space left on device|could not write|cannot write .* file/i,
    explain: () => [
      "SystemTap found no space left on the device to compile in",
      "Free some in /tmp and in the cache (XDG_CACHE_HOME), or point TMPDIR elsewhere.",
    ],
  },
  {
    pattern:
      /Checking "\/lib\/modules\/([^/]+)\/build\/\.config" failed|kernel-devel|Incorrect version or missing kernel-.*devel|Cannot find kernel build tree/i,
    explain: (match, context) => {
      const release = match[1] ?? context.release;
      return [
        `SystemTap finds no headers of kernel ${release}`,
        installHeaders(release, context.distribution),
      ];
    },
  },
  {
    pattern:
      /Key was rejected by service|Required key not available|Loading of unsigned module is rejected|EKEYREJECTED/i,
    explain: () => [
      "this kernel loads only modules signed with a key that it trusts, and SystemTap's are not",
      "Enrol a key (`mokutil --import`) and use `stapflame build --sign-key K --sign-cert C`, or use the bpf collector.",
    ],
  },
  {
    pattern: /Lockdown|locked down|modules_disabled|module loading is restricted/i,
    explain: () => [
      "the kernel is locked down, which forbids SystemTap's modules",
      "Use the bpf collector, or switch Secure Boot (lockdown) off.",
    ],
  },
  {
    pattern:
      /Members of the "stapusr"|not a member of any stap group|You are trying to run systemtap as a normal user|member of the groups? "?stapdev|stapdev|stapusr/i,
    explain: () => [
      "SystemTap is run by root or by members of the groups stapdev and stapusr only",
      "Run with sudo, or `usermod -aG stapdev,stapusr USER` and log in again.",
    ],
  },
  {
    pattern: /cannot create temporary directory/i,
    explain: () => [
      "SystemTap may not write to its folder for temporary files",
      "Point TMPDIR to a folder that can be written to.",
    ],
  },
  {
    pattern: /must be run as root|Operation not permitted|Permission denied/i,
    explain: () => ["only root may load SystemTap's modules here", "Run with sudo."],
  },
  {
    pattern: /module (?:version|release) mismatch \((.*?) vs (.*?)\)|Invalid module format/i,
    explain: () => [
      "the headers that SystemTap compiled with are not of the kernel that runs",
      "Boot the kernel that is installed, or install the headers of the one that runs.",
    ],
  },
  {
    pattern:
      /(?:gcc|make|cc1)(?:-\d+)?: (?:Command )?not found|gcc.*No such file or directory|unable to find (?:gcc|make)/i,
    explain: (_match, context) => [
      "SystemTap has no compiler to build its module with",
      installPackages(["gcc", "make"], context.distribution),
    ],
  },
  {
    pattern: /Cannot allocate memory|allocation failed|Out of memory/i,
    explain: () => [
      "the kernel had not enough memory for SystemTap's tables",
      "Lower --kernel-memory or --max-depth.",
    ],
  },
  {
    pattern: /missing .*(?:debuginfo|DWARF)|debuginfo.*not found|no DWARF/i,
    explain: (_match, context) => [
      "SystemTap wants debug information of the kernel, which is not installed",
      installDebugInfo(context.release, context.distribution),
    ],
  },
];

/** The failure of stap or staprun in a sentence, with what to do. `said`: all it wrote on standard error. */
export function explainFailure(said: string, context: FailureContext): CollectorError {
  for (const { pattern, explain } of KNOWN) {
    const match = pattern.exec(said);
    if (match) return new CollectorError(...explain(match, context));
  }
  const complaint = firstComplaint(said);
  const tested = /Kernel version \S+ is outside tested range \S+ \.\.\. (\S+)/.exec(said)?.[1];
  const version = context.stapVersion === undefined ? "SystemTap" : `SystemTap ${context.stapVersion}`;
  if (tested !== undefined) {
    return new CollectorError(
      `${version}, tried with kernels up to ${tested}, fails with ${context.release}: ${complaint}`,
      `Update SystemTap. ${OTHERS}`,
    );
  }
  return new CollectorError(
    `${version} failed: ${complaint}`,
    `Please report this with the output of \`stap-report\`. ${OTHERS}`,
  );
}

/** How to install the kernel's debug information, as a sentence. */
export function installDebugInfo(release: string, distribution: Distribution): string {
  switch (distribution) {
    case "debian":
      return `Install it: \`apt install linux-image-${release}-dbg\` (Ubuntu: linux-image-${release}-dbgsym).`;
    case "redhat":
      return `Install it: \`debuginfo-install kernel-${release}\`.`;
    case "suse":
      return `Install it: \`zypper install kernel-${/-(\w+)$/.exec(release)?.[1] ?? "default"}-debuginfo\`.`;
    case "other":
      return `Install your distribution's debug information of kernel ${release}.`;
  }
}

/** The line that tells most: a compiler's or stap's error, else the last. */
function firstComplaint(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const complaint = lines.find((line) => /\berror\b\s*:|^ERROR/i.test(line)) ?? lines.at(-1);
  return complaint?.trim() ?? "it gave no reason";
}
