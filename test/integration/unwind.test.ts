import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../setup/build.ts";
import {
  Background,
  type PlainSample,
  plainSamples,
  record,
  Scratch,
  samplesUnder,
  totalSamples,
} from "./harness.ts";

/**
 * User stacks by unwind tables, of programs without frame pointers: the share that reaches where the thread began, as the
 * names of the frames tell, whatever the walk says of itself.
 */
const BINARIES = join(tmpdir(), "stapflame-workloads");
const WHOLE = 0.995;
/** Where a thread begins: a program's first instruction, that of a thread, that of the dynamic loader. */
const BEGINNINGS = new Set(["_start", "__clone3", "clone3", "__clone", "_dl_start", "_dl_start_user"]);

function build(name: string, suffix: string, ...flags: string[]): string {
  mkdirSync(BINARIES, { recursive: true });
  const program = join(BINARIES, `${name.replace(".", "-")}${suffix}`);
  const compiler = name.endsWith(".cpp") ? "g++" : "gcc";
  const source = join(ROOT, "test/workloads/unwind", name);
  execFileSync(compiler, ["-O2", "-g", "-fomit-frame-pointer", "-pthread", ...flags, "-o", program, source]);
  return program;
}

/** Samples of user code, and those of them whose outermost frame is where a thread begins. */
function completeness(samples: readonly PlainSample[]): {
  user: number;
  whole: number;
  roots: Map<string, number>;
} {
  let user = 0;
  let whole = 0;
  const roots = new Map<string, number>();
  for (const { names, modules, count } of samples) {
    if (modules.every((module) => module === "[kernel]")) continue;
    user += count;
    const root = names.at(-1) ?? "";
    roots.set(root, (roots.get(root) ?? 0) + count);
    if (BEGINNINGS.has(root)) whole += count;
  }
  return { user, whole, roots };
}

function tell(what: string, samples: readonly PlainSample[]): number {
  const { user, whole, roots } = completeness(samples);
  const others = [...roots]
    .filter(([name]) => !BEGINNINGS.has(name))
    .map(([name, count]) => `${name} ${count}`);
  console.log(
    `${what}: ${whole} of ${user} user stacks reach their thread's beginning, ${((100 * whole) / user).toFixed(2)}%; ` +
      `others end at: ${others.join(", ") || "none"}`,
  );
  expect(user).toBeGreaterThan(200);
  return whole / user;
}

let callbacks: string;
beforeAll(() => {
  callbacks = build("callbacks.c", "");
});

const CASES: [string, () => string][] = [
  ["C, -O2 -fomit-frame-pointer", () => callbacks],
  ["the same, -static", () => build("callbacks.c", "-static", "-static")],
  ["the same, -static-pie", () => build("callbacks.c", "-static-pie", "-static-pie")],
  ["a signal handler on a stack of its own", () => build("handler.c", "")],
  ["C++ with exceptions and threads, -O3", () => build("exceptions.cpp", "", "-O3")],
];

describe("user stacks by unwind tables are whole", () => {
  it.each(CASES)("%s", async (what, program) => {
    using scratch = new Scratch();
    const { profile, summary } = await record(scratch, [
      "--no-html",
      "-F",
      "499",
      "-d",
      "4s",
      "--",
      program(),
    ]);
    const share = tell(what, plainSamples(profile));
    expect(summary.dropped).toEqual([]);
    expect(share).toBeGreaterThanOrEqual(WHOLE);
  });

  it("of a process that runs already, from the first sample on", async () => {
    using scratch = new Scratch();
    using program = new Background(callbacks);
    const args = ["--no-html", "-F", "499", "-d", "2s", "-p", String(program.pid)];
    const { profile } = await record(scratch, args);
    const samples = plainSamples(profile);
    expect(tell("by PID", samples)).toBe(1);
    const deep = samples.filter((sample) => sample.names.filter((name) => name === "recurse").length === 41);
    expect(totalSamples(deep)).toBeGreaterThan(50);
    // Through libc's qsort and back.
    expect(samplesUnder(samples, "compare")).toBeGreaterThan(10);
    for (const { names } of samples) {
      if (names.includes("compare"))
        expect(names.slice(-3)).toEqual(
          ["__libc_start_call_main", "__libc_start_main_impl", "_start"].slice(-3),
        );
    }
  });

  it("of children, grandchildren and what they execute", async () => {
    using scratch = new Scratch();
    const program = build("chains.c", "");
    const { profile, summary } = await record(scratch, ["--no-html", "-F", "499", "--", program, "5"]);
    const share = tell("fork, vfork and exec", plainSamples(profile));
    console.log(JSON.stringify(summary.userStacks));
    expect(share).toBeGreaterThan(0.97);
  });
});
