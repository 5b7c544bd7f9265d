import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { delimiter, join } from "node:path";
import type { Writable } from "node:stream";
import { CollectorError } from "./contract.ts";

/** How a command ended. */
export type CommandEnd = { kind: "exit"; code: number } | { kind: "signal"; signal: NodeJS.Signals };

/** A command that waits before its first instruction until it is released. */
export interface LaunchedCommand {
  pid: number;
  release(): void;
  ended: Promise<CommandEnd>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Waits for a line on descriptor 3, then becomes the command. The same process all the time, so its id is known, and
 * can be made a target, before the command exists. If we die first, the pipe ends and it ends without running.
 */
const GATE = 'IFS= read -r go <&3 || exit 125; exec 3<&-; exec "$@"';

/** Starts `command` held at its gate, with our own standard streams. Throws CollectorError when there is no such command. */
export async function launch(command: string, args: readonly string[]): Promise<LaunchedCommand> {
  const path = findCommand(command);
  const child = spawn("/bin/sh", ["-c", GATE, "stapflame-gate", path, ...args], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
  });
  const ended = waitForEnd(child);
  const gate = child.stdio[3] as Writable;
  // A child that is gone before it is released is told by `ended`.
  gate.on("error", () => {});
  if (child.pid === undefined) await ended;
  return {
    pid: child.pid ?? 0,
    release: () => void gate.end("go\n"),
    ended,
    kill: (signal) => void child.kill(signal),
  };
}

function waitForEnd(child: ChildProcess): Promise<CommandEnd> {
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once("error", (error) => {
      reject(
        new CollectorError(
          `the command could not be started (${error.message})`,
          "Check that /bin/sh works.",
        ),
      );
    });
    child.once("exit", (code, signal) => {
      resolve(signal ? { kind: "signal", signal } : { kind: "exit", code: code ?? 0 });
    });
  });
  ended.catch(() => {});
  return ended;
}

/** What a shell would give as the exit code: 128 + the signal's number for a command ended by a signal. */
export function exitCodeOf(end: CommandEnd): number {
  return end.kind === "exit" ? end.code : 128 + osConstants.signals[end.signal];
}

/** Path of an executable by the rules of execvp(3). Throws CollectorError. */
export function findCommand(command: string, searchPath = process.env.PATH ?? "/usr/bin:/bin"): string {
  const named = command.includes("/");
  const candidates = named
    ? [command]
    : searchPath.split(delimiter).map((folder) => join(folder || ".", command));
  let problem: CollectorError | undefined;
  for (const path of candidates) {
    const status = tryStat(path);
    if (!status) continue;
    if (status.isDirectory()) {
      problem ??= new CollectorError(`${path} is a directory, not a command`, "Name the program in it.");
      continue;
    }
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      problem ??= new CollectorError(
        `${path} is not executable`,
        `Make it so (chmod +x ${path}) or name its interpreter.`,
      );
    }
  }
  if (problem && named) throw problem;
  throw new CollectorError(
    `there is no command ${command}`,
    named ? "Check the path." : "Check its spelling, or give its path: it is in no folder of PATH.",
  );
}

function tryStat(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
