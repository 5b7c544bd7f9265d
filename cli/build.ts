import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { release as runningRelease } from "node:os";
import { resolve } from "node:path";
import { CollectorError, type StartListener } from "../collector/contract.ts";
import type { BuildRequest } from "../collector/modules/build-request.ts";
import { releaseOfHeaders } from "../collector/modules/headers-release.ts";
import { type ModuleInfo, readModuleInfo } from "../collector/modules/module-info.ts";
import type { BuildOptions } from "./commands/build.ts";
import { ExitCode, Failure, usageFailure } from "./failure.ts";
import { fileFailure } from "./file-failure.ts";
import { interruptible } from "./interruptible.ts";
import { listenForInterrupts } from "./record/interrupt.ts";
import { checkWritable } from "./record/paths.ts";
import { Steps } from "./steps.ts";
import { Terminal } from "./terminal.ts";
import { bytes } from "./words.ts";

type Build = (request: BuildRequest, listener: StartListener) => Promise<void>;

/** `stapflame build`: compiles a module and tells how to use it. Throws Failure. */
export async function runBuild(options: BuildOptions): Promise<void> {
  const request = buildRequest(options);
  const verbosity = options.quiet ? "quiet" : options.verbose ? "verbose" : "normal";
  const terminal = new Terminal({ verbosity, results: process.stdout, live: true });
  const build = await builder(options.collector);
  const interrupts = listenForInterrupts();
  const steps = new Steps(terminal);
  const abort = (): never => {
    steps.end();
    terminal.warn("aborted; no module was written.");
    process.exit(ExitCode.aborted);
  };
  void interrupts.second.then(abort);
  try {
    const outcome = await interruptible(build(request, steps), {
      interrupted: interrupts.first,
      spare: [],
      discard: () => {},
    });
    if (outcome.kind === "interrupted") abort();
    steps.end();
    const size = statSync(request.output).size;
    terminal.result(builtLine(request.output, size, readModuleInfo(request.output)));
  } catch (error) {
    throw error instanceof CollectorError ? new Failure(error.message, error.remedy) : error;
  } finally {
    steps.end();
    interrupts.stop();
  }
}

/** The options made whole, and checked as far as it needs no compiler. Throws Failure. */
export function buildRequest(options: BuildOptions): BuildRequest {
  const { signKey, signCert, collector } = options;
  if ((signKey === undefined) !== (signCert === undefined)) {
    const [given, missing] = signKey === undefined ? ["cert", "key"] : ["key", "cert"];
    throw usageFailure(
      `--sign-${given} was given without --sign-${missing}`,
      "A module is signed with a private key and its certificate: give both.",
    );
  }
  if (options.headers !== undefined) checkFolder(options.headers);
  const compiledIn = [
    options.frequency !== undefined && "-F",
    options.kernelMemory !== undefined && "--kernel-memory",
    options.unwind !== undefined && "--unwind",
  ].filter((name) => name !== false);
  if (collector !== "stap" && compiledIn.length > 0) {
    throw usageFailure(
      `${compiledIn.join(" and ")} go with --collector stap only`,
      "The kmod collector is told its rate and memory when it records, and unwinds by frame pointers.",
    );
  }
  for (const file of options.unwind ?? []) checkReadable(file);
  const release = releaseWanted(options);
  const output = options.output ?? `stapflame-${collector}-${release}.ko`;
  checkWritable(output);
  for (const file of [signKey, signCert]) if (file !== undefined) checkReadable(file);
  return {
    release,
    headers: options.headers === undefined ? undefined : resolve(options.headers),
    output,
    frequencyHz: options.frequency,
    kernelMemoryBytes: options.kernelMemory,
    unwind: (options.unwind ?? []).map((file) => realpathSync(file)),
    signing:
      signKey === undefined || signCert === undefined
        ? undefined
        : { key: resolve(signKey), certificate: resolve(signCert) },
  };
}

/** The kernel that was named, or that the headers given are of, or the running one. Throws Failure. */
function releaseWanted({ kernel, headers }: BuildOptions): string {
  const told = headers === undefined ? undefined : releaseOfHeaders(headers);
  if (kernel !== undefined && told !== undefined && kernel !== told) {
    throw new Failure(
      `the headers in ${headers} are of kernel ${told}, not of ${kernel}`,
      "Leave --kernel out, or give the folder of that kernel's headers.",
    );
  }
  return kernel ?? told ?? runningRelease();
}

/** The last line of a build: what there is now, and what to do with it. */
export function builtLine(output: string, size: number, info: ModuleInfo): string {
  const signed = info.isSigned ? ", signed" : "";
  return `${output}: ${bytes(size)}${signed}, vermagic "${info.vermagic.trim()}"; use it with \`stapflame record --module ${output} …\``;
}

/** Loaded only when it is asked for: each brings its templates along. */
async function builder(collector: BuildOptions["collector"]): Promise<Build> {
  switch (collector) {
    case "kmod":
      return (await import("../collector/kmod/build.ts")).buildKmod;
    case "stap":
      return (await import("../collector/stap/build.ts")).buildStapModule;
  }
}

function checkFolder(path: string): void {
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    throw fileFailure("read", path, error);
  }
  throw new Failure(`${path} is not a folder`, "Give the folder of the kernel's headers with --headers.");
}

function checkReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw fileFailure("read", path, error);
  }
}
