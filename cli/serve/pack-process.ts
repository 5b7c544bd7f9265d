import { fork } from "node:child_process";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import { overviewOf } from "./overview.ts";
import { type PackMessage, packProfile } from "./pack.ts";
import { PACK_COMMAND } from "./pack-command.ts";

/** What packs a file and tells of it; `stop` ends that at once. */
export interface Packing {
  done: Promise<void>;
  stop(): void;
}
export type Pack = (path: string, tell: (message: PackMessage) => void) => Packing;

/**
 * Packs a file in a process of its own: a huge or hostile file must not keep the server from answering, nor take it
 * down. What goes wrong is told as a `failure`.
 */
export const packInProcess =
  (from?: InputFormat): Pack =>
  (path, tell) => {
    const child = fork(
      process.argv[1],
      [PACK_COMMAND, ...(from === undefined ? [] : ["--from", from]), "--", path],
      {
        serialization: "advanced",
        stdio: ["ignore", "ignore", "ignore", "ipc"],
        execArgv: [],
      },
    );
    let isOver = false;
    const done = new Promise<void>((resolve) => {
      const fail = (why: string) => {
        if (isOver) return;
        isOver = true;
        tell({ kind: "failure", sentence: `${path} could not be read: ${why}.` });
      };
      child.on("message", (message) => {
        const told = message as PackMessage;
        if (told.kind === "end" || told.kind === "failure") isOver = true;
        tell(told);
      });
      child.on("error", (error) => fail(error.message));
      child.on("close", (code, signal) => {
        fail(
          signal === "SIGABRT"
            ? "it needs more memory than there is"
            : `the reading process ended with ${signal ?? code}`,
        );
        resolve();
      });
    });
    return {
      done,
      stop: () => {
        isOver = true;
        child.kill("SIGKILL");
      },
    };
  };

/** What the packing process does: tells all to the server, and ends with it. */
export async function packForParent(path: string, from?: InputFormat): Promise<void> {
  process.on("disconnect", () => process.exit());
  for await (const message of packProfile(path, overviewOf, from)) {
    await new Promise<void>((resolve, reject) => {
      if (process.send === undefined) throw new Error("this command is stapflame's own");
      process.send(message, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  }
  process.disconnect();
}
