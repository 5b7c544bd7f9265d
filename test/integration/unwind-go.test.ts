import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import { ROOT } from "../setup/build.ts";
import { buildGo, STRIPPED } from "../setup/build-go.ts";
import { type Share, sharesAgree } from "../setup/samples.ts";
import {
  completenessOf,
  NOT_KNOWN_YET,
  ofUserCode,
  type PlainSample,
  plainSamples,
  record,
  Scratch,
  totalSamples,
} from "./harness.ts";

/**
 * Stacks of Go programs: what the runtime does for a goroutine, on a stack of its own, leads to that goroutine's functions. Judges: the
 * names of the frames, and the profile that Go itself takes of the same seconds.
 */
const WHOLE = 0.995;
const SECONDS = 8;
const RECORDED = ["--no-html", "--unwind", "tables", "-F", "499"];

/** Where goroutines and threads begin; and what leaves a goroutine for good, so that nothing is above it. */
const BEGINNINGS =
  /^(runtime\.(goexit|mcall|mstart|clone|rt0_go|goexit\.abi0)|_rt0_amd64_linux|clone3|__clone3)$/;

/** Tells what is whole; gives its share, of all or of those whose process was known. */
function tell(what: string, samples: readonly PlainSample[], of: "user" | "known" = "user"): number {
  const left = (names: readonly string[]) =>
    names.at(-1) === "runtime.morestack" && names.includes("runtime.gopreempt_m");
  const judged = completenessOf(samples, (root, names) => BEGINNINGS.test(root) || left(names));
  const { user, whole, others } = judged;
  const ends = [...others].map(([name, count]) => `${name} ${count}`);
  console.log(
    `${what}: ${whole} of ${user} user stacks reach their thread's beginning, ${((100 * whole) / user).toFixed(2)}%; ` +
      `others end at: ${ends.join(", ") || "none"}`,
  );
  expect(user).toBeGreaterThan(400);
  return whole / judged[of];
}

/** Records a program that runs for ever, for some seconds. */
async function recordRunning(program: string, seconds: number): Promise<PlainSample[]> {
  using scratch = new Scratch();
  const child = spawn(program, { stdio: "ignore" });
  try {
    await sleep(500);
    const { profile, summary } = await record(scratch, [
      ...RECORDED,
      "-d",
      `${seconds}s`,
      "-p",
      String(child.pid),
    ]);
    expect(summary.dropped).toEqual([]);
    return plainSamples(profile);
  } finally {
    child.kill("SIGKILL");
  }
}

/**
 * Records a program from its first instruction to its last, while Go takes a profile of its own: both of the same seconds, for where such a
 * program's time goes changes from second to second (main.work has 37% to 65% of its first, 41% of eight).
 */
async function recordAsGoDoes(program: string): Promise<{ samples: PlainSample[]; judged: PlainSample[] }> {
  using scratch = new Scratch();
  const file = scratch.file("go.pb.gz");
  const { profile, summary } = await record(scratch, [...RECORDED, "--", program, String(SECONDS), file]);
  expect(summary.dropped).toEqual([]);
  return { samples: plainSamples(profile), judged: plainSamples(await readPprofFile(file)) };
}

/** The names of a sample's frames behind the first of that name, outwards. */
function above(name: string, { names }: PlainSample): string[] {
  return names.slice(names.indexOf(name) + 1);
}

/** The samples through a function, but for those of a process's first milliseconds, which end anywhere: `tell` counts them. */
function through(name: string, samples: readonly PlainSample[]): PlainSample[] {
  return samples.filter(({ names }) => names.includes(name) && names.at(-1) !== NOT_KNOWN_YET);
}

describe("stacks of Go programs", () => {
  // Of so many functions one lies outside by chance in some runs; in two in a row none does.
  it("with much garbage: whole, through the runtime's own stack to the goroutine's functions; as in Go's own profile", {
    retry: 1,
  }, async () => {
    const { samples, judged } = await recordAsGoDoes(buildGo("garbage.go"));
    expect(tell("garbage.go", samples, "known")).toBeGreaterThanOrEqual(WHOLE);

    // Whatever calls systemstack is a goroutine's function, down to where each goroutine begins.
    const switched = through("runtime.systemstack", samples);
    expect(totalSamples(switched)).toBeGreaterThan(30);
    for (const sample of switched) expect(sample.names.at(-1)).toBe("runtime.goexit");
    const marking = through("runtime.gcBgMarkWorker.func2", samples);
    expect(totalSamples(marking)).toBeGreaterThan(20);
    for (const sample of marking) {
      const outwards = above("runtime.gcBgMarkWorker.func2", sample);
      expect(outwards).toEqual(["runtime.systemstack", "runtime.gcBgMarkWorker", "runtime.goexit"]);
    }
    const assisting = through("runtime.gcAssistAlloc.func1", samples);
    for (const sample of assisting) {
      const outwards = above("runtime.gcAssistAlloc.func1", sample);
      expect(outwards.slice(0, 3)).toEqual([
        "runtime.systemstack",
        "runtime.gcAssistAlloc",
        "runtime.mallocgc",
      ]);
    }
    // The garbage collector copies stacks, too, which have become too large.
    const growing = through("runtime.newstack", through("runtime.copystack", samples));
    expect(totalSamples(growing)).toBeGreaterThan(20);
    for (const sample of growing) {
      const outwards = above("runtime.newstack", sample);
      expect(outwards[0]).toBe("runtime.morestack");
      expect(outwards.at(-1)).toBe("runtime.goexit");
      expect(outwards.join(" ")).toMatch(/main\.(deepen|stretch|\(\*tree\)\.size|grow)/);
    }

    compareWithGo(samples, judged);
  });

  it("with much garbage, stripped: whole, with the names that the symbols have", { retry: 1 }, async () => {
    const { samples, judged } = await recordAsGoDoes(buildGo("garbage.go", "-stripped", STRIPPED));
    expect(tell("garbage.go stripped", samples, "known")).toBeGreaterThanOrEqual(WHOLE);
    const switched = through("runtime.systemstack", samples);
    expect(totalSamples(switched)).toBeGreaterThan(30);
    for (const sample of switched) expect(sample.names.at(-1)).toBe("runtime.goexit");
    compareWithGo(samples, judged);
  });

  it("of Go 1.26, delivered stripped: TypeScript's compiler", async () => {
    using scratch = new Scratch();
    const tsc = join(ROOT, "node_modules/@typescript/typescript-linux-x64/lib/tsc");
    const command = [tsc, "--noEmit", "-p", join(ROOT, "tsconfig.json")];
    const { profile } = await record(scratch, [...RECORDED, "--max-depth", "1024", "--", ...command]);
    const samples = plainSamples(profile).filter(({ modules }) => modules.includes(tsc));
    expect(tell("tsc", samples)).toBeGreaterThanOrEqual(WHOLE);
    expect(totalSamples(through("runtime.systemstack", samples))).toBeGreaterThan(30);
  });

  it.each([
    ["", []],
    ["-pie", ["-buildmode=pie"]],
    ["-stripped", [STRIPPED]],
    ["-pie-stripped", ["-buildmode=pie", STRIPPED]],
  ] as [string, string[]][])("that call C, which calls back, and read the clock%s", async (suffix, flags) => {
    const samples = await recordRunning(buildGo("callback.go", suffix, ...flags), 4);
    expect(tell(`callback.go ${suffix}`, samples)).toBeGreaterThanOrEqual(WHOLE);
    // Where C is stripped its dynamic symbols are left: those of what Go calls, which the others are inlined into.
    const inC = (name: string) =>
      suffix.includes("stripped") ? /^_cgo_\w+_Cfunc_(spin|twice)$/.test(name) : name === "spin";
    const spinning = samples.filter(({ names }) => inC(names[0]));
    expect(totalSamples(spinning)).toBeGreaterThan(100);
    for (const { names } of spinning) expect(names.at(-1)).toBe("runtime.goexit");
    const called = spinning.filter(({ names }) => names[1] === "twice" || names[0].endsWith("_twice"));
    expect(totalSamples(called)).toBeGreaterThan(20);
    for (const { names } of called) {
      expect(names.slice(names.indexOf("runtime.asmcgocall")).join(" ")).toMatch(
        /^runtime\.asmcgocall runtime\.cgocall main\._Cfunc_twice main\.calls main\.main runtime\.main runtime\.goexit$/,
      );
    }
    const back = spinning.filter(({ names }) => names.includes("main.goBack"));
    expect(totalSamples(back)).toBeGreaterThan(20);
    for (const sample of back) expect(above("main.goBack", sample)).toContain("main.calls");
    const asking = through("main.asks", samples).filter(({ names }) => /^__vdso_|^clock_/.test(names[0]));
    expect(totalSamples(asking)).toBeGreaterThan(20);
    for (const sample of asking)
      expect(above("main.asks", sample)).toEqual(["main.main.func1", "runtime.goexit"]);
  });
});

/** A function's own name: ours and Go's tell closures and wrappers apart in other ways. */
const plain = (name: string) => name.replace(/\.abi0$/, "");

/** Samples through each function. */
function inclusive(samples: readonly PlainSample[]): { n: number; hits: Map<string, number> } {
  const hits = new Map<string, number>();
  for (const { names, count } of samples) {
    for (const name of new Set(names.map(plain))) hits.set(name, (hits.get(name) ?? 0) + count);
  }
  return { n: totalSamples(samples), hits };
}

/**
 * Go puts whoever called morestack in its place, has its own signal interrupt what is to be preempted, and leaves out what lies above a
 * goroutine's function: goexit, and the closure that a statement `go f(x)` makes.
 */
const OTHERWISE_IN_GO =
  /^(runtime\.(morestack|asyncPreempt|goexit)|main\.(begin|work)\.func1|runtime\.gcenable\.func[12])$/;
/** So far may shares lie apart that chance does not explain: Go samples a hundred times a second, by signals, which wait for a thread to run. */
const NEAR = 0.015;

/** The share of each function that takes a hundredth of either. */
function compareWithGo(samples: readonly PlainSample[], judged: readonly PlainSample[]): void {
  const ours = inclusive(ofUserCode(samples));
  const gos = inclusive(judged);
  const share = ({ hits, n }: Share) => hits / n;
  const compared = [...new Set([...gos.hits.keys(), ...ours.hits.keys()])].flatMap((name) => {
    const [a, b]: Share[] = [ours, gos].map(({ hits, n }) => ({ hits: hits.get(name) ?? 0, n }));
    // Of the kernel Go knows nothing.
    if (!name.includes(".") || Math.max(share(a), share(b)) < 0.01) return [];
    const text = `${name} ${(100 * share(a)).toFixed(1)}% / ${(100 * share(b)).toFixed(1)}%`;
    return [{ name, text, agrees: sharesAgree(a, b), near: Math.abs(share(a) - share(b)) <= NEAR }];
  });
  const different = compared.filter(({ name, agrees }) => !agrees && !OTHERWISE_IN_GO.test(name));
  console.log(
    `${ours.n} samples against Go's ${gos.n}: of ${compared.length} functions ${compared.length - different.length} have its shares; ` +
      `not: ${different.map(({ text }) => text).join(", ") || "none"}`,
  );
  expect(different.filter(({ near }) => !near).map(({ text }) => text)).toEqual([]);
  const names = compared.map(({ name }) => name);
  for (const name of ["runtime.systemstack", "runtime.gcBgMarkWorker", "runtime.copystack", "main.grow"])
    expect(names).toContain(name);
}
