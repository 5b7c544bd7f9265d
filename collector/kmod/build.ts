import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CollectorError, type StartListener } from "../contract.ts";
import type { BuildRequest } from "../modules/build-request.ts";
import { privateCacheFolder } from "../modules/cache-folder.ts";
import { headersOf } from "../modules/headers.ts";
import { signModule } from "../modules/sign-module.ts";
import { explainCompiling } from "./build-errors.ts";
import { crossCompiling } from "./cross-compiling.ts";
import { kmodSource } from "./source.ts";

/** How often the time that compiling takes is told anew. */
const PROGRESS_INTERVAL_MS = 1000;

/** Builds the module for any kernel whose headers are here. Throws CollectorError. */
export async function buildKmod(request: BuildRequest, listener: StartListener): Promise<void> {
  const { release, headers, output, signing } = request;
  const built =
    headers === undefined
      ? { file: await ensureModule(release, listener), remove: () => {} }
      : await compile(headersOf(release, headers), release, listener);
  // Beside its place first: never half a file.
  const unfinished = `${output}.unfinished`;
  try {
    mkdirSync(dirname(resolve(output)), { recursive: true });
    copyFileSync(built.file, unfinished);
    if (signing) await signModule(unfinished, headersOf(release, headers), signing);
    renameSync(unfinished, output);
  } catch (error) {
    if (error instanceof CollectorError) throw error;
    throw new CollectorError(
      `the module could not be written to ${output} (${(error as NodeJS.ErrnoException).code})`,
      "Choose another place with -o.",
    );
  } finally {
    rmSync(unfinished, { force: true });
    built.remove();
  }
}

/** The module for a kernel whose headers are installed, from the cache or compiled now. Returns its path. Throws CollectorError. */
export async function ensureModule(release: string, listener: StartListener): Promise<string> {
  const cached = cachedModule(release);
  if (existsSync(cached)) {
    listener.detail(`module from the cache: ${cached}`);
    return cached;
  }
  const built = await compile(headersOf(release, undefined), release, listener);
  try {
    const unfinished = `${cached}.${process.pid}`;
    copyFileSync(built.file, unfinished);
    renameSync(unfinished, cached);
  } finally {
    built.remove();
  }
  return cached;
}

/** Where the module for a kernel is kept once it is built. */
export function cachedModule(release: string): string {
  const { moduleName } = kmodSource();
  return join(privateCacheFolder("kmod", `${release}-${configHash(release)}`), `${moduleName}.ko`);
}

/** Kernels of one release may be configured and compiled differently; a machine without headers has one only. */
function configHash(release: string): string {
  try {
    const config = readFileSync(join(headersOf(release, undefined), "include/config/auto.conf"));
    return createHash("sha256").update(config).digest("hex").slice(0, 8);
  } catch {
    return "unknown";
  }
}

async function compile(
  headers: string,
  release: string,
  listener: StartListener,
): Promise<{ file: string; remove(): void }> {
  const { moduleName, files } = kmodSource();
  const folder = mkdtempSync(join(privateCacheFolder("building"), "kmod-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const began = performance.now();
    const tell = () => {
      const seconds = Math.round((performance.now() - began) / 1000);
      const soFar = seconds > 0 ? `, ${seconds} s` : "";
      listener.progress(`compiling the sampling module for ${release}, once for each kernel${soFar}`);
    };
    tell();
    const timer = setInterval(tell, PROGRESS_INTERVAL_MS);
    let output: MakeOutput;
    try {
      output = await make(headers, folder);
    } finally {
      clearInterval(timer);
    }
    const file = join(folder, `${moduleName}.ko`);
    if (output.code !== 0 || !existsSync(file)) throw explainCompiling(output.text, release);
    for (const line of output.text.split("\n")) if (/warning:/i.test(line)) listener.detail(line.trim());
    listener.detail(
      `compiled the module for ${release} in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
    return { file, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

interface MakeOutput {
  code: number | null;
  text: string;
}

/** Runs make with only what it needs from our environment: a MAKEFLAGS or CC of the user's must not change the module. */
function make(headers: string, folder: string): Promise<MakeOutput> {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn("make", ["-C", headers, `M=${folder}`, "modules"], {
    env: { PATH, HOME, TMPDIR, LC_ALL: "C", ...crossCompiling(headers) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const keep = (bytes: Buffer) => {
    text += bytes.toString("utf8");
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const stop = () => void child.kill();
  process.once("exit", stop);
  return new Promise((done) => {
    const finish = (code: number | null) => {
      process.off("exit", stop);
      done({ code, text });
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      text += `make: ${error.code === "ENOENT" ? "not found" : error.message}`;
      finish(null);
    });
    child.once("close", finish);
  });
}
