import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { INPUT_FORMAT_NAMES } from "../../profile/formats/input-formats.ts";
import { OUTPUT_FORMAT_NAMES, outputFormatOf } from "../../profile/formats/output-formats.ts";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import { bytesOf, fixture } from "../profile/read.ts";
import { ensureBuilt, ROOT } from "../setup/build.ts";

let folder: string;
beforeAll(ensureBuilt, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stapflame-test-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Runs the built command in the test's folder. */
function stapflame(words: string[], input?: Uint8Array) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "dist/stapflame.js"), ...words],
    {
      cwd: folder,
      input: input ?? "",
      maxBuffer: 2 ** 26,
    },
  );
  return { status, stdout, stderr: stderr.toString() };
}
const convert = (words: string[], input?: Uint8Array) => stapflame(["convert", ...words], input);

describe("stapflame convert", () => {
  beforeEach(async () => {
    await writeFile(join(folder, "perf.txt"), fixture("perf-system.txt"));
  });

  it("writes by the ending, and says once what has no room", async () => {
    expect(convert(["perf.txt", "a.pb.gz"])).toMatchObject({ status: 0, stderr: "" });
    const profile = await readPprofFile(join(folder, "a.pb.gz"));
    expect(profile.samples.values[0].reduce((a, b) => a + b, 0)).toBe(14);
    const { stderr } = convert(["a.pb.gz", "a.folded"]);
    expect(stderr).toBe(
      "Folded text has no room for: addresses, modules, time slices, CPUs, facts about the recording, threads, the values cpu/nanoseconds.\n",
    );
    const folded = await readFile(join(folder, "a.folded"), "utf8");
    expect(folded).toContain("io worker 7;start_thread;run;recurse;recurse;recurse;recurse;work ");
    // The same by every way, as what folded text holds is in all of them.
    for (const name of ["a.speedscope.json", "a.firefox.json"]) {
      expect(convert(["a.pb.gz", name]).status).toBe(0);
      expect(convert([name, "-"]).stdout.toString()).toBe(folded);
    }
    expect(convert(["a.folded", "-"])).toMatchObject({ status: 0, stderr: "", stdout: Buffer.from(folded) });
  });

  it("writes pictures and the page", async () => {
    for (const name of ["a.svg", "a.png", "a.html"]) expect(convert(["perf.txt", name]).stderr).toBe("");
    expect(await readFile(join(folder, "a.svg"), "utf8")).toContain("<script>");
    convert(["perf.txt", "a.svg", "--static", "--title", "Mine & yours", "--width", "500"]);
    const still = await readFile(join(folder, "a.svg"), "utf8");
    expect(still).not.toContain("<script");
    expect(still).toContain(">Mine &amp; yours<");
    expect(still).toContain('width="500"');
    const sizeOf = async () => (await readFile(join(folder, "a.png"))).readUInt32BE(16);
    expect(await sizeOf()).toBe(2400);
    convert(["perf.txt", "a.png", "--scale", "1", "--width", "640"]);
    expect(await sizeOf()).toBe(640);
    expect(await readFile(join(folder, "a.html"), "utf8")).toContain("<title>perf.txt – stapflame</title>");
  });

  it("reads from a pipe, unpacks, and packs by name", async () => {
    const packed = gzipSync(fixture("perf-system.txt"));
    const plain = convert(["perf.txt", "-"]).stdout.toString();
    expect(convert(["-", "-"], packed).stdout.toString()).toBe(plain);
    convert(["-", "a.folded.gz"], packed);
    expect(gunzipSync(await readFile(join(folder, "a.folded.gz"))).toString()).toBe(plain);
    const pprof = convert(["-", "-", "--to", "pprof"], packed).stdout;
    expect([...pprof.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    convert(["perf.txt", "a.pb"]);
    expect(gunzipSync(pprof)).toEqual(await readFile(join(folder, "a.pb")));
  });

  it("obeys --from, --to and --sample-type", async () => {
    await writeFile(join(folder, "two.txt"), "a;b 1 2\na;c 3 4\n");
    expect(convert(["two.txt", "-"]).stdout.toString()).toBe("a;b 1\na;c 3\n");
    expect(convert(["two.txt", "-", "--sample-type", "after"]).stdout.toString()).toBe("a;b 2\na;c 4\n");
    expect(convert(["two.txt", "-", "--sample-type", "after/count"]).status).toBe(0);
    const missing = convert(["two.txt", "-", "--sample-type", "cpu"]);
    expect(missing).toMatchObject({ status: 2 });
    expect(missing.stderr).toBe(
      "error: the profile has no sample type cpu. It has before/count, after/count.\n",
    );
    expect(convert(["perf.txt", "x", "--to", "speedscope"]).status).toBe(0);
    expect(JSON.parse(await readFile(join(folder, "x"), "utf8"))).toHaveProperty("shared");
    const wrong = convert(["perf.txt", "-", "--from", "stap"]);
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(
      /^error: perf.txt: The text has no stack of SystemTap with a count below it\. It was read as stacks printed by SystemTap, as --from says\.\n$/,
    );
  });

  it.each([
    [["nope", "-"], 1, "cannot read nope: there is no such file or folder"],
    [
      ["perf.txt", "a.json"],
      2,
      "cannot tell the format from a.json. Give a name that ends in .pb.gz, .folded,",
    ],
    [["perf.txt", "a.folded", "--to", "xml"], 2, "Allowed choices are pprof, folded"],
    [["perf.txt", "a.folded", "--from", "xml"], 2, "Allowed choices are pprof, folded, perf"],
    [["perf.txt", "a.svg", "--width", "9"], 2, "A width is a whole number of pixels from 300"],
    [["perf.txt", "no/a.svg"], 1, "cannot write no/a.svg: there is no such file or folder"],
    [["perf.txt"], 2, "missing required argument 'out'"],
  ])("%j fails in words", (words, status, sentence) => {
    const failed = convert(words);
    expect(failed.stderr).toContain(sentence);
    expect(failed.status).toBe(status);
    expect(failed.stderr.split("\n").length).toBe(2);
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", bytesOf(""), "in: It is empty."],
    [
      "gzip cut off",
      gzipSync(fixture("perf-system.txt")).subarray(0, 900),
      "in: The gzip data is damaged or cut off",
    ],
    ["perf.data", bytesOf("PERFILE2......"), "give the text that `perf script` makes of it"],
    [
      "what nobody knows",
      bytesOf("hello\n"),
      'in: It is a text that begins with "hello"; what can be read is pprof, folded',
    ],
  ])("refuses %s, and leaves no file", async (_, bytes, sentence) => {
    await writeFile(join(folder, "in"), bytes);
    const { status, stderr } = convert(["in", "out.svg"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(sentence)]);
    expect((await readdir(folder)).sort()).toEqual(["in", "perf.txt"]);
  });

  it("does not mind a reader that has seen enough", () => {
    const script = `yes "$(cat perf.txt; echo; echo)" | head -c 3000000 | ${process.execPath} ${join(ROOT, "dist/stapflame.js")} convert - - 2>/dev/null | head -1; exit ${"$"}{PIPESTATUS[2]}`;
    expect(execFileSync("bash", ["-c", script], { cwd: folder }).toString()).toMatch(/;/);
  });

  it("tells of every format in its help", () => {
    const help = convert(["--help"]).stdout.toString();
    for (const name of [...INPUT_FORMAT_NAMES, ...OUTPUT_FORMAT_NAMES])
      expect(help).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});

describe("stapflame report", () => {
  it("reads what convert reads", async () => {
    const made = stapflame(["report", "-", "-o", "a.html"], fixture("bpftrace-perf.txt"));
    expect(made.status).toBe(0);
    expect(made.stderr).toBe("standard input: Passed over what is no stack: 7 lines of the text.\n");
    expect(await readFile(join(folder, "a.html"), "utf8")).toContain(
      "<title>standard input – stapflame</title>",
    );
    const nameless = stapflame(["report", "-"], fixture("bpftrace.txt"));
    expect(nameless.status).toBe(2);
    expect(nameless.stderr).toContain("a page of standard input has no name");
  });
});

describe("the ending of a file's name", () => {
  it.each([
    ["a.pb.gz", "pprof"],
    ["a.pb", "pprof"],
    ["a.FOLDED.gz", "folded"],
    ["a.speedscope.json.gz", "speedscope"],
    ["a.firefox.json", "firefox"],
    ["a.svg", "svg"],
    ["a.json", undefined],
    ["a", undefined],
    ["pb.gz", undefined],
  ])("%s tells %s", (name, format) => {
    expect(outputFormatOf(name)).toBe(format);
  });
});
