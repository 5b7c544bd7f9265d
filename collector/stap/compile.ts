import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { release as runningRelease } from "node:os";
import { join } from "node:path";
import { CollectorError, type StartListener } from "../contract.ts";
import { privateCacheFolder } from "../modules/cache-folder.ts";
import { commandPath } from "../modules/command-path.ts";
import { installPackages, thisDistribution } from "../modules/distribution.ts";
import { MODULE_PREFIX } from "../modules/leftovers.ts";
import { explainFailure } from "./errors.ts";
import { newQuirks, quirksById } from "./quirks/index.ts";
import { headerReader } from "./quirks/kernel-headers.ts";
import type { Evidence, Quirk } from "./quirks/quirk.ts";
import { repairArguments, runtimeReader, systemRuntime } from "./quirks/runtime-copy.ts";
import { runStap } from "./run-stap.ts";
import { limitArguments, renderScript, type ScriptPlan } from "./script.ts";
import { identityOf, type UnwindFiles } from "./unwind-files.ts";

/** What a module is compiled for. */
interface Kernel {
  release: string;
  /** Folder of its headers; by default where stap looks itself. */
  headers: string | undefined;
}

/** What is to be compiled. */
export interface CompileRequest extends Kernel {
  plan: ScriptPlan;
  unwind: Pick<UnwindFiles, "files" | "libraries">;
}

/** Modules kept for recordings to come, half a megabyte to some each. */
const MOST_CACHED = 24;
const NAME_DIGITS = 16;

/** Compiles modules with SystemTap, and remembers what it took. */
export class StapCompiler {
  readonly #stap: string;
  readonly version: string | undefined;
  readonly #folder = privateCacheFolder("stap");

  /** Throws CollectorError when there is no stap. */
  constructor() {
    const path = commandPath("stap");
    if (path === undefined) {
      throw new CollectorError("SystemTap (stap) is not installed", installPackages(["systemtap"]));
    }
    this.#stap = path;
    this.version = stapVersion(path);
  }

  /** The arguments of stap, but for those that quirks add and for files. */
  static arguments(request: CompileRequest, name: string): string[] {
    const { plan, unwind, release, headers } = request;
    return [
      "-v",
      "-p4",
      "-g",
      ...["-m", name],
      ...["-r", headers ?? release],
      ...limitArguments(plan.limits),
      ...unwind.files.flatMap((file) => ["-d", file]),
      ...(unwind.libraries ? ["--ldd"] : []),
    ];
  }

  /** Path of the compiled module: from the cache, or compiled now. Throws CollectorError. */
  async compile(request: CompileRequest, listener: StartListener): Promise<string> {
    for (;;) {
      const quirks = this.#knownQuirks(request);
      const file = join(this.#folder, `${this.#keyOf(request, quirks)}.ko`);
      if (existsSync(file)) {
        listener.detail(`SystemTap's module is in the cache: ${file}`);
        const now = new Date();
        utimesSync(file, now, now);
        return file;
      }
      const said = await this.#compileOnce(request, quirks, file, listener);
      if (said === undefined) return file;
      if (!this.learn(said, request, listener)) throw this.explain(said, request.release);
    }
  }

  /**
   * Looks for faults that this SystemTap is known to have, in what it wrote, and remembers them. Whether another try
   * is worth while.
   */
  learn(said: string, kernel: Kernel, listener: StartListener): boolean {
    const known = this.#knownQuirks(kernel);
    const found = newQuirks(evidence(said, kernel), known);
    for (const { description } of found) listener.detail(description);
    if (found.length === 0) return false;
    const ids = [...known, ...found].map(({ id }) => id);
    const { release } = kernel;
    writeFileSync(this.#quirksFile(release), JSON.stringify({ stap: this.version, release, quirks: ids }));
    return true;
  }

  explain(said: string, release: string): CollectorError {
    return explainFailure(said, {
      release,
      distribution: thisDistribution(),
      stapVersion: this.version,
    });
  }

  /** What stap wrote when it failed; undefined when the module is there. */
  async #compileOnce(
    request: CompileRequest,
    quirks: readonly Quirk[],
    file: string,
    listener: StartListener,
  ): Promise<string | undefined> {
    const work = mkdtempSync(join(this.#folder, "compile-"));
    try {
      const name = MODULE_PREFIX.stap + "0".repeat(NAME_DIGITS);
      const script = join(work, "stapflame.stp");
      writeFileSync(script, renderScript(request.plan));
      const repairs = repairArguments(quirks, systemRuntime(), this.#runtimeCopy(quirks));
      for (const { description } of quirks) listener.detail(description);
      const args = [...StapCompiler.arguments(request, name), ...repairs, script];
      const run = await runStap(this.#stap, args, work, listener);
      if (!run.succeeded) return run.said;
      renameSync(join(work, `${name}.ko`), file);
      this.#prune();
      return undefined;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }

  #keyOf(request: CompileRequest, quirks: readonly Quirk[]): string {
    const parts = [
      renderScript(request.plan),
      ...StapCompiler.arguments(request, ""),
      ...request.unwind.files.map(identityOf),
      ...quirks.map(({ id }) => id),
      this.version ?? "",
      kernelBuild(request.release),
    ];
    return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32);
  }

  /** One for each set of quirks of each SystemTap. */
  #runtimeCopy(quirks: readonly Quirk[]): string {
    const ids = quirks.map(({ id }) => id).sort();
    const key = createHash("sha256")
      .update([this.version ?? "", ...ids].join("\0"))
      .digest("hex")
      .slice(0, 16);
    return join(this.#folder, `runtime-${key}`);
  }

  #quirksFile(release: string): string {
    const key = createHash("sha256").update(`${this.version}\0${release}`).digest("hex").slice(0, 16);
    return join(this.#folder, `quirks-${key}.json`);
  }

  /** Those found before, and those that show in the files of runtime and kernel. */
  #knownQuirks(kernel: Kernel): Quirk[] {
    const remembered = quirksById(readQuirks(this.#quirksFile(kernel.release)));
    return [...remembered, ...newQuirks(evidence("", kernel), remembered)];
  }

  #prune(): void {
    const modules = readdirSync(this.#folder)
      .filter((name) => name.endsWith(".ko"))
      .map((name) => join(this.#folder, name))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    for (const old of modules.slice(MOST_CACHED)) rmSync(old, { force: true });
  }
}

function evidence(said: string, { release, headers }: Kernel): Evidence {
  return {
    said,
    runtime: runtimeReader(systemRuntime()),
    header: headerReader(headers ?? `/lib/modules/${release}/build`),
  };
}

/** `Systemtap translator/driver (version 5.1/0.192, Debian version 5.1-5)` */
function stapVersion(path: string): string | undefined {
  try {
    const text = execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return parseStapVersion(text);
  } catch {
    return undefined;
  }
}

/** SystemTap's version in the text of `stap --version`. */
export function parseStapVersion(text: string): string | undefined {
  return /\(version ([0-9.]+)/.exec(text)?.[1];
}

/** A rebuilt kernel of the same release needs a module of its own: SystemTap compares the versions when it starts. */
function kernelBuild(release: string): string {
  if (release !== runningRelease()) return release;
  try {
    return readFileSync("/proc/version", "latin1");
  } catch {
    return release;
  }
}

function readQuirks(path: string): string[] {
  try {
    const { quirks } = JSON.parse(readFileSync(path, "utf8")) as { quirks?: unknown };
    return Array.isArray(quirks) ? quirks.filter((id): id is string => typeof id === "string") : [];
  } catch {
    return [];
  }
}
