import { Command, Option } from "commander";
import { loaded } from "../loaded.ts";
import { requireLinux } from "../record/plan.ts";
import { parseFrequency, parseRelease, parseSize } from "../values.ts";

export interface BuildOptions {
  collector: "kmod" | "stap";
  /** undefined: the running kernel's. */
  kernel?: string;
  headers?: string;
  /** With stap only. */
  frequency?: number;
  kernelMemory?: number;
  unwind?: string[];
  signKey?: string;
  signCert?: string;
  output?: string;
  quiet?: boolean;
  verbose?: boolean;
}

const EXAMPLES = `
Compiles the kernel module that samples, for this machine or for another one. There it is used without compiler, headers
or SystemTap, by "stapflame record --module FILE.ko". Loads nothing and needs no root. A module fits one kernel release
only: the release that "uname -r" prints there is what --kernel wants.

What it needs here:
  kmod   the headers of that kernel (package linux-headers-RELEASE or kernel-devel-RELEASE), gcc and make
  stap   SystemTap besides. Rate, memory and unwind data are compiled in: -F, --kernel-memory, and --unwind for the programs
         whose callers it shall be able to tell (the same files, at the same paths, on the other machine)

Kernels that load signed modules only (Secure Boot, module.sig_enforce) want --sign-key and --sign-cert: a private key
(PEM) and its certificate (X.509), of which the kernel must know the certificate ("mokutil --import CERT").

The last line of the output tells the file, its size, the kernel it fits and how to use it.

Examples:
  stapflame build -o stapflame.ko                                   for the running kernel
  stapflame build --kernel 6.1.0-56-cloud-amd64 -o box.ko           for another whose headers are installed here
  stapflame build --headers ~/linux-6.12 -o lab.ko                  for a kernel of your own, built there
  stapflame build --collector stap --unwind /usr/sbin/nginx -o nginx.ko
  stapflame build --sign-key MOK.priv --sign-cert MOK.der -o signed.ko
  scp box.ko box: && ssh box sudo stapflame record --module box.ko -a -d 10s`;

export function buildCommand(): Command {
  return new Command("build")
    .description("Compile the sampling kernel module ahead of time, also for another machine.")
    .addOption(new Option("--collector <name>", "whose module").choices(["kmod", "stap"]).default("kmod"))
    .addOption(
      new Option(
        "--kernel <release>",
        "kernel release it is for (default: that of --headers, or the running one)",
      ).argParser(parseRelease),
    )
    .option("--headers <dir>", "that kernel's headers or build folder (default: /lib/modules/RELEASE/build)")
    .addOption(
      new Option(
        "-F, --frequency <hz>",
        "with stap, samples a second, which are compiled in (1000)",
      ).argParser(parseFrequency),
    )
    .addOption(
      new Option(
        "--kernel-memory <size>",
        "with stap, upper bound of kernel memory for tables, which is compiled in (64M)",
      ).argParser(parseSize),
    )
    .option(
      "--unwind <file...>",
      "with stap, programs and libraries whose callers it shall be able to tell, as the other machine has them",
    )
    .option("--sign-key <file>", "private key to sign it with")
    .option("--sign-cert <file>", "the key's certificate")
    .option("-o, --output <file>", "the module (default: stapflame-COLLECTOR-RELEASE.ko)")
    .addOption(new Option("-q, --quiet", "print errors and warnings only").conflicts("verbose"))
    .option("-v, --verbose", "tell more: steps, compiler warnings")
    .addHelpText("after", EXAMPLES)
    .action(async (options: BuildOptions) => {
      requireLinux();
      const { runBuild } = await loaded(import("../build.ts"));
      await runBuild(options);
    });
}
