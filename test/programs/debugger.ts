import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** gdb's names of the x86-64 registers, in DWARF's order (psABI, figure 3.36); behind them the program counter. */
const REGISTERS = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip";
const ANSWER_LIMIT_MS = 120_000;
const LOOK_INTERVAL_MS = 2;
/** A stopped program goes on for so long, at least, and at most so much longer, before it is stopped again. */
const SHORTEST_RUN_MS = 5;
const RUN_SPREAD_MS = 30;

/**
 * Prints a thread's registers and the address of each frame that is there, leaf first: inlined ones share their caller's, and
 * of those that ended with a jump gdb only infers that they were there.
 */
const TELL = `
set pagination off
set confirm off
set debuginfod enabled off
set print thread-events off
set backtrace past-main on
set backtrace past-entry on
set backtrace limit unlimited
handle SIGINT stop nopass
python
def tell(turn, most):
    threads = sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num)
    thread = threads[turn % len(threads)]
    thread.switch()
    frame = gdb.newest_frame()
    registers = [format(int(frame.read_register(name)) % 2**64, "x") for name in "${REGISTERS}".split()]
    frames = []
    why = ""
    try:
        while frame is not None and len(frames) < most:
            if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
                frames.append(format(frame.pc(), "x"))
            why = gdb.frame_stop_reason_string(frame.unwind_stop_reason())
            frame = frame.older()
    except gdb.error as error:
        why = str(error)
    print("TOLD %d;%s;%s;%s" % (thread.ptid[1], " ".join(registers), " ".join(frames), why), flush=True)
end
`;

/** A stopped thread, as gdb tells it. */
export interface Stop {
  tid: number;
  /** By DWARF number; the last is the program counter. */
  registers: bigint[];
  /** Leaf first, no more than asked for. */
  frames: number[];
  /** Why there are no more. */
  why: string;
}

/** gdb attached to a process, which stands still but for the time between two stops. */
export class Debugger implements AsyncDisposable {
  readonly #gdb: ChildProcess;
  readonly #pid: number;
  readonly #ended: Promise<void>;
  #text = "";
  /** Kept apart: a source file that is missing is told in the middle of an answer. */
  #complaints = "";
  #turn = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#gdb = spawn("gdb", ["-q", "-nx"], { stdio: ["pipe", "pipe", "pipe"] });
    this.#ended = new Promise((resolve) => this.#gdb.once("exit", () => resolve()));
    this.#gdb.stdout?.setEncoding("latin1").on("data", (text: string) => {
      this.#text += text;
    });
    this.#gdb.stderr?.setEncoding("latin1").on("data", (text: string) => {
      this.#complaints += text;
    });
    this.#tell(TELL, `attach ${pid}`);
  }

  /** Lets the process go on for a while, stops it anywhere, and tells of one of its threads: each in its turn. */
  async stop(most: number): Promise<Stop> {
    this.#text = "";
    this.#complaints = "";
    // SIGINT that comes too early is told as soon as the process goes on.
    this.#tell('python print("GOES", flush=True)', "continue", `python tell(${this.#turn++}, ${most})`);
    await this.#until(/GOES/);
    await sleep(SHORTEST_RUN_MS + Math.random() * RUN_SPREAD_MS);
    process.kill(this.#pid, "SIGINT");
    const [, tid, registers, frames, why] = await this.#until(/TOLD (\d+);(.*);(.*);(.*)\n/);
    return {
      tid: Number(tid),
      registers: registers.split(" ").map((text) => BigInt(`0x${text}`)),
      frames: frames.split(" ").map((text) => Number.parseInt(text, 16)),
      why,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gdb.kill("SIGKILL");
    await this.#ended;
  }

  #tell(...commands: string[]): void {
    this.#gdb.stdin?.write(`${commands.join("\n")}\n`);
  }

  async #until(pattern: RegExp): Promise<RegExpExecArray> {
    const end = performance.now() + ANSWER_LIMIT_MS;
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found) return found;
      if (performance.now() > end) {
        throw new Error(`gdb does not answer: ${this.#text}\n${this.#complaints}`);
      }
      await sleep(LOOK_INTERVAL_MS);
    }
  }
}
