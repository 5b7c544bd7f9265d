import { spawn } from "node:child_process";
import { once } from "node:events";
import { CLI } from "../integration/harness.ts";

/** A symbolizer as its users run it: addresses on standard input, text on standard output. */
export interface Tool {
  name: string;
  command(file: string): string[];
}

export const TOOLS: readonly Tool[] = [
  { name: "stapflame", command: (file) => [process.execPath, CLI, "symbolize", "-e", file] },
  { name: "eu-addr2line", command: (file) => ["eu-addr2line", "-f", "-i", "-e", file] },
  { name: "addr2line", command: (file) => ["addr2line", "-f", "-i", "-e", file] },
  { name: "llvm-symbolizer", command: (file) => ["llvm-symbolizer", "--inlines", `--obj=${file}`] },
];

export interface ProcessCost {
  seconds: number;
  /** Largest resident set, of the process and those that it started. */
  peakBytes: number;
  lines: number;
}

/** Runs one whole process under GNU time. A tool that needs longer than `limitSeconds` is ended: undefined. */
export async function processCost(
  command: readonly string[],
  input: string,
  limitSeconds: number,
): Promise<ProcessCost | undefined> {
  const before = performance.now();
  const limited = ["-q", "-f", "%M", "timeout", String(limitSeconds), ...command];
  const child = spawn("/usr/bin/time", limited, { stdio: ["pipe", "pipe", "pipe"] });
  let lines = 0;
  let told = "";
  child.stdout.on("data", (piece: Buffer) => {
    for (const byte of piece) if (byte === 10) lines++;
  });
  child.stderr.on("data", (piece: Buffer) => {
    told = (told + piece.toString()).slice(-1000);
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = await once(child, "close");
  const seconds = (performance.now() - before) / 1000;
  const kilobytes = Number(told.trimEnd().split("\n").at(-1));
  if (code === 124) return undefined;
  if (!Number.isFinite(kilobytes)) throw new Error(`${command[0]} failed: ${told}`);
  return { seconds, peakBytes: kilobytes * 1024, lines };
}
