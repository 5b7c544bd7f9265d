import { describe, expect, it } from "vitest";
import { sample } from "../../../cli/record/sampling.ts";
import { Terminal } from "../../../cli/terminal.ts";
import type { Session, SessionCounters } from "../../../collector/contract.ts";
import { Recorder } from "../../../collector/recorder.ts";
import { RECORD_SPEC } from "../../setup/record-spec.ts";

const COUNTERS: SessionCounters = {
  samples: 0,
  drops: [],
  busyTicks: 0,
  achievedHz: Number.NaN,
  kernelMemoryBytes: 0,
  bytesRead: 0,
  lostProcessRecords: 0,
  unfollowedChildren: 0,
};

/** Tells when it was stopped. */
class TimedSession implements Session {
  readonly recordsFill = 0;
  readonly depths = RECORD_SPEC.depths;
  readonly startedAt: number;
  stoppedAt = Number.NaN;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  drainProcesses(): void {}
  async drain(): Promise<void> {}
  counters = () => COUNTERS;
  stop(): void {
    this.stoppedAt = performance.now();
  }
  close(): void {}
}

describe("the time of a recording", () => {
  it("counts from when the kernel began to sample, however late the recorder gets to it", async () => {
    const late = 400;
    const duration = 700;
    const session = new TimedSession(performance.now() - late);
    const { reason, elapsed } = await sample({
      session,
      recorder: new Recorder({ periodNanos: 1e6, perThread: false, startedAt: 0 }),
      spec: RECORD_SPEC,
      duration,
      command: undefined,
      interrupted: new Promise(() => {}),
      terminal: new Terminal({ verbosity: "quiet", results: process.stdout, live: false }),
    });
    expect(reason).toEqual({ kind: "duration" });
    expect(session.stoppedAt - session.startedAt).toBeGreaterThanOrEqual(duration);
    // As long as it was sampled, and not for 700 ms more than the 400 that had gone by.
    expect(elapsed).toBeGreaterThanOrEqual(session.stoppedAt - session.startedAt);
    expect(elapsed).toBeLessThan(duration + late);
  });
});
