import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { unwindSource } from "../../../cli/record/unwind-source.ts";
import { startBpfSession } from "../../../collector/bpf/start-session.ts";
import type { RecordSpec } from "../../../collector/contract.ts";
import { Background, compile } from "../../integration/harness.ts";
import { NO_EVENTS } from "../../setup/no-events.ts";
import { CountingPrograms, programStats } from "./program-stats.ts";

/**
 * Nanoseconds in the kernel for a sample against the depth of the user's stack, by unwind tables and by frame pointers,
 * as the kernel itself counts the run time of the programs. The program keeps frame pointers, so that both ways see the
 * same frames. What a tick costs that hits another process is measured first and taken off.
 */
const DEPTHS = [0, 5, 10, 20, 40, 80, 115];
/** By tables only: the kernel's own walk does not go so deep. */
const DEEP = [1000, 5000];
const USUAL = { frequencyHz: 1999, depths: { kernel: 127, user: 127 } };
const OF_DEEP = { frequencyHz: 199, depths: { kernel: 127, user: 8192 } };
const SECONDS = 4;

interface Cost {
  frames: number;
  samples: number;
  nanos: number;
  runs: number;
}

async function measure(pid: number, tables: boolean, asked = USUAL): Promise<Cost> {
  const source = unwindSource({});
  const spec: RecordSpec = {
    targets: { kind: "tasks", pids: [pid], tids: [] },
    ...asked,
    mode: "user",
    idle: false,
    perThread: false,
    sliceNanos: 1e12,
    kernelMemoryBytes: 64 * 1024 * 1024,
    ...(tables && { unwind: { source, required: true } }),
  };
  const session = await startBpfSession(spec);
  let frames = 0;
  let counted = 0;
  const drain = () =>
    session.drain(NO_EVENTS, ({ count, userLength }) => {
      frames += userLength * count;
      counted += count;
    });
  try {
    await sleep(500);
    await drain();
    frames = counted = 0;
    const before = { ...programStats("sf_sample"), samples: session.counters().samples };
    for (let round = 0; round < SECONDS * 4; round++) {
      await sleep(250);
      await drain();
    }
    const after = { ...programStats("sf_sample"), samples: session.counters().samples };
    return {
      frames: counted === 0 ? 0 : frames / counted,
      samples: after.samples - before.samples,
      nanos: after.nanos - before.nanos,
      runs: after.runs - before.runs,
    };
  } finally {
    session.close();
    await source.close();
  }
}

describe("what a sample costs in the kernel", () => {
  it("by unwind tables and by frame pointers, against the depth", async () => {
    using _counting = new CountingPrograms();
    const deep = compile("deep", "-O2", "-fno-omit-frame-pointer");
    const rows: string[] = [];
    for (const tables of [false, true]) {
      using sleeper = new Background("sleep", ["1000"]);
      const idle = await measure(sleeper.pid, tables);
      const tick = idle.nanos / idle.runs;
      for (const depth of tables ? [...DEPTHS, ...DEEP] : DEPTHS) {
        using running = new Background(deep, [String(depth)]);
        await sleep(200);
        const asked = DEEP.includes(depth) ? OF_DEEP : USUAL;
        const { frames, samples, nanos, runs } = await measure(running.pid, tables, asked);
        const cost = (nanos - tick * (runs - samples)) / samples;
        rows.push(
          `${tables ? "tables" : "frame pointers"}: ${frames.toFixed(1)} frames, ${cost.toFixed(0)} ns a sample (${samples} samples; another's tick ${tick.toFixed(0)} ns)`,
        );
        expect(samples).toBeGreaterThan(asked.frequencyHz * (SECONDS - 1) * 0.25);
      }
    }
    console.log(rows.join("\n"));
  }, 300_000);
});
