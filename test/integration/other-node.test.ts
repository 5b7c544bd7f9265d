import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../setup/build.ts";
import { otherNode } from "../setup/npm-program.ts";
import {
  binomialHalfWidth,
  CLI,
  compile,
  completenessOf,
  plainSamples,
  record,
  Scratch,
  samplesUnder,
} from "./harness.ts";

/** The oldest that package.json allows, and the newest of the lines that are kept up. The tests' own is another one. */
const VERSIONS = ["20.19.0", "24.21.0", "26.10.0"];

const WORKLOAD = join(ROOT, "test/workloads/busy.mjs");
const lines = readFileSync(WORKLOAD, "utf8").split("\n");
/** As the page names a function of the workload. */
const shown = (name: string) =>
  `${name} busy.mjs:${1 + lines.findIndex((line) => line.startsWith(`function ${name}(`))}`;

describe.each(VERSIONS)("Node.js %s", (version) => {
  it("runs stapflame, and its functions are one name each, whichever tier compiled them", async () => {
    using scratch = new Scratch();
    const node = otherNode(version);
    const args = ["-F", "499", "-d", "3s", "--", node, WORKLOAD];
    const { profile } = await record(scratch, args, { node });
    const samples = plainSamples(profile);
    const [burn, heavy, light] = ["burn", "heavy", "light"].map((name) => samplesUnder(samples, shown(name)));
    const own = new Set(samples.flatMap(({ names }) => names.filter((name) => name.includes(" busy.mjs:"))));
    for (const name of ["burn", "heavy", "light"]) {
      // With whatever mark in front.
      expect([...own].filter((one) => one.split(" ")[0].endsWith(name))).toEqual([shown(name)]);
    }
    const both = heavy + light;
    const { user, whole } = completenessOf(samples, (root) => root === "_start" || root === "__clone3");
    console.log(
      `Node.js ${version}: ${both} samples in two functions, ${((100 * heavy) / both).toFixed(1)}% in the one of 75%; ${whole} of ${user} user stacks whole`,
    );
    expect(both).toBeGreaterThan(500);
    expect(burn).toBeGreaterThan(0.9 * both);
    expect(Math.abs(heavy / both - 0.75)).toBeLessThan(binomialHalfWidth(0.75, both));
    expect(whole / user).toBeGreaterThan(0.99);
  });

  it("names addresses as the Node.js that runs the tests does, in sections packed with zstd too", () => {
    const node = otherNode(version);
    for (const packing of ["none", "zlib", "zstd"]) {
      const program = compile("service", "-O1", `-gz=${packing === "zstd" ? "none" : packing}`);
      if (packing === "zstd") execFileSync("objcopy", ["--compress-debug-sections=zstd", program]);
      const symbols = execFileSync("nm", ["--defined-only", program]).toString().split("\n");
      const functions = symbols.flatMap((line) => /^([0-9a-f]+) [Tt] /.exec(line)?.[1] ?? []);
      const input = functions
        .map((address) => `${(Number.parseInt(address, 16) + 4).toString(16)}\n`)
        .join("");
      const named = (by: string) => execFileSync(by, [CLI, "symbolize", "-e", program], { input }).toString();
      expect(functions.length).toBeGreaterThan(10);
      expect(named(node)).toBe(named(process.execPath));
      expect(named(node)).toMatch(/ at .*service\.c:\d+/);
    }
  });
});
