import type { Collector, RecordSpec, Session } from "../../collector/contract.ts";
import { interruptible, type Outcome } from "../interruptible.ts";
import { Steps } from "../steps.ts";
import type { Terminal } from "../terminal.ts";

/** Begins to sample, which may mean to compile a module first; `interrupted` cuts that short. Throws CollectorError. */
export async function startSession(options: {
  collector: Collector;
  spec: RecordSpec;
  terminal: Terminal;
  interrupted: Promise<unknown>;
  /** The launched command, which is no helper of the collector. */
  commandPid: number | undefined;
}): Promise<Outcome<Session>> {
  const { collector, spec, terminal, interrupted, commandPid } = options;
  const steps = new Steps(terminal);
  try {
    return await interruptible(collector.start(spec, steps), {
      interrupted,
      spare: commandPid === undefined ? [] : [commandPid],
      discard: (session) => session.close(),
    });
  } finally {
    steps.end();
  }
}
