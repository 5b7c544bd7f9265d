import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../setup/build.ts";
import { bun, deno } from "../setup/npm-program.ts";
import {
  binomialHalfWidth,
  completenessOf,
  type PlainSample,
  plainSamples,
  record,
  Scratch,
  samplesUnder,
} from "./harness.ts";

const WORKLOAD = join(ROOT, "test/workloads/two-lines.mjs");
const SECONDS = "4";
const lines = readFileSync(WORKLOAD, "utf8").split("\n");

/** Where a function without a name is told by its place: of code that has neither symbols nor unwind tables, by what the code does. */
const PLACE = /^(bun|deno)\+0x/;

/** The workload's two functions have the shares that its own clock tells; the runtime's own code is told by function. */
function judge(
  what: string,
  samples: readonly PlainSample[],
  [heavy, light]: readonly [string, string],
  share: number,
): void {
  const [ofHeavy, ofLight] = [heavy, light].map((name) => samplesUnder(samples, name));
  const both = ofHeavy + ofLight;
  const { user, whole, known, others } = completenessOf(
    samples,
    (root, names) => /^(_start|__clone3?)$/.test(root) || names.at(-2) === "__libc_start_main_impl",
  );
  const own = new Set(samples.flatMap(({ names }) => names.filter((name) => /\b(heavy|light)\b/.test(name))));
  // Where functions are aligned to 16 bytes, and code is not.
  const places = samples.flatMap(({ names }) => names.slice(0, 1).filter((name) => PLACE.test(name)));
  const byFunction = places.filter((name) => name.endsWith("0")).length;
  console.log(
    `${what}: ${both} samples in two functions, ${((100 * ofHeavy) / both).toFixed(1)}% in one, ${(100 * share).toFixed(1)}% by its own clock; ${whole} of ${user} user stacks whole; ` +
      `${byFunction} of ${places.length} leaves of its own code told by function; others end at ${JSON.stringify([...others])}`,
  );
  expect([...own].sort()).toEqual([heavy, light]);
  expect(both).toBeGreaterThan(1000);
  expect(Math.abs(ofHeavy / both - share)).toBeLessThan(binomialHalfWidth(share, both));
  expect(whole / known).toBeGreaterThan(0.99);
  expect(places.length).toBeGreaterThan(20);
  expect(byFunction / places.length).toBeGreaterThan(0.8);
}

describe("other runtimes of JavaScript, stripped of symbols and unwind tables", () => {
  it("Bun: JavaScriptCore's dump names each function once, whichever tier compiled it", async () => {
    using scratch = new Scratch();
    const dumps = ["BUN_JSC_useJITDump=1", `BUN_JSC_jitDumpDirectory=${scratch.path}`];
    const clocked = scratch.file("share");
    const program = [bun("1.4.5"), WORKLOAD, SECONDS, clocked];
    const { profile } = await record(scratch, ["-F", "499", "--", "env", ...dumps, ...program]);
    // The hash is of the function's source.
    const names = ["heavy #AWayLY", "light #DEx6bA"] as const;
    judge("Bun", plainSamples(profile), names, Number(readFileSync(clocked, "utf8")));
  });

  it("Deno: V8's perf map names them", async () => {
    using scratch = new Scratch();
    const clocked = scratch.file("share");
    const flags = `--v8-flags=--perf-basic-prof-only-functions,--logfile=${scratch.file("v8.log")}`;
    const program = [deno("2.9.6"), "run", flags, "--allow-all", WORKLOAD, SECONDS, clocked];
    const { profile } = await record(scratch, ["-F", "499", "--", ...program]);
    const named = (name: string) =>
      `${name} two-lines.mjs:${1 + lines.findIndex((line) => line.startsWith(`function ${name}(`))}`;
    const names = [named("heavy"), named("light")] as const;
    judge("Deno", plainSamples(profile), names, Number(readFileSync(clocked, "utf8")));
  });
});
