import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { ensureCommands } from "../setup/debian.ts";
import { codeAddresses } from "../symbolizer/dwarf/agreement/addresses.ts";
import { hex } from "../symbolizer/dwarf/agreement/elfutils.ts";
import { buildCorpus, corpusFiles } from "../symbolizer/dwarf/corpus/corpus.ts";
import { PACKAGE_OF } from "../symbolizer/judges.ts";
import { type ProcessCost, processCost } from "./process-cost.ts";
import { type Tool, tools } from "./symbolize-tools.ts";

/**
 * What naming addresses costs as a whole process, against the tools that everyone uses, on the same random addresses.
 * Each figure is the median of the repeats, which take turns, so that what else the machine does falls on all.
 */
const ADDRESSES = 10_000;
const REPEATS = 3;
/** elfutils takes milliseconds an address where C++ is inlined deep. */
const LIMIT_SECONDS = 120;
const FILES = ["libc6-dbg", "xfs.ko", "librgw2-dbg", "vmlinux"];

interface Figures {
  all: ProcessCost | undefined;
  one: ProcessCost | undefined;
}

const folder = mkdtempSync(join(tmpdir(), "stapflame-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  ensureCommands({ ...PACKAGE_OF, addr2line: "binutils" });
  ensureCommands({ time: "time" });
  await buildCorpus("large");
}, 1_800_000);

test.each(FILES)("symbolize: %s", async (name) => {
  const file = corpusFiles("large").find((one) => one.name === name);
  if (file === undefined) throw new Error(`${name} is not of the corpus`);
  const addresses = shuffled(codeAddresses(file.path, ADDRESSES, 11)).map((address) => `0x${hex(address)}\n`);
  const [all, one] = [join(folder, "all"), join(folder, "one")];
  writeFileSync(all, addresses.join(""));
  writeFileSync(one, addresses[0]);
  const compared = tools(join(folder, name));
  const runs = new Map<string, Figures[]>(compared.map((tool) => [tool.name, []]));
  // What is known after one run is there in all that are measured.
  await costOf(compared[1], file.path, all);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const tool of compared) {
      const of = runs.get(tool.name) ?? [];
      // One that was too slow once is not waited for again.
      if (of.length > 0 && of[0].all === undefined) continue;
      of.push({
        one: await costOf(tool, file.path, one),
        all: await costOf(tool, file.path, all),
      });
    }
  }
  console.log(table(name, statSync(file.path).size, addresses.length, runs));
});

/** `input`: the addresses. undefined: it was too slow. */
function costOf({ command, env }: Tool, file: string, input: string): Promise<ProcessCost | undefined> {
  return processCost(command(file), { input, env, limitSeconds: LIMIT_SECONDS });
}

/** In an order that no tool can profit from, the same each run. */
function shuffled(addresses: Float64Array): number[] {
  return [...addresses]
    .map((address, i) => ({ address, key: (Math.imul(i + 1, 0x9e3779b1) >>> 0) % 1_000_003 }))
    .sort((a, b) => a.key - b.key)
    .map(({ address }) => address);
}

function table(name: string, size: number, count: number, runs: Map<string, Figures[]>): string {
  const rows = [...runs].map(([tool, of]) => {
    const all = of.flatMap((one) => one.all ?? []);
    const one = of.flatMap((one) => one.one ?? []);
    const seconds = median(all.map((cost) => cost.seconds));
    const cells = [
      seconds.toFixed(2),
      median(all.map((cost) => cost.cpuSeconds)).toFixed(2),
      (count / seconds).toFixed(0),
      median(one.map((cost) => cost.seconds)).toFixed(2),
      median(one.map((cost) => cost.cpuSeconds)).toFixed(2),
      (median(all.map((cost) => cost.peakBytes)) / 2 ** 20).toFixed(0),
    ];
    return tool.padEnd(16) + cells.map((cell) => (cell === "NaN" ? "–" : cell).padStart(12)).join("");
  });
  const heads = ["seconds", "CPU s", "addresses/s", "first, s", "first, CPU s", "peak MiB"];
  return [
    `${name}: ${(size / 1e6).toFixed(1)} MB, ${count} addresses, whole processes, medians of ${REPEATS}; – is more than ${LIMIT_SECONDS} s; load ${loadavg()[0].toFixed(1)}`,
    "".padEnd(16) + heads.map((head) => head.padStart(12)).join(""),
    ...rows,
  ].join("\n");
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
