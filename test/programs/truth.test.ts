import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { StackEnd } from "../../collector/unwind/stack-end.ts";
import { Debugger } from "./debugger.ts";
import { PROGRAMS } from "./programs.ts";
import { StoppedWalk } from "./stopped-walk.ts";

/**
 * Issue 7, truth: a program at work is stopped anywhere by gdb; the return addresses that our tables give must be those of gdb's
 * frames, address for address, to the last.
 */
const STOPS = Number(process.env.STAPFLAME_STOPS ?? 2000);
const IDENTICAL = 0.995;
const MAX_DEPTH = 1000;
const BEGIN_MS = 1000;
const JUDGED = PROGRAMS.filter(({ unjudged }) => unjudged === undefined);
const STOPS_EACH = Math.ceil(STOPS / JUDGED.length);

let stops = 0;
let identical = 0;

describe("stacks of stopped programs are gdb's, frame by frame", () => {
  it.each(JUDGED)("$name", async ({ name, start, judgedTo }) => {
    await using running = await start();
    await sleep(BEGIN_MS);
    const pid = running.judged ?? running.pids[0];
    await using gdb = new Debugger(pid);
    const limits = judgedTo === undefined ? [] : functionsOf(pid, judgedTo);
    let walk: StoppedWalk | undefined;
    let same = 0;
    let frames = 0;
    try {
      for (let i = 0; i < STOPS_EACH; i++) {
        const stop = await gdb.stop(MAX_DEPTH);
        walk ??= await StoppedWalk.of(pid, MAX_DEPTH);
        const ours = await walk.walk(stop);
        const code = codeOf(pid);
        const expected = upTo(inCode(stop.frames, code), limits);
        frames += expected.length;
        if (upTo(inCode(ours.frames, code), limits).join() === expected.join()) same++;
        else {
          console.log(
            `${name}, stop ${i} of thread ${stop.tid}: ours ${hex(ours.frames)}, end ${endName(ours.end)}; ` +
              `gdb's ${hex(stop.frames)}, ${stop.why}`,
          );
        }
      }
    } finally {
      await walk?.[Symbol.asyncDispose]();
    }
    stops += STOPS_EACH;
    identical += same;
    console.log(`${name}: identical ${same} of ${STOPS_EACH}, ${frames} frames in all`);
  });

  afterAll(() => {
    console.log(`gdb's frames, all programs: identical ${identical} of ${stops}`);
    expect(stops).toBeGreaterThan(0);
    expect(identical / stops).toBeGreaterThanOrEqual(IDENTICAL);
  });
});

/** Executable memory of a process, as [from, to[. */
function codeOf(pid: number): [number, number][] {
  return readFileSync(`/proc/${pid}/maps`, "latin1")
    .split("\n")
    .flatMap((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) ..x/.exec(line) ?? [];
      return from === undefined ? [] : [[Number.parseInt(from, 16), Number.parseInt(to, 16)]];
    });
}

/**
 * The frames up to the first that lies in no code, which is none: gdb shows a return address of 0, and what lies on the stack
 * behind the first function of a coroutine; our walk shows the latter too and says of it that it is in no code.
 */
function inCode(frames: readonly number[], code: readonly (readonly [number, number])[]): number[] {
  const end = frames.findIndex((pc) => !code.some(([from, to]) => from <= pc && pc < to));
  return frames.slice(0, end < 0 ? frames.length : end);
}

/** The functions of a program by these names, as [from, to[. It lies where its file says. */
function functionsOf(pid: number, names: RegExp): [number, number][] {
  const text = execFileSync("readelf", ["-sW", `/proc/${pid}/exe`], {
    encoding: "latin1",
    maxBuffer: 1 << 28,
  });
  const lines = [...text.matchAll(/^\s*\d+: ([0-9a-f]+) +(\d+) FUNC .* (\S+)$/gm)];
  return lines.flatMap(([, address, size, name]) => {
    const from = Number.parseInt(address, 16);
    return names.test(name) ? [[from, from + Number(size)]] : [];
  });
}

/** The frames up to the first that is in one of these functions. Of return addresses the byte before counts. */
function upTo(frames: readonly number[], functions: readonly (readonly [number, number])[]): number[] {
  const last = frames.findIndex((pc, index) => {
    const address = index === 0 ? pc : pc - 1;
    // A handler of a signal returns to a function that nobody has called, at its first byte.
    return functions.some(([from, to]) => (from <= address || from === pc) && address < to);
  });
  return frames.slice(0, last < 0 ? frames.length : last + 1);
}

function hex(addresses: readonly number[]): string {
  return addresses.map((address) => address.toString(16)).join(" ");
}

function endName(end: number): string {
  return Object.entries(StackEnd).find(([, value]) => value === end)?.[0] ?? String(end);
}
