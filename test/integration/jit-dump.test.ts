import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Profile } from "../../profile/profile.ts";
import { fileSource } from "../../symbolizer/file-source.ts";
import { jitDumpResolver } from "../../symbolizer/jit-dump.ts";
import { runTimeName } from "../../symbolizer/run-time-name.ts";
import { ROOT } from "../setup/build.ts";
import { random } from "../symbolizer/judges.ts";
import { binomialHalfWidth, plainSamples, record, Scratch, samplesUnder } from "./harness.ts";

const WORKLOAD = join(ROOT, "test/workloads/two-lines.mjs");
/** Without inlining, which would hide `heavy` and `light` in the module. */
const NODE = [process.execPath, "--perf-prof", "--no-turbo-inlining", WORKLOAD];
const HEAVY = "heavy two-lines.mjs:8";
const LIGHT = "light two-lines.mjs:14";
/** The loop's head and its body. */
const LOOPS: [string, number[]][] = [
  [HEAVY, [9, 10]],
  [LIGHT, [15, 16]],
];
const ADDRESSES = 5000;

function dumpIn(folder: string): string {
  const name = readdirSync(folder).find((file) => /^jit-\d+\.dump$/.test(file));
  if (name === undefined) throw new Error("Node.js wrote no dump");
  return join(folder, name);
}

/** Code by start and end, and its name, in the order in which it was made: by the ELF files that `perf inject` makes of a dump. */
function codeByPerf(folder: string): { start: number; end: number; name: string }[] {
  const run = (tool: string, ...args: string[]) =>
    execFileSync(tool, args, {
      cwd: folder,
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    }).toString();
  run("perf", "record", "-k", "1", "-o", "plain", "--", ...NODE, "1");
  run("perf", "inject", "-j", "-i", "plain", "-o", "injected");
  const files = readdirSync(folder).filter((file) => file.startsWith("jitted-"));
  const symbols = run("readelf", "-Ws", ...files);
  const symbolOf = new Map<string, { size: number; name: string }>();
  for (const part of symbols.split("\nFile: ")) {
    const [, size, name] = /: [0-9a-f]+ +(\S+) FUNC .* +\d+ (.*)$/m.exec(part) ?? ["", "0", ""];
    symbolOf.set(part.slice(0, part.indexOf("\n")), { size: Number(size), name });
  }
  const mapped = run("perf", "script", "--show-mmap-events", "-i", "injected");
  // What is mapped is more than the code: tables to unwind by come behind it.
  return [...mapped.matchAll(/MMAP2 .*\[(0x[0-9a-f]+)\(.* (\/.*jitted-.*)$/gm)].map(([, start, file]) => {
    const { size, name } = symbolOf.get(basename(file)) ?? { size: 0, name: "" };
    return { start: Number(start), end: Number(start) + size, name };
  });
}

/** Samples whose innermost frame is of a function, by line. */
function linesUnder(profile: Profile, name: string): Map<number, number> {
  const { samples, stacks, locations, lines, functions, strings } = profile;
  const byLine = new Map<number, number>();
  for (let row = 0; row < samples.length; row++) {
    const first = locations.lineStart[stacks.location[samples.stack[row]]];
    if (strings[functions.name[lines.function[first]]] !== name) continue;
    byLine.set(lines.line[first], (byLine.get(lines.line[first]) ?? 0) + samples.values[0][row]);
  }
  return byLine;
}

describe("the dump (jitdump) that a run-time compiler keeps of its code", () => {
  it("names the functions that perf finds in it", () => {
    using scratch = new Scratch();
    const code = codeByPerf(scratch.path);
    expect(code.length).toBeGreaterThan(1000);
    const next = random(3);
    const asked = Array.from({ length: ADDRESSES }, () => {
      const { start, end } = code[Math.floor(next() * code.length)];
      return start + Math.floor(next() * (end - start));
    });
    const addresses = Float64Array.from(new Set(asked)).sort();
    const dump = fileSource(dumpIn(scratch.path));
    if (dump.found === undefined) throw new Error(dump.missing);
    const resolver = jitDumpResolver(dump.found);
    const { frameStart, name } = resolver.resolve(addresses);
    expect(resolver.damage).toBeUndefined();
    const wrong = [...addresses].flatMap((address, i) => {
      const judged = code.findLast(({ start, end }) => start <= address && address < end);
      const expected = runTimeName(judged?.name ?? "").name;
      return name[frameStart[i]] === expected && frameStart[i + 1] - frameStart[i] === 1
        ? []
        : [`${address.toString(16)}: ${name[frameStart[i]]}, by perf ${expected}`];
    });
    console.log(
      `jitdump: ${addresses.length - wrong.length} of ${addresses.length} addresses have the name that perf has (${code.length} pieces of code)`,
    );
    expect(wrong).toEqual([]);
    dump.found.close();
  });

  it("tells names and lines of a recording without a perf map", async () => {
    using scratch = new Scratch();
    const args = ["--no-html", "-F", "499", "--", ...NODE, "3"];
    const { profile, summary } = await record(scratch, args, { cwd: scratch.path });
    const pid = /jit-(\d+)/.exec(dumpIn(scratch.path))?.[1];
    expect(existsSync(`/tmp/perf-${pid}.map`)).toBe(false);
    expect(summary.warnings.join("\n")).not.toMatch(/no names|jitdump/);

    const samples = plainSamples(profile);
    const [heavy, light] = [HEAVY, LIGHT].map((name) => samplesUnder(samples, name));
    const both = heavy + light;
    expect(both).toBeGreaterThan(500);
    expect(Math.abs(heavy / both - 0.75)).toBeLessThan(binomialHalfWidth(0.75, both));
    let [inLoops, all] = [0, 0];
    for (const [name, loop] of LOOPS) {
      for (const [line, count] of linesUnder(profile, name)) {
        all += count;
        if (loop.includes(line)) inLoops += count;
      }
    }
    console.log(
      `jitdump: ${heavy} samples in heavy, ${light} in light; ${inLoops} of ${all} on the lines of their loops`,
    );
    expect(inLoops / all).toBeGreaterThan(0.95);
  });
});
