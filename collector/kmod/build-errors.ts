import { CollectorError } from "../contract.ts";
import { installHeaders, installPackages } from "../modules/distribution.ts";

/** What `make` said, and what it means: the first that matches. */
const CAUSES: readonly {
  pattern: RegExp;
  explain(match: RegExpExecArray, release: string): CollectorError;
}[] = [
  {
    pattern: /^make: not found/m,
    explain: () =>
      new CollectorError("there is no make to compile the module with", installPackages(["make", "gcc"])),
  },
  {
    pattern: /(?:^|\s)(?:\S*\/)?((?:[\w.]+-)*(?:gcc|clang|cc)(?:-[\d.]+)?): (?:command )?not found/m,
    explain: ([, compiler]) =>
      new CollectorError(
        `there is no compiler to compile the module with (${compiler})`,
        installPackages([/gcc(-\d+)?$/.exec(compiler)?.[0] ?? "gcc"]),
      ),
  },
  {
    pattern: /No space left on device/,
    explain: () =>
      new CollectorError("the disk is full", "Make room, or set XDG_CACHE_HOME to a place that has some."),
  },
  {
    pattern: /(gelf\.h|libelf\.h|openssl\/\S+\.h): No such file/,
    explain: ([, header]) =>
      new CollectorError(
        `the kernel's headers need ${header}`,
        installPackages([header.startsWith("openssl") ? "libssl-dev" : "libelf-dev"]),
      ),
  },
  {
    pattern:
      /No rule to make target|scripts\/\S+: (?:not found|No such file)|\/bin\/sh: \d*:? ?\.\/(?:scripts|tools)\//,
    explain: (_, release) =>
      new CollectorError(`the headers of kernel ${release} are not whole`, installHeaders(release)),
  },
  {
    pattern: /^ERROR: modpost: (.*)$/m,
    explain: ([, what]) =>
      new CollectorError(
        `this kernel lacks what the module needs: ${what}`,
        "Please report this with the output of `uname -a`; the bpf and stap collectors may work.",
      ),
  },
  {
    pattern: /(?:fatal )?error: (.*)$/m,
    explain: ([, what]) =>
      new CollectorError(
        `the module does not compile here: ${what}`,
        "Please report this with the output of `uname -a`; the bpf and stap collectors may work.",
      ),
  },
];

/** From the output of a `make` that failed. */
export function explainCompiling(output: string, release: string): CollectorError {
  for (const { pattern, explain } of CAUSES) {
    const match = pattern.exec(output);
    if (match) return explain(match, release);
  }
  const last = output.trim().split("\n").at(-1) ?? "";
  return new CollectorError(
    `the module could not be compiled: ${last || "make said nothing"}`,
    "`stapflame script --collector kmod` prints what was compiled.",
  );
}
