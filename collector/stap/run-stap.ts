import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { StartListener } from "../contract.ts";
import { type EndedPass, parsePass, progressOf, summaryOf } from "./passes.ts";

/** What a run of stap came to. */
export interface StapRun {
  succeeded: boolean;
  /** All that it wrote, for the table of errors. */
  said: string;
  passes: EndedPass[];
}

/** Enough for any compiler's complaint. */
const MOST_LINES = 2000;
/** Its compile is the last pass of `stap -p4`; loading is ours. */
const LAST_PASS = 4;

/** Runs stap in `folder`, telling of its passes as they go. */
export async function runStap(
  program: string,
  args: readonly string[],
  folder: string,
  listener: StartListener,
): Promise<StapRun> {
  const passes: EndedPass[] = [];
  const lines: string[] = [];
  listener.progress(progressOf(1, passes));
  const child = spawn(program, args, {
    cwd: folder,
    // Its messages are parsed.
    env: { ...process.env, LC_ALL: "C", LANGUAGE: "C" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const take = (line: string) => {
    if (lines.length < MOST_LINES) lines.push(line);
    const pass = parsePass(line);
    if (!pass) return;
    passes.push(pass);
    if (pass.number < LAST_PASS) listener.progress(progressOf(pass.number + 1, passes));
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", take);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      lines.push(error.message);
      resolve(null);
    });
    child.once("close", resolve);
  });
  if (code === 0) listener.detail(`SystemTap: ${summaryOf(passes)}`);
  return { succeeded: code === 0, said: lines.join("\n"), passes };
}
