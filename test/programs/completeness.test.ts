import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  type Completeness,
  ofUserCode,
  type PlainSample,
  plainSamples,
  record,
  Scratch,
  totalSamples,
} from "../integration/harness.ts";
import { buildUnwound } from "../integration/unwound.ts";
import { completeness } from "./beginnings.ts";
import { PROGRAMS } from "./programs.ts";
import { Running } from "./running.ts";

/**
 * Issue 7, completeness: of real programs at work, the share of the samples of user code whose stack reaches where the thread
 * began, by the names of the frames alone.
 */
const WHOLE = 0.995;
/** Of fewer, a share of 99.5% says little. */
const LEAST_SAMPLES = 300;
/** On a busy machine a program has little CPU time: it is recorded so often at most. */
const MOST_RECORDINGS = 5;
const RECORDED = ["--no-html", "--unwind", "tables", "-F", "499"];
/** A program has begun by then what it does for ever. */
const BEGIN_MS = 1000;
/** The most frames that `--max-depth` takes. */
const DEEPEST = 8192;

/** Samples of processes until there are enough of them. */
async function recordEnough(pids: readonly number[], ...args: string[]): Promise<PlainSample[]> {
  const samples: PlainSample[] = [];
  for (let i = 0; i < MOST_RECORDINGS && totalSamples(ofUserCode(samples)) <= LEAST_SAMPLES; i++) {
    using scratch = new Scratch();
    const { profile } = await record(scratch, [...RECORDED, "-d", "6s", "-p", pids.join(","), ...args]);
    samples.push(...plainSamples(profile));
  }
  return samples;
}

/** Tells one line of a program; gives the share that is whole. */
function tell(what: string, { user, whole, others }: Completeness): number {
  const most = [...others].sort(([, a], [, b]) => b - a).slice(0, 6);
  const ends = most.map(([names, count]) => `${count} at ${names}`);
  console.log(
    `${what}: ${whole} of ${user} user stacks reach their thread's beginning, ${((100 * whole) / user).toFixed(2)}%; ` +
      `others end: ${ends.join(", ") || "none"}`,
  );
  expect(user).toBeGreaterThan(LEAST_SAMPLES);
  return whole / user;
}

describe("stacks of programs at work reach where their threads began", () => {
  it.each(PROGRAMS)("$name", async ({ name, start, stripped }) => {
    await using running = await start();
    await sleep(BEGIN_MS);
    const samples = await recordEnough(running.pids);
    expect(tell(name, completeness(samples, stripped?.()))).toBeGreaterThanOrEqual(WHOLE);
  });

  it("fork, vfork and exec", async () => {
    using scratch = new Scratch();
    const { profile } = await record(scratch, [...RECORDED, "--", buildUnwound("chains.c", ""), "6"]);
    const samples = plainSamples(profile);
    expect(tell("fork, vfork and exec", completeness(samples))).toBeGreaterThanOrEqual(WHOLE);
  });
});

describe("deep recursion", () => {
  it.each([1000, 5000])("of %i frames is whole", async (deep) => {
    await using running = Running.of(buildUnwound("descend.c", ""), String(deep));
    await sleep(BEGIN_MS);
    const samples = await recordEnough(running.pids, "--max-depth", String(DEEPEST));
    const share = tell(`recursion, ${deep} deep`, completeness(samples));
    expect(share).toBeGreaterThanOrEqual(WHOLE);
    const deepest = samples.filter(({ names }) => names.includes("work"));
    for (const { names } of deepest) {
      expect(names.filter((name) => name === "descend")).toHaveLength(deep + 1);
    }
  });

  it("of 9,000 frames has its 8,192 innermost, and is said to be cut", async () => {
    await using running = Running.of(buildUnwound("descend.c", ""), "9000");
    await sleep(BEGIN_MS);
    const samples = await recordEnough(running.pids, "--max-depth", String(DEEPEST));
    const { user, whole } = completeness(samples);
    const deepest = samples.filter(({ names }) => names.includes("work"));
    const right = deepest.filter(({ names }) => {
      const own = names.slice(names.indexOf("work"), -1);
      return own.length === DEEPEST && own.slice(1).every((name) => name === "descend");
    });
    const told = samples.filter(({ names }) => names.at(-1) === "[stack cut: too deep]");
    console.log(
      `recursion, 9,000 deep: ${whole} of ${user} user stacks reach their thread's beginning; ` +
        `${totalSamples(told)} are said to be too deep; of ${totalSamples(deepest)} at the bottom ${totalSamples(right)} have the ${DEEPEST} innermost frames`,
    );
    expect(user).toBeGreaterThan(LEAST_SAMPLES);
    expect(totalSamples(right)).toBe(totalSamples(deepest));
    expect(whole + totalSamples(told)).toBe(user);
  });
});
