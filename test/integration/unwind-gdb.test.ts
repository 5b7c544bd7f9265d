import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { unwindSource } from "../../cli/record/unwind-source.ts";
import { startBpfSession } from "../../collector/bpf/start-session.ts";
import type { RecordSpec, Session, StartListener } from "../../collector/contract.ts";
import { PerfSession } from "../../collector/perf/session.ts";
import { StackEnd } from "../../collector/unwind/stack-end.ts";
import { NO_EVENTS } from "../setup/no-events.ts";
import { Background } from "./harness.ts";
import { buildUnwound, unwoundSpec } from "./unwound.ts";

/**
 * Frame by frame against gdb: a program goes to a random place, through recursion, call-backs from libc, frames of unknown
 * size and signal handlers, and waits there. What was sampled meanwhile must be gdb's frames, address for address.
 */
const STOPS = Number(process.env.STAPFLAME_STOPS ?? 60);
const IDENTICAL = 0.995;
const MAX_DEPTH = 127;

/**
 * Prints the address of each frame that is there, leaf first, up to the outermost: inlined ones share their caller's, and of
 * those that ended with a jump gdb only infers that they were there.
 */
const WALK = `
set pagination off
set confirm off
set backtrace past-main on
set backtrace past-entry on
set backtrace limit 400
python
def walk():
    frames = []
    frame = gdb.newest_frame()
    while frame is not None:
        if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
            frames.append(hex(frame.pc()))
        frame = frame.older()
    print("FRAMES " + " ".join(frames), flush=True)
end
`;

/** One gdb that attaches again and again: it reads symbols once. */
class Debugger implements Disposable {
  readonly #gdb: ChildProcess;
  #text = "";

  constructor() {
    this.#gdb = spawn("gdb", ["-q", "-nx"], { stdio: ["pipe", "pipe", "ignore"] });
    this.#gdb.stdout?.setEncoding("latin1").on("data", (text: string) => {
      this.#text += text;
    });
    this.#gdb.stdin?.write(WALK);
  }

  async frames(pid: number): Promise<number[]> {
    this.#text = "";
    this.#gdb.stdin?.write(`attach ${pid}\npython walk()\ndetach\npython print("DONE", flush=True)\n`);
    for (let waited = 0; !this.#text.includes("DONE"); waited += 10) {
      if (waited > 60_000) throw new Error(`gdb does not answer: ${this.#text}`);
      await sleep(10);
    }
    const line = /FRAMES (.*)/.exec(this.#text)?.[1] ?? "";
    return line.split(" ").filter(Boolean).map(Number);
  }

  [Symbol.dispose](): void {
    this.#gdb.kill("SIGKILL");
  }
}

const SILENT: StartListener = { progress() {}, detail() {} };

/** Each collector that walks by our tables itself. */
const COLLECTORS: [string, (spec: RecordSpec) => Promise<Session>][] = [
  ["bpf", (spec) => startBpfSession(spec)],
  ["perf", (spec) => PerfSession.start({ ...spec, stackBytes: 65_528 }, SILENT)],
];

describe("stacks of a program that waits", () => {
  it.each(COLLECTORS)("are gdb's, frame by frame, with %s", { timeout: 1_800_000 }, async (name, start) => {
    using program = new Background(buildUnwound("stops.c", ""), ["7"]);
    using gdb = new Debugger();
    await sleep(300);
    const source = unwindSource({});
    const asked = { frequencyHz: 997, depths: { kernel: MAX_DEPTH, user: MAX_DEPTH }, mode: "all" } as const;
    const session = await start(unwoundSpec(program.pid, source, asked));
    let stops = 0;
    let identical = 0;
    let frames = 0;
    try {
      while (stops < STOPS) {
        // What came before and on the way is drained and dropped.
        process.kill(program.pid, "SIGUSR1");
        await sleep(20);
        await session.drain(NO_EVENTS, () => {});
        const seen = new Map<string, { count: number; callers: number[]; end: number }>();
        while (seen.size === 0) {
          await sleep(30);
          await session.drain(NO_EVENTS, ({ user, userLength, userEnd, count }) => {
            const callers = [...user.subarray(1, userLength)];
            const key = callers.join(" ");
            const known = seen.get(key);
            if (known) known.count += count;
            else if (userLength > 0) seen.set(key, { count, callers, end: userEnd });
          });
        }
        const theirs = await gdb.frames(program.pid);
        if (theirs.length === 0) throw new Error("gdb tells no frames");
        // Beyond the depth that is kept there is nothing to compare.
        const expected = theirs.slice(1, MAX_DEPTH);
        const [ours] = [...seen.values()].sort((a, b) => b.count - a.count);
        const whole = theirs.length > MAX_DEPTH ? StackEnd.tooDeep : StackEnd.complete;
        const same = ours.callers.join() === expected.join() && ours.end === whole;
        stops++;
        frames += expected.length;
        if (same) identical++;
        else console.log(`stop ${stops}, end ${ours.end}: ours ${hex(ours.callers)}; gdb's ${hex(expected)}`);
      }
    } finally {
      session.close();
      await source.close();
    }
    console.log(`gdb and ${name}: ${identical} of ${stops} stacks are identical, ${frames} frames in all`);
    expect(identical / stops).toBeGreaterThanOrEqual(IDENTICAL);
  });
});

function hex(addresses: readonly number[]): string {
  return addresses.map((address) => address.toString(16)).join(" ");
}
