import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type UnwindSource, unwindSource } from "../../cli/record/unwind-source.ts";
import type { TargetSpec } from "../../collector/contract.ts";
import { copiedRegisters } from "../../collector/perf/registers.ts";
import { SampleRecord } from "../../collector/perf/sample-record.ts";
import { RegistersAbi } from "../../collector/unwind/copied/copied-stack.ts";
import { TableMemory } from "../../collector/unwind/copied/table-memory.ts";
import { UserWalk } from "../../collector/unwind/copied/user-walk.ts";
import { Unwinding } from "../../collector/unwind/unwinding.ts";
import { NO_EVENTS } from "../setup/no-events.ts";
import type { Stop } from "./debugger.ts";

/** More than any of the programs has on one stack; goroutines have theirs within one large mapping. */
const MOST_STACK_BYTES = 512 * 1024;
const MOST_SHARDS = 64;
const LOOK_INTERVAL_MS = 5;
const TABLES_LIMIT_MS = 60_000;

/** What our walk finds: frames leaf first, and its end, of StackEnd. */
export interface Walked {
  frames: number[];
  end: number;
}

/** Walks the stacks of a stopped process as the perf collector does, in a copy of the stack, with tables made as for it. */
export class StoppedWalk implements AsyncDisposable {
  readonly #pid: number;
  readonly #source: UnwindSource;
  readonly #unwinding: Unwinding;
  readonly #walk: UserWalk;
  readonly #sample = new SampleRecord({ callchain: false, maxStack: 0, registers: registers().count });

  private constructor(pid: number, source: UnwindSource, unwinding: Unwinding, walk: UserWalk) {
    this.#pid = pid;
    this.#source = source;
    this.#unwinding = unwinding;
    this.#walk = walk;
  }

  static async of(pid: number, maxDepth: number): Promise<StoppedWalk> {
    const source = unwindSource({});
    const memory = new TableMemory();
    const targets: TargetSpec = { kind: "tasks", pids: [pid], tids: [] };
    const kernelSide = { makeShard: async () => memory.addShard(), maxShards: MOST_SHARDS };
    const unwinding = await Unwinding.create(source, targets, kernelSide);
    const walk = new UserWalk(memory, registers(), maxDepth);
    const listener = { progress() {}, detail() {} };
    await unwinding.prepare(targets, listener, () => {});
    return new StoppedWalk(pid, source, unwinding, walk);
  }

  async walk(stop: Stop): Promise<Walked> {
    await this.#readMappings();
    const { count, byNumber, pc } = registers();
    const sp = Number(stop.registers[7]);
    const stack = this.#copy(sp);
    const words = new Uint32Array(count * 2 + stack.length / 4 + 2);
    const put = (place: number, value: bigint) => {
      words[place * 2] = Number(value & 0xffff_ffffn);
      words[place * 2 + 1] = Number(value >> 32n);
    };
    for (const [number, place] of byNumber.entries()) put(place, stop.registers[number]);
    put(pc, stop.registers[byNumber.length]);
    new Uint8Array(words.buffer).set(stack, count * 8);
    const sample = this.#sample;
    sample.words = words;
    sample.pid = this.#pid;
    sample.tid = stop.tid;
    sample.abi = RegistersAbi.wide;
    sample.registersAt = 0;
    sample.stackAt = count * 2;
    sample.stackBytes = stack.length;
    sample.stackGoesOn = false;
    this.#walk.walk(sample);
    return { frames: [...this.#walk.frames.subarray(0, this.#walk.depth)], end: this.#walk.end };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unwinding.close();
    await this.#source.close();
  }

  /** What the process has mapped since the last stop, with its tables. */
  async #readMappings(): Promise<void> {
    this.#unwinding.following(NO_EVENTS).gap(0);
    const end = performance.now() + TABLES_LIMIT_MS;
    while (this.#unwinding.waiting) {
      if (performance.now() > end) throw new Error("tables are not made in a minute");
      await sleep(LOOK_INTERVAL_MS);
    }
    this.#unwinding.passWithoutBarrier();
    this.#unwinding.endRound();
  }

  /** The stack from the stack pointer on, in whole words. */
  #copy(sp: number): Uint8Array {
    const end = mappingEnd(this.#pid, sp);
    const bytes = new Uint8Array(Math.floor(Math.min(end - sp, MOST_STACK_BYTES) / 8) * 8);
    const fd = openSync(`/proc/${this.#pid}/mem`, "r");
    try {
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, sp));
    } finally {
      closeSync(fd);
    }
  }
}

function registers() {
  const copied = copiedRegisters("x64");
  if (copied === undefined) throw new Error("x86-64 has registers");
  return copied;
}

/** Where the mapping that holds an address ends. */
function mappingEnd(pid: number, address: number): number {
  for (const line of readFileSync(`/proc/${pid}/maps`, "latin1").split("\n")) {
    const [from, to] = line
      .split(" ", 1)[0]
      .split("-")
      .map((text) => Number.parseInt(text, 16));
    if (from <= address && address < to) return to;
  }
  throw new Error(`nothing is mapped at ${address.toString(16)}`);
}
