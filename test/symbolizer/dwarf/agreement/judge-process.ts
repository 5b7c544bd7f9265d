import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { PACKAGE_OF } from "../../judges.ts";
import { cacheFolder } from "../corpus/corpus.ts";

/** Answers that took longer are kept with the corpus: elfutils needs many minutes for some files, and says the same again. */
const KEPT_FROM_MS = 2000;

/**
 * What a judge prints of `file`, whatever its exit code: eu-addr2line fails when it knows nothing of one address among
 * thousands. Whether it told of all of them is for the caller to see.
 */
export async function judgeOutput(
  tool: string,
  args: readonly string[],
  file: string,
  input: string,
): Promise<string> {
  const version = await outputOf(tool, ["--version"], "");
  const { size, mtimeMs } = statSync(file);
  const key = createHash("sha256")
    .update(JSON.stringify([version, args, file, size, mtimeMs, input]))
    .digest("hex");
  const kept = join(cacheFolder(), "answers", `${key.slice(0, 24)}.gz`);
  if (existsSync(kept)) return gunzipSync(readFileSync(kept)).toString();
  const before = performance.now();
  const output = await outputOf(tool, args, input);
  if (performance.now() - before > KEPT_FROM_MS) {
    mkdirSync(join(cacheFolder(), "answers"), { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, gzipSync(output));
    renameSync(`${kept}.${process.pid}`, kept);
  }
  return output;
}

/** Asynchronous, so that two judges can take a core each. */
async function outputOf(tool: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(tool, args, { stdio: ["pipe", "pipe", "ignore"] });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  let code: unknown;
  let signal: unknown;
  try {
    [code, signal] = await once(child, "close");
  } catch (error) {
    throw new Error(`this test needs ${tool}: apt-get install ${PACKAGE_OF[tool] ?? tool}`, { cause: error });
  }
  if (code === null) throw new Error(`${tool} was ended by ${String(signal)}`);
  return Buffer.concat(pieces).toString();
}
