import { exitCodeOf, type LaunchedCommand } from "../../collector/launch.ts";
import type { EndReason } from "./sampling.ts";
import type { CommandResult } from "./summary.ts";

/** A command that does not end when asked is killed after this. */
const COMMAND_GRACE_MS = 2000;

/** Asks the command to end if the recording ended before it, and tells how it ended. */
export async function endCommand(command: LaunchedCommand, reason: EndReason): Promise<CommandResult> {
  const ended = reason.kind !== "command-ended";
  let killer: NodeJS.Timeout | undefined;
  if (ended) {
    command.kill("SIGTERM");
    killer = setTimeout(() => command.kill("SIGKILL"), COMMAND_GRACE_MS);
  }
  const end = await command.ended;
  clearTimeout(killer);
  return { exitCode: exitCodeOf(end), signal: end.kind === "signal" ? end.signal : undefined, ended };
}
