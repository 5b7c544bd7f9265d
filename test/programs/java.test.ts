import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import {
  binomialHalfWidth,
  plainSamples,
  record,
  Scratch,
  samplesUnder,
  totalSamples,
} from "../integration/harness.ts";
import { startJava } from "./programs.ts";

/** Java compiles the workload for speed within so long. */
const WARM_MS = 4000;
/** The others: what was compiled after the map was written. */
const NAMED = 0.99;
const LEAST_SAMPLES = 300;

it("code that a running Java compiled has the names that jcmd has it tell", async () => {
  await using running = startJava();
  const [pid] = running.pids;
  const map = `/tmp/perf-${pid}.map`;
  running.atEnd(() => rmSync(map, { force: true }));
  await sleep(WARM_MS);

  using scratch = new Scratch();
  const args = ["--no-html", "--json", "-F", "499", "-d", "5s", "-p", String(pid)];
  const without = await record(scratch, args);
  expect(without.summary.warnings.join("\n")).toMatch(/has no names.*jcmd PID Compiler\.perfmap/);

  execFileSync("jcmd", [String(pid), "Compiler.perfmap"], { stdio: "pipe" });
  expect(existsSync(map)).toBe(true);
  const { profile, summary } = await record(scratch, args);
  const samples = plainSamples(profile);
  const [heavy, light] = ["heavy", "light"].map((name) => samplesUnder(samples, `Work.${name}(int)`));
  const jit = samples.filter(({ modules }) => modules[0] === map);
  const named = jit.filter(({ names }) => !/\+0x/.test(names[0]));
  console.log(
    `java: ${heavy} heavy, ${light} light; ${totalSamples(named)} of ${totalSamples(jit)} samples in compiled code have a name`,
  );
  expect(summary.warnings).toEqual([]);
  expect(totalSamples(named) / totalSamples(jit)).toBeGreaterThan(NAMED);
  const both = heavy + light;
  expect(both).toBeGreaterThan(LEAST_SAMPLES);
  expect(Math.abs(heavy / both - 0.75)).toBeLessThan(binomialHalfWidth(0.75, both));
});
