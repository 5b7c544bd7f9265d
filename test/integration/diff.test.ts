import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../setup/build.ts";
import { Scratch, stapflame } from "./harness.ts";

/** `stapflame record --repeat` and `stapflame diff`, as a person uses them: two builds of a program, really recorded. */
let scratch: Scratch;

function build(folder: string, ...flags: string[]): string {
  mkdirSync(scratch.file(folder), { recursive: true });
  const program = join(scratch.file(folder), "service");
  const source = join(ROOT, "test/workloads/service.c");
  execFileSync("gcc", ["-O1", "-g", "-fno-omit-frame-pointer", ...flags, "-o", program, source]);
  return program;
}

async function recordRuns(runs: number, label: string, program: string): Promise<void> {
  const sampling = ["-F", "999", "-d", "2s", "--repeat", String(runs), "--label", label];
  const result = await stapflame(["record", "-q", ...sampling, "--", program, "100"], { cwd: scratch.path });
  expect(result.code, result.stderr).toBe(0);
}

beforeAll(async () => {
  scratch = new Scratch();
  await recordRuns(2, "before", build("old"));
  // Ten times the copying, so that two seconds of a busy machine are enough to see it.
  await recordRuns(2, "after", build("new", "-DEXTRA=36"));
  return () => scratch[Symbol.dispose]();
});

const sides = ["--before", "before-1.pb.gz", "before-2.pb.gz", "--after", "after-1.pb.gz", "after-2.pb.gz"];
const diff = (...args: string[]) => stapflame(["diff", ...args], { cwd: scratch.path });

describe("two builds, each recorded twice", () => {
  it("are files with the label's name, and no pages", () => {
    const files = readdirSync(scratch.path).filter((name) => name.includes("."));
    expect(files.sort()).toEqual(["after-1.pb.gz", "after-2.pb.gz", "before-1.pb.gz", "before-2.pb.gz"]);
  });

  it("differ in copy_block, says the headline; the conditions decide the exit code", async () => {
    const { code, stdout } = await diff(
      ...sides,
      "--fail-on",
      "total(parse_*) > +5%",
      "--fail-on",
      "self(sum_up) > 50%",
    );
    expect(stdout).toMatch(
      /^\+\d+\.\d% \([\d.]+–[\d.]+\) of all CPU time in copy_block: \d+\.\d% → \d+\.\d%$/m,
    );
    expect(stdout).toMatch(/Fails: total\(parse_\*\) > \+5%: parse_header is \+\d+%/);
    expect(stdout).not.toContain("Fails: self(sum_up)");
    expect(code).toBe(1);
    const calm = await diff(...sides, "--fail-on", "self(parse_body) > 200%");
    expect([calm.code, calm.stdout.includes("Passes: no --fail-on holds.")]).toEqual([0, true]);
  });

  it("as JSON and as Markdown; by time and by a function", async () => {
    const json = JSON.parse((await diff(...sides, "--json")).stdout) as { headline: { function: string } };
    expect(json.headline.function).toBe("copy_block");
    expect((await diff(...sides, "--markdown")).stdout).toMatch(/^### \+.* in copy&#95;block: /);
    expect((await diff(...sides, "--normalize", "time")).stdout).toMatch(/ CPUs .* in copy_block: /);
    expect((await diff(...sides, "--normalize", "frame=parse_body")).stdout).toMatch(
      /of the CPU time of parse_body in copy_block: /,
    );
  });

  it("as a page, whose path is the last line, beside JSON on standard error", async () => {
    const people = await diff(...sides, "-o", "diff.html");
    expect(people.stdout.trimEnd().split("\n").at(-1)).toBe("diff.html");
    const page = readFileSync(scratch.file("diff.html"), "utf8");
    expect(page).toContain("<title>before-1 (2 runs) → after-1 (2 runs) – stapflame</title>");
    const programs = await diff(...sides, "--json", "-o", "again.html");
    expect(JSON.parse(programs.stdout)).toHaveProperty("headline");
    expect(programs.stderr).toBe("again.html\n");
    expect(readFileSync(scratch.file("again.html"), "utf8")).toBe(page);
  });

  // One comparison in twenty may find something, as is promised; two in a row hardly do. Three runs a side: on machines that others
  // use too, each run has a speed of its own (docs/diff.md), which a single one cannot tell of.
  it("of one build do not differ", { retry: 1 }, async () => {
    await recordRuns(6, "same", join(scratch.file("old"), "service"));
    const runs = (...numbers: number[]) => numbers.map((number) => `same-${number}.pb.gz`);
    const { code, stdout } = await diff("--before", ...runs(1, 3, 5), "--after", ...runs(2, 4, 6));
    expect(stdout).toContain("No change of cost beyond chance.");
    expect(code).toBe(0);
  });
});

describe("what makes no comparison", () => {
  it("without arguments explains itself", async () => {
    const { code, stdout } = await diff();
    expect(stdout).toContain("How to get profiles to compare:");
    expect(code).toBe(2);
  });

  it.each([
    [
      "a file that is not there",
      ["before-1.pb.gz", "nowhere.pb.gz"],
      /^error: cannot read nowhere\.pb\.gz: there is no such file/,
    ],
    ["a damaged file", ["before-1.pb.gz", "damaged.pb.gz"], /^error: damaged\.pb\.gz: /],
    ["an empty file", ["empty.pb.gz", "before-1.pb.gz"], /^error: empty\.pb\.gz/],
    [
      "a page without a name",
      ["before-1.pb.gz", "after-1.pb.gz", "--open"],
      /^error: the page has no name\. /,
    ],
    [
      "a page that cannot be written",
      ["before-1.pb.gz", "after-1.pb.gz", "--json", "-o", "nowhere/diff.html"],
      /^error: cannot write nowhere\/diff\.html: /,
    ],
    ["one side only", ["--before", "before-1.pb.gz"], /^error: there is no profile for the side after\. /],
    [
      "a function that is not there",
      ["before-1.pb.gz", "after-1.pb.gz", "--normalize", "frame=nobody"],
      /^error: There is no function nobody to divide by\. /,
    ],
  ])("%s is told in a line, with exit code 2", async (_, args, message) => {
    writeFileSync(scratch.file("damaged.pb.gz"), "\u001f\u008b and then nothing");
    writeFileSync(scratch.file("empty.pb.gz"), "");
    const { code, stdout, stderr } = await diff(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([2, ""]);
  });
});
