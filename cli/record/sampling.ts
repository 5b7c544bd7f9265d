import { CollectorError, type RecordSpec, type Session } from "../../collector/contract.ts";
import type { LaunchedCommand } from "../../collector/launch.ts";
import type { Recorder } from "../../collector/recorder.ts";
import { isLive } from "../../collector/targets.ts";
import type { Terminal } from "../terminal.ts";
import { count, counted, hertz, seconds } from "../words.ts";

/** Why a recording came to its end. */
export type EndReason =
  | { kind: "duration" }
  | { kind: "interrupt"; signal: NodeJS.Signals }
  | { kind: "command-ended" }
  | { kind: "targets-ended" }
  /** The collector can sample no more: what it gave until then is kept. */
  | { kind: "collector-failed"; error: CollectorError };

/** Milliseconds between two drains of the kernel's tables. */
const DRAIN_INTERVAL_MS = 250;
/** Process records are read with each drain, and this often while a storm of processes fills their buffers. */
const STORM_INTERVAL_MS = 25;
/** Of a buffer, between two reads. */
const STORM_FILL = 0.1;

export interface SamplingJob {
  session: Session;
  recorder: Recorder;
  spec: RecordSpec;
  /** Milliseconds; undefined: open end. */
  duration: number | undefined;
  command: LaunchedCommand | undefined;
  /** Resolves when somebody wants the end. */
  interrupted: Promise<NodeJS.Signals>;
  terminal: Terminal;
}

/** Drains the session until the recording ends, whatever ends it. Returns why, and for how many milliseconds it was sampled. */
export async function sample(job: SamplingJob): Promise<{ reason: EndReason; elapsed: number }> {
  const { session, recorder, spec, terminal } = job;
  const { startedAt } = session;
  let reason: EndReason | undefined;
  const bell = new Bell();
  const end = (why: EndReason) => {
    reason ??= why;
    bell.ring();
  };
  void job.interrupted.then((signal) => end({ kind: "interrupt", signal }));
  const commandEnded = () => end({ kind: "command-ended" });
  job.command?.ended.then(commandEnded, commandEnded);
  job.command?.release();
  const take = (raw: Parameters<Recorder["add"]>[0]) => recorder.add(raw, session.depths);
  const drain = async () => {
    try {
      await session.drain(recorder.events, take);
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      reason = { kind: "collector-failed", error };
    }
  };

  let drainAt = performance.now() + DRAIN_INTERVAL_MS;
  while (!reason) {
    const now = performance.now();
    const left = job.duration === undefined ? Number.POSITIVE_INFINITY : startedAt + job.duration - now;
    if (left <= 0) reason = { kind: "duration" };
    else if (now < drainAt) {
      const wait = Math.min(recordsInterval(session), drainAt - now, left);
      await bell.sleep(wait, session.recordsCome?.(wait));
      session.drainProcesses(recorder.events);
    } else {
      drainAt = now + DRAIN_INTERVAL_MS;
      await drain();
      recorder.processes.endRound();
      terminal.progress(() => progressLine(job, now - startedAt));
      if (!targetsLive(spec)) reason ??= { kind: "targets-ended" };
    }
  }
  session.stop();
  const elapsed = performance.now() - startedAt;
  if (reason.kind !== "collector-failed") await drain();
  terminal.clear();
  return { reason, elapsed };
}

function recordsInterval(session: Session): number {
  return session.recordsFill > STORM_FILL ? STORM_INTERVAL_MS : DRAIN_INTERVAL_MS;
}

/** Sleeps that can be cut short: when the command ends or a signal comes, the last samples should not wait. */
class Bell {
  #wake: (() => void) | undefined;

  /** `earlier`: what ends it too. */
  sleep(milliseconds: number, earlier?: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      void earlier?.then(this.#wake);
    });
  }

  ring(): void {
    this.#wake?.();
  }
}

/** Whether anything is left that was named. Children of targets that ended are not looked for: they are not named. */
function targetsLive(spec: RecordSpec): boolean {
  // Of a command that we started we are told the end.
  if (spec.targets.kind !== "tasks" || spec.targets.launched !== undefined) return true;
  return [...spec.targets.pids, ...spec.targets.tids].some(isLive);
}

function progressLine({ session, recorder, spec, duration }: SamplingJob, elapsed: number): string {
  const counters = session.counters();
  const dropped = counters.drops.reduce((sum, drop) => sum + drop.count, 0);
  const parts = [
    duration === undefined ? seconds(elapsed) : `${seconds(elapsed)} of ${seconds(duration)}`,
    counted(counters.samples, "sample"),
    counted(recorder.distinctStacks, "distinct stack"),
    `${hertz(spec.frequencyHz)}${Number.isNaN(counters.achievedHz) ? "" : ` (achieved ${hertz(Math.round(counters.achievedHz * 10) / 10)})`}`,
    dropped === 0
      ? "none dropped"
      : counters.drops.map((drop) => `${count(drop.count)} dropped: ${drop.cause}`).join(", "),
  ];
  return `recording ${parts.join(" · ")}`;
}
