import { closeSync, mkdtempSync, openSync, rmSync, statSync, symlinkSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, test } from "vitest";
import { madePerfScript } from "../../profile/made-perf-script.ts";
import { ROOT } from "../../setup/build.ts";
import { ensureCommands } from "../../setup/debian.ts";
import { type ProcessCost, processCost } from "../process-cost.ts";

/**
 * What reading a text of perf script costs as a whole process, against speedscope's importer (run in Node.js, without
 * its page). stackcollapse-perf.pl and inferno are not to be had on this machine: Debian packages neither.
 * Each figure is the median of the repeats, which take turns.
 */
const REPEATS = 3;
const SIZES_MB = [8, 64, 256];
const LIMIT_SECONDS = 120;
let folder: string;

beforeAll(async () => {
  ensureCommands({ time: "time" });
  folder = mkdtempSync(join(tmpdir(), "stapflame-bench-"));
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: join(import.meta.dirname, "speedscope-process.ts"),
      outDir: folder,
      rollupOptions: { output: { entryFileNames: "speedscope.mjs" } },
    },
  });
  // The judge finds the package from where it was bundled to.
  const modules = join(createRequire(import.meta.url).resolve("speedscope/package.json"), "../..");
  symlinkSync(modules, join(folder, "node_modules"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(SIZES_MB)("perf script, %i MB", async (size) => {
  const path = join(folder, `made-${size}.perf.txt`);
  const file = openSync(path, "w");
  for (const piece of madePerfScript(size * 1e6)) writeSync(file, piece);
  closeSync(file);
  const bytes = statSync(path).size;
  const stapflame = [process.execPath, join(ROOT, "dist/stapflame.js"), "convert", path];
  const commands: [string, string[]][] = [
    ["stapflame, to pprof", [...stapflame, join(folder, "out.pb.gz")]],
    ["stapflame, to folded", [...stapflame, join(folder, "out.folded")]],
    ["speedscope 1.25 import", [process.execPath, join(folder, "speedscope.mjs"), path]],
  ];
  const runs = commands.map(() => [] as Run[]);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [at, [, command]] of commands.entries()) runs[at].push(await runOf(command));
  }
  const rows = commands.map(([name], at) => `${name.padEnd(24)} ${row(middle(runs[at]), bytes)}`);
  console.log([`${(bytes / 1e6).toFixed(0)} MB of perf script, medians of ${REPEATS}`, ...rows].join("\n"));
  rmSync(path);
});

/** What a run cost, or why it failed. */
type Run = ProcessCost | { why: string };

async function runOf(command: readonly string[]): Promise<Run> {
  try {
    const cost = await processCost(command, { limitSeconds: LIMIT_SECONDS });
    return cost ?? { why: `more than ${LIMIT_SECONDS} s` };
  } catch (error) {
    // What Node says of its end has many lines; the reason is among the first.
    return { why: String(error).replace(/\s+/g, " ").slice(0, 200) };
  }
}

/** The run in the middle, by CPU time; the first that failed when there is one. */
function middle(runs: readonly Run[]): Run {
  const good = runs.filter((run) => "cpuSeconds" in run);
  if (good.length < runs.length) return runs.find((run) => "why" in run) ?? { why: "no run" };
  return good.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(good.length / 2)];
}

function row(cost: Run, bytes: number): string {
  if ("why" in cost) return `failed: ${cost.why}`;
  const { cpuSeconds, seconds, peakBytes } = cost;
  return [
    `${cpuSeconds.toFixed(2).padStart(7)} s CPU`,
    `${(bytes / 1e6 / cpuSeconds).toFixed(1).padStart(7)} MB/s CPU`,
    `${seconds.toFixed(2).padStart(7)} s`,
    `${(peakBytes / 2 ** 20).toFixed(0).padStart(6)} MiB peak`,
  ].join(" ");
}
