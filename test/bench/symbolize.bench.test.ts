import { statSync } from "node:fs";
import { beforeAll, test } from "vitest";
import { ensureCommands } from "../setup/debian.ts";
import { codeAddresses } from "../symbolizer/dwarf/agreement/addresses.ts";
import { hex } from "../symbolizer/dwarf/agreement/elfutils.ts";
import { buildCorpus, corpusFiles } from "../symbolizer/dwarf/corpus/corpus.ts";
import { PACKAGE_OF } from "../symbolizer/judges.ts";
import { type ProcessCost, processCost, TOOLS } from "./symbolize-tools.ts";

/**
 * What naming addresses costs as a whole process, against the tools that everyone uses, on the same random addresses.
 * Each figure is the median of the repeats, which take turns, so that what else the machine does falls on all.
 */
const ADDRESSES = 10_000;
const REPEATS = 3;
/** elfutils takes milliseconds an address where C++ is inlined deep. */
const LIMIT_SECONDS = 300;
const FILES = ["libc6-dbg", "xfs.ko", "librgw2-dbg", "vmlinux"];

interface Figures {
  all: ProcessCost | undefined;
  one: ProcessCost | undefined;
}

beforeAll(async () => {
  ensureCommands({ ...PACKAGE_OF, addr2line: "binutils" });
  ensureCommands({ time: "time" });
  await buildCorpus("large");
}, 1_800_000);

test.each(FILES)("symbolize: %s", async (name) => {
  const file = corpusFiles("large").find((one) => one.name === name);
  if (file === undefined) throw new Error(`${name} is not of the corpus`);
  const addresses = shuffled(codeAddresses(file.path, ADDRESSES, 11));
  const input = addresses.map((address) => `0x${hex(address)}\n`);
  const runs = new Map<string, Figures[]>(TOOLS.map((tool) => [tool.name, []]));
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const tool of TOOLS) {
      const of = runs.get(tool.name) ?? [];
      // One that was too slow once is not waited for again.
      if (of.length > 0 && of[0].all === undefined) continue;
      const command = tool.command(file.path);
      const one = await processCost(command, input[0], LIMIT_SECONDS);
      of.push({ one, all: await processCost(command, input.join(""), LIMIT_SECONDS) });
    }
  }
  console.log(table(name, statSync(file.path).size, input.length, runs));
});

/** In an order that no tool can profit from, the same each run. */
function shuffled(addresses: Float64Array): number[] {
  return [...addresses]
    .map((address, i) => ({ address, key: (Math.imul(i + 1, 0x9e3779b1) >>> 0) % 1_000_003 }))
    .sort((a, b) => a.key - b.key)
    .map(({ address }) => address);
}

function table(name: string, size: number, count: number, runs: Map<string, Figures[]>): string {
  const ours = medians(runs.get("stapflame") ?? []);
  const rows = [...runs].map(([tool, of]) => {
    const { seconds, perSecond, first, peak } = medians(of);
    const cell = (value: number, digits: number, mine: number) =>
      Number.isNaN(value)
        ? `> ${LIMIT_SECONDS} s`.padStart(18)
        : `${value.toFixed(digits).padStart(10)} ${`(${(mine / value).toFixed(2)})`.padStart(7)}`;
    return [
      tool.padEnd(16),
      cell(seconds, 3, ours.seconds),
      cell(perSecond, 0, ours.perSecond),
      cell(first, 3, ours.first),
      cell(peak / 2 ** 20, 0, ours.peak / 2 ** 20),
    ].join(" ");
  });
  return [
    `${name}: ${(size / 1e6).toFixed(1)} MB, ${count} addresses, whole processes, medians of ${REPEATS} (ours / theirs)`,
    `${"".padEnd(16)} ${"seconds".padStart(18)} ${"addresses/s".padStart(18)} ${"one address, s".padStart(18)} ${"peak MiB".padStart(18)}`,
    ...rows,
  ].join("\n");

  function medians(of: readonly Figures[]) {
    const median = (values: number[]) =>
      values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
    const all = of.flatMap((one) => one.all ?? []);
    const seconds = median(all.map((cost) => cost.seconds));
    return {
      seconds,
      perSecond: count / seconds,
      first: median(of.flatMap(({ one }) => one?.seconds ?? [])),
      peak: median(all.map((cost) => cost.peakBytes)),
    };
  }
}
