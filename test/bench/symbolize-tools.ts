import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { CLI } from "../integration/harness.ts";

/** A symbolizer as its users run it: addresses on standard input, text on standard output. */
export interface Tool {
  name: string;
  command(file: string): string[];
  /** Beside the environment of the benchmark. */
  env?: Record<string, string>;
}

/** `cache`: a folder that is empty before the first run; the second one finds there what the first was told. */
export function tools(cache: string): readonly Tool[] {
  const command = (file: string) => [process.execPath, CLI, "symbolize", "-e", file];
  return [
    { name: "stapflame", command, env: { STAPFLAME_NO_CACHE: "1" } },
    { name: "stapflame again", command, env: { STAPFLAME_NO_CACHE: "", XDG_CACHE_HOME: cache } },
    { name: "eu-addr2line", command: (file) => ["eu-addr2line", "-f", "-i", "-e", file] },
    { name: "addr2line", command: (file) => ["addr2line", "-f", "-i", "-e", file] },
    { name: "llvm-symbolizer", command: (file) => ["llvm-symbolizer", "--inlines", `--obj=${file}`] },
  ];
}

export interface ProcessCost {
  /** By the clock, which other work on the machine lengthens. */
  seconds: number;
  /** User and system time of all its threads. */
  cpuSeconds: number;
  /** Largest resident set, of the process and those that it started. */
  peakBytes: number;
  lines: number;
}

/**
 * Runs one whole process under GNU time with the file `input` as its standard input. A tool that needs longer than
 * `limitSeconds` is ended: undefined.
 */
export async function processCost(
  tool: Tool,
  file: string,
  input: string,
  limitSeconds: number,
): Promise<ProcessCost | undefined> {
  const limited = ["-q", "-f", "%U %S %M", "timeout", String(limitSeconds), ...tool.command(file)];
  // It has Node read a hundred certificates at every start, which takes longer than the rest of its start.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = { ...process.env, ...tool.env };
  const addresses = openSync(input, "r");
  const before = performance.now();
  const child = spawn("/usr/bin/time", limited, { stdio: [addresses, "pipe", "pipe"], env });
  closeSync(addresses);
  let lines = 0;
  let told = "";
  child.stdout?.on("data", (piece: Buffer) => {
    for (const byte of piece) if (byte === 10) lines++;
  });
  child.stderr?.on("data", (piece: Buffer) => {
    told = (told + piece.toString()).slice(-1000);
  });
  const [code] = await once(child, "close");
  const seconds = (performance.now() - before) / 1000;
  if (code === 124) return undefined;
  const [user, system, kilobytes] = (told.trimEnd().split("\n").at(-1) ?? "").split(" ").map(Number);
  if (!Number.isFinite(kilobytes)) throw new Error(`${tool.name} failed: ${told}`);
  return { seconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024, lines };
}
