import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { plainSamples, type Recording, record, Scratch } from "../integration/harness.ts";
import { completeness } from "./beginnings.ts";
import { PROGRAMS } from "./programs.ts";

/**
 * Issue 7, completeness: of real programs at work, the share of the samples of user code whose stack reaches where the thread
 * began, by the names of the frames alone.
 */
const WHOLE = 0.995;
/** Of fewer, a share of 99.5% says little. */
const LEAST_SAMPLES = 300;
const RECORDED = ["--no-html", "--unwind", "tables", "-F", "499", "-d", "6s"];
/** A program has begun by then what it does for ever. */
const BEGIN_MS = 1000;

/** Tells one line of a recording; gives the share that is whole. */
function tell(what: string, { profile, summary }: Recording, files: readonly string[]): number {
  const { user, whole, others } = completeness(plainSamples(profile), files);
  const ends = others.map(([names, count]) => `${count} at ${names}`).slice(0, 6);
  console.log(
    `${what}: ${whole} of ${user} user stacks reach their thread's beginning, ${((100 * whole) / user).toFixed(2)}%; ` +
      `others: ${ends.join(", ") || "none"}`,
  );
  expect(user).toBeGreaterThan(LEAST_SAMPLES);
  expect(summary.dropped).toEqual([]);
  return whole / user;
}

describe("stacks of programs at work reach where their threads began", () => {
  it.each(PROGRAMS)("$name", async ({ name, start, stripped }) => {
    using scratch = new Scratch();
    await using running = await start();
    await sleep(BEGIN_MS);
    const recording = await record(scratch, [...RECORDED, "-p", running.pids.join(",")]);
    expect(tell(name, recording, stripped?.() ?? [])).toBeGreaterThanOrEqual(WHOLE);
  });
});
