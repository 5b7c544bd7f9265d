import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Request, RunResult } from "./protocol.ts";
import { type Disks, spawnQemu } from "./qemu.ts";

/** Boots take 8 s on an idle machine; several at once on a busy one much longer. */
const BOOT_LIMIT_MS = 180_000;
const RUN_LIMIT_MS = 240_000;
const SHUT_DOWN_LIMIT_MS = 15_000;
/** Of the console, in characters: the last ones, and as many of those as an error shows. */
const CONSOLE_KEPT = 200_000;
const CONSOLE_SHOWN = 4000;

/** A booted guest: runs commands there, hands files over. Its console is kept for when something goes wrong. */
export class Machine {
  readonly name: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "stapflame-vm-"));
  readonly #qemu: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  readonly #killWithUs = () => void this.#qemu.kill("SIGKILL");
  #socket: Socket | undefined;
  #next = 1;
  #console = "";
  #gone = false;

  private constructor(name: string, disks: Disks, append: string) {
    this.name = name;
    this.#qemu = spawnQemu(disks, this.#agentPath, append);
    const keep = (bytes: Buffer) => {
      this.#console = (this.#console + bytes.toString("latin1")).slice(-CONSOLE_KEPT);
    };
    this.#qemu.stdout?.on("data", keep);
    this.#qemu.stderr?.on("data", keep);
    this.#exited = new Promise((resolve) => {
      const gone = () => {
        this.#fail();
        resolve();
      };
      this.#qemu.once("exit", gone).once("error", gone);
    });
    process.once("exit", this.#killWithUs);
  }

  /** Boots a guest and waits until it takes commands. `append`: more words for the kernel's command line. */
  static async boot(name: string, disks: Disks, append = ""): Promise<Machine> {
    const machine = new Machine(name, disks, append);
    try {
      await machine.#connect();
      return machine;
    } catch (error) {
      await machine.shutDown();
      throw error;
    }
  }

  /** What the guest has printed to its serial console, the kernel's words among it. */
  get console(): string {
    return this.#console;
  }

  /** Runs a shell command. Whatever its exit code, it is given. Throws when it takes too long or the guest dies. */
  async run(command: string, timeoutMs = RUN_LIMIT_MS): Promise<RunResult> {
    const { result } = await this.#ask({ do: "run", command, timeoutMs });
    if (!result) throw new Error(`${this.name}: no result of: ${command}`);
    if (result.timedOut) {
      throw new Error(
        `${this.name}: more than ${timeoutMs} ms: ${command}\n${result.stdout}\n${result.stderr}`,
      );
    }
    return result;
  }

  /** As `run`, but a failure throws. Returns standard output. */
  async must(command: string, timeoutMs = RUN_LIMIT_MS): Promise<string> {
    const { code, signal, stdout, stderr } = await this.run(command, timeoutMs);
    if (code !== 0) throw new Error(`${this.name}: ${signal ?? code}: ${command}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async get(path: string): Promise<Uint8Array> {
    return Buffer.from((await this.#ask({ do: "get", path })).base64 ?? "", "base64");
  }

  async put(path: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
    await this.#ask({ do: "put", path, base64: Buffer.from(bytes).toString("base64"), mode });
  }

  /** Asks the guest to switch itself off, makes it when it does not, and leaves nothing behind. */
  async shutDown(): Promise<void> {
    this.#socket?.write(`${JSON.stringify({ id: this.#next++, do: "end" })}\n`);
    const timer = setTimeout(this.#killWithUs, this.#socket ? SHUT_DOWN_LIMIT_MS : 0);
    await this.#exited;
    clearTimeout(timer);
    process.off("exit", this.#killWithUs);
    this.#socket?.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #agentPath(): string {
    return join(this.#folder, "agent");
  }

  async #connect(): Promise<void> {
    const end = performance.now() + BOOT_LIMIT_MS;
    const socket = await this.#openSocket(end);
    this.#socket = socket;
    createInterface({ input: socket }).on("line", (line) => this.#take(JSON.parse(line)));
    socket.once("close", () => this.#fail());
    const greeting = new Promise<Answer>((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    const late = new AbortController();
    const limit = sleep(end - performance.now(), undefined, { signal: late.signal }).then(() => {
      throw new Error(`guest ${this.name} did not boot in ${BOOT_LIMIT_MS / 1000} s:\n${this.#lastWords}`);
    });
    await Promise.race([greeting, limit]);
    late.abort();
    limit.catch(() => {});
  }

  async #openSocket(end: number): Promise<Socket> {
    for (;;) {
      const socket = connect(this.#agentPath);
      const connected = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      });
      if (connected) return socket;
      if (this.#gone) throw new Error(`QEMU ended at once:\n${this.#lastWords}`);
      if (performance.now() > end) throw new Error(`QEMU does not listen on ${this.#agentPath}`);
      await sleep(100);
    }
  }

  #ask(request: Request): Promise<Answer> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#goneError());
      this.#waiting.set(id, { resolve, reject });
      this.#socket?.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(`${this.name}: ${answer.error}`));
  }

  /** The guest is no more: whoever waits for it learns so. */
  #fail(): void {
    this.#gone = true;
    for (const { reject } of this.#waiting.values()) reject(this.#goneError());
    this.#waiting.clear();
  }

  #goneError(): Error {
    return new Error(`guest ${this.name} is gone; its last words:\n${this.#lastWords}`);
  }

  get #lastWords(): string {
    return this.#console.slice(-CONSOLE_SHOWN);
  }
}
