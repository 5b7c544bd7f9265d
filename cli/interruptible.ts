import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf } from "../collector/targets.ts";

/** What is cut short gets this long to clean up after itself. */
const GRACE_MS = 5000;

/** How work ended: with its result, or because somebody asked for the end. */
export type Outcome<T> = { kind: "done"; value: T } | { kind: "interrupted" };

export interface InterruptibleWork<T> {
  interrupted: Promise<unknown>;
  /** Children of this process that are none of the work's. */
  spare: readonly number[];
  /** Frees a result that came when nobody wanted it any more. */
  discard(value: T): void;
}

/**
 * Waits for work that may take minutes, or for the wish to end it. Then the programs that it has started (compilers)
 * are asked to end, so that it fails and cleans up. Throws what the work throws.
 */
export async function interruptible<T>(work: Promise<T>, options: InterruptibleWork<T>): Promise<Outcome<T>> {
  const outcome = await Promise.race([
    work.then((value): Outcome<T> => ({ kind: "done", value })),
    options.interrupted.then((): Outcome<T> => ({ kind: "interrupted" })),
  ]);
  if (outcome.kind === "done") return outcome;
  const ended = work.then(options.discard, () => {});
  for (const pid of childrenOf(process.pid)) if (!options.spare.includes(pid)) endProcess(pid);
  const grace = new AbortController();
  await Promise.race([ended, sleep(GRACE_MS, undefined, { signal: grace.signal }).catch(() => {})]);
  grace.abort();
  return outcome;
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
}
