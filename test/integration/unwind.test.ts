import { execFileSync, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { type Share, sharesAgree } from "../setup/samples.ts";
import {
  Background,
  completenessOf,
  type PlainSample,
  plainSamples,
  record,
  recordingFor,
  Scratch,
  stapflame,
  totalSamples,
} from "./harness.ts";
import { buildUnwound } from "./unwound.ts";

/**
 * User stacks by unwind tables, of programs without frame pointers: the share that reaches where the thread began, as the
 * names of the frames tell, whatever the walk says of itself.
 */
const WHOLE = 0.995;
/** Where a thread begins: a program's first instruction, that of a thread, that of the dynamic loader. */
const BEGINNINGS = new Set(["_start", "__clone3", "clone3", "__clone", "_dl_start", "_dl_start_user"]);

const completeness = (samples: readonly PlainSample[]) =>
  completenessOf(samples, (root) => BEGINNINGS.has(root));

function tell(what: string, samples: readonly PlainSample[]): number {
  const { user, whole, others } = completeness(samples);
  const ends = [...others].map(([name, count]) => `${name} ${count}`);
  console.log(
    `${what}: ${whole} of ${user} user stacks reach their thread's beginning, ${((100 * whole) / user).toFixed(2)}%; ` +
      `others end at: ${ends.join(", ") || "none"}`,
  );
  expect(user).toBeGreaterThan(200);
  return whole / user;
}

let callbacks: string;
beforeAll(() => {
  callbacks = buildUnwound("callbacks.c", "");
});

const CASES: [string, () => string][] = [
  ["C, -O2 -fomit-frame-pointer", () => callbacks],
  ["the same, -static", () => buildUnwound("callbacks.c", "-static", "-static")],
  ["the same, -static-pie", () => buildUnwound("callbacks.c", "-static-pie", "-static-pie")],
  ["a signal handler on a stack of its own", () => buildUnwound("handler.c", "")],
  ["vfork, which keeps its return address in a register", () => buildUnwound("vforks.c", "")],
  ["C++ with exceptions and threads, -O3", () => buildUnwound("exceptions.cpp", "", "-O3")],
];

/** Records a program that runs already for some seconds. */
async function recordRunning(program: string, ...args: string[]) {
  using scratch = new Scratch();
  using running = new Background(program);
  await sleep(300);
  const all = [
    "--no-html",
    "--unwind",
    "tables",
    "-F",
    "499",
    "-d",
    "4s",
    "-p",
    String(running.pid),
    ...args,
  ];
  const { profile, summary } = await record(scratch, all);
  return { samples: plainSamples(profile), summary };
}

/** The functions of Python in a stack, leaf first, have all levels of one file. */
function isInOrder(names: readonly string[]): boolean {
  const own = names.filter((name) => name.startsWith("level_"));
  const file = own[0].split(" ")[1];
  return own.every((name, index) => name === `level_${own.length - 1 - index} ${file}`);
}

describe("functions that are called as CPython does with -X perf", () => {
  it.each(["bpf", "perf"])(
    "are between the interpreter's frames, each with its name, with %s",
    async (collector) => {
      using scratch = new Scratch();
      using running = new Background(buildUnwound("trampolines.c", ""));
      using _map = { [Symbol.dispose]: () => rmSync(`/tmp/perf-${running.pid}.map`, { force: true }) };
      await sleep(300);
      const args = ["--no-html", "--collector", collector, "--unwind", "tables", "-F", "499", "-d", "5s"];
      const { profile, summary } = await record(scratch, [...args, "-p", String(running.pid)]);
      const samples = plainSamples(profile);
      expect(tell(`trampolines, ${collector}`, samples)).toBeGreaterThanOrEqual(WHOLE);
      expect(summary.warnings).toEqual([]);
      const own = samples.filter(({ names }) => names.some((name) => name.startsWith("level_40 ")));
      expect(totalSamples(own) / totalSamples(samples)).toBeGreaterThan(0.9);
      const right = own.filter(({ names }) => isInOrder(names));
      expect(totalSamples(right) / totalSamples(own)).toBeGreaterThanOrEqual(WHOLE);
      // So most of it was mapped while sampling went on.
      const files = new Set(own.flatMap(({ names }) => names).filter((name) => name.startsWith("level_0 ")));
      expect(files.size).toBeGreaterThan(3);
    },
  );
});

describe("user stacks by unwind tables are whole", () => {
  it.each(CASES)("%s", async (what, program) => {
    const { samples, summary } = await recordRunning(program());
    const share = tell(what, samples);
    expect(summary.dropped).toEqual([]);
    expect(share).toBeGreaterThanOrEqual(WHOLE);
    // The walk's own account is the names'.
    const { user, whole } = completeness(samples);
    const cut = summary.userStacks?.cut.reduce((sum, { count }) => sum + count, 0) ?? 0;
    expect(summary.userStacks?.whole).toBeGreaterThanOrEqual(whole);
    expect((summary.userStacks?.whole ?? 0) + cut).toBe(user);
  });

  it("frame by frame: recursion to its depth, and back through libc's qsort", async () => {
    const { samples } = await recordRunning(callbacks);
    const atBottom = (name: string) =>
      samples.filter(({ names }) => names[0] === "leaf" && names[1] === name);
    for (const name of ["recurse", "plain"]) {
      const whole = `leaf ${`${name} `.repeat(41)}main __libc_start_call_main __libc_start_main_impl _start`;
      const right = atBottom(name).filter(({ names }) => names.join(" ").startsWith(whole.slice(0, -21)));
      expect(totalSamples(atBottom(name))).toBeGreaterThan(15);
      expect(totalSamples(right)).toBe(totalSamples(atBottom(name)));
    }
    const compared = samples.filter(({ names }) => names[0] === "leaf" && names.includes("compare"));
    expect(totalSamples(compared)).toBeGreaterThan(10);
    for (const { names } of compared) {
      expect(names.join(" ")).toMatch(/^leaf compare (\S*(sort|_tmp)\S* )+sort main /);
    }
  });

  it("of a program that has moved its code into memory without a file, before or while it is sampled", async () => {
    const program = buildUnwound("moves.c", "", "-fno-toplevel-reorder");
    using scratch = new Scratch();
    const command = ["--no-html", "-F", "499", "-d", "4s", "--", program, "later"];
    const recordings = [await recordRunning(program), await record(scratch, command)];
    for (const recording of recordings) {
      const samples = "profile" in recording ? plainSamples(recording.profile) : recording.samples;
      expect(tell("moved code", samples)).toBeGreaterThanOrEqual(WHOLE);
      const right = `burn ${"moved ".repeat(21)}main __libc_start_call_main`;
      const own = samples.filter(({ names }) => names.join(" ").startsWith(right));
      expect(totalSamples(own) / totalSamples(samples)).toBeGreaterThan(0.95);
    }
  });

  it("of a command from its first sample on, whose mappings are told later", async () => {
    using scratch = new Scratch();
    const { profile, summary } = await record(scratch, [
      "--no-html",
      "-F",
      "499",
      "-d",
      "4s",
      "--",
      callbacks,
    ]);
    expect(tell("a command", plainSamples(profile))).toBeGreaterThanOrEqual(WHOLE);
    console.log(`by the walk: ${JSON.stringify(summary.userStacks)}`);
  });

  it.each([
    ["", []],
    // No record comes after its exec.
    ["-static", ["-static"]],
  ])(
    "of a program whose exec takes long, and whose stacks are too large to be copied %s",
    async (suffix, flags) => {
      using scratch = new Scratch();
      const program = buildUnwound("descend.c", suffix, ...flags);
      // The kernel writes the addresses of so many arguments when the first mappings were told of, but not yet who maps them.
      const command = `exec ${program} $(seq -s ' ' 100000) 4000`;
      const args = ["--no-html", "--max-depth", "8192", "-F", "199", "-d", "3s", "--", "sh", "-c", command];
      const { profile, summary } = await record(scratch, args);
      const samples = plainSamples(profile).filter(({ names }) => names.includes("descend"));
      // Cut are those until the new program has been read of.
      expect(tell("after a long exec", samples)).toBeGreaterThanOrEqual(0.97);
      console.log(`by the walk: ${JSON.stringify(summary.userStacks)}`);
    },
  );

  it("of children, grandchildren and what they execute", async () => {
    using scratch = new Scratch();
    const program = buildUnwound("chains.c", "");
    const { profile, summary } = await record(scratch, ["--no-html", "-F", "499", "--", program, "5"]);
    const samples = plainSamples(profile);
    const share = tell("fork, vfork and exec", samples);
    console.log(`by the walk: ${JSON.stringify(summary.userStacks)}`);
    expect(share).toBeGreaterThanOrEqual(WHOLE);
    // Each kind of child works at a depth of its own, and whether it was known when it was sampled or not shows nowhere.
    const burns = ({ names }: PlainSample) => names.filter((name) => name === "burn").length;
    const at = (depth: number) => totalSamples(samples.filter((sample) => burns(sample) === depth));
    for (const depth of [11, 16, 21]) expect(at(depth)).toBeGreaterThan(20);
    const burning = totalSamples(samples.filter((sample) => burns(sample) > 0));
    expect((at(11) + at(16) + at(21)) / burning).toBeGreaterThanOrEqual(WHOLE);
  });

  it("of programs of two milliseconds, one after another", async () => {
    using scratch = new Scratch();
    const program = buildUnwound("chains.c", "");
    const loop = `for i in $(seq 400); do ${program} executed 0.002; done`;
    const { profile } = await record(scratch, ["--no-html", "-F", "999", "--", "sh", "-c", loop]);
    const samples = plainSamples(profile).filter(({ names }) => names.includes("burn"));
    expect(tell("programs of 2 ms", samples)).toBeGreaterThanOrEqual(WHOLE);
    expect(new Set(samples.map(({ labels }) => labels.pid)).size).toBeGreaterThan(200);
  });

  it("of programs of milliseconds also while the recorder has no CPU", async () => {
    using scratch = new Scratch();
    const program = buildUnwound("chains.c", "");
    using running = new Background("sh", ["-c", `while :; do ${program} executed 0.004; done`]);
    const args = ["--no-html", "-F", "49", "-d", "9s", "-p", String(running.pid)];
    const { profile, summary } = await record(scratch, args, {
      whileRunning: async (cli) => {
        await recordingFor(cli, 1_500);
        cli.kill("SIGSTOP");
        await sleep(5_000);
        cli.kill("SIGCONT");
      },
    });
    const samples = plainSamples(profile).filter(({ names }) => names.includes("burn"));
    expect(tell("programs of 4 ms, the recorder stopped", samples)).toBeGreaterThanOrEqual(WHOLE);
    expect(summary.dropped).toEqual([]);
  });

  it.each([
    ["callbacks", () => callbacks, ["recurse", "plain", "leaf", "sort", "compare", "main", "_start"]],
    [
      "a signal handler, whose own stack perf does not leave",
      () => buildUnwound("handler.c", ""),
      ["in_handler", "handle"],
    ],
    [
      "C++ with exceptions",
      () => buildUnwound("exceptions.cpp", "", "-O3"),
      ["Counted::~Counted", "thrower", "catcher"],
    ],
  ] as [string, () => string, string[]][])(
    "as perf's, which unwinds copied stacks by the same tables: inclusive shares of %s",
    { retry: 1 },
    async (what, build, functions) => {
      using scratch = new Scratch();
      using running = new Background(build());
      await sleep(300);
      const { ours, theirs } = await recordWithPerf(scratch, running.pid, ["-p", String(running.pid)]);
      compareShares(what, inclusive(ours), inclusive(theirs), functions);
    },
  );

  it("as perf's: inclusive shares of programs of two milliseconds, over before anybody has read of them", {
    retry: 1,
  }, async () => {
    using scratch = new Scratch();
    const program = buildUnwound("chains.c", "");
    using running = new Background("sh", ["-c", `while :; do ${program} executed 0.002; done`]);
    await sleep(300);
    // Of a process that is there perf does not follow the children.
    const { ours, theirs } = await recordWithPerf(scratch, running.pid, ["-a"]);
    const comm = basename(program);
    const own = ours.filter(({ labels }) => labels.comm === comm);
    const their = theirs.filter((sample) => sample.comm === comm);
    // Not _start, which perf does not reach from a fifth of what it has below main.
    compareShares("programs of 2 ms", inclusive(own), inclusive(their), ["burn", "main"]);
  });
});

/** Samples of a process and its children by us, and of what `whose` says by perf, taken at the same time. */
async function recordWithPerf(scratch: Scratch, pid: number, whose: readonly string[]) {
  const file = scratch.file("perf.data");
  const frequency = ["-F", "199"];
  const how = ["-e", "cpu-clock", ...frequency, "--call-graph", "dwarf,65528"];
  const perf = spawn("perf", ["record", "-q", ...how, "-o", file, ...whose, "--", "sleep", "8"], {
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => perf.once("exit", resolve));
  const args = ["--no-html", "--unwind", "tables", ...frequency, "-d", "8s", "-p", String(pid)];
  const { profile } = await record(scratch, args);
  await ended;
  return { ours: plainSamples(profile), theirs: perfStacks(file) };
}

type Inclusive = ReturnType<typeof inclusive>;

function compareShares(what: string, ours: Inclusive, theirs: Inclusive, functions: readonly string[]): void {
  const rows = functions.map((name) => {
    const [a, b] = [ours, theirs].map(({ n, hits }) => ({ n, hits: hits.get(name) ?? 0 }));
    return { name, a, b };
  });
  const text = rows.map(({ name, a, b }) => `${name} ${percent(a)} ${percent(b)}`).join(", ");
  console.log(`${what}, ours and perf's inclusive shares of ${ours.n} and ${theirs.n} samples: ${text}`);
  expect(theirs.n).toBeGreaterThan(100);
  for (const { name, a, b } of rows) expect(sharesAgree(a, b), name).toBe(true);
}

describe("user stacks that have lost their callers", () => {
  it.each(["bpf", "perf"])(
    "in run-time code whose frame pointer is 0 are told as cut, with %s",
    async (collector) => {
      using scratch = new Scratch();
      using running = new Background(buildUnwound("adrift.c", ""));
      const args = ["--no-html", "--collector", collector, "--unwind", "tables", "-F", "499", "-d", "2s"];
      const { profile, summary } = await record(scratch, [...args, "-p", String(running.pid)]);
      const samples = plainSamples(profile);
      const cut = summary.userStacks?.cut.reduce((sum, { count }) => sum + count, 0) ?? 0;
      console.log(`adrift, ${collector}: ${JSON.stringify(summary.userStacks)} of ${totalSamples(samples)}`);
      expect(cut / totalSamples(samples)).toBeGreaterThan(0.99);
      expect(summary.warnings.join()).toContain("of the user stacks lack their roots");
    },
  );
});

describe("user stacks of 32-bit code", () => {
  it("are walked by frame pointers, and nobody says that they are whole", async () => {
    const alone = ["-m32", "-static", "-nostdlib", "-ffreestanding", "-fno-pic", "-no-pie"];
    const program = buildUnwound("narrow.c", "", ...alone, "-fno-omit-frame-pointer");
    const { samples, summary } = await recordRunning(program);
    const right = samples.filter(({ names }) => /^burn (deep ){10,11}_start/.test(names.join(" ")));
    expect(totalSamples(right) / totalSamples(samples)).toBeGreaterThan(0.95);
    expect(summary.userStacks).toEqual({ whole: 0, cut: [], untold: totalSamples(samples) });
  });
});

describe("the way of walking", () => {
  it("is frame pointers when asked for, and then nothing is known of why stacks end", async () => {
    using scratch = new Scratch();
    using running = new Background(callbacks);
    const args = ["--no-html", "--unwind", "fp", "-d", "1s", "-p", String(running.pid)];
    const { profile, summary } = await record(scratch, args);
    expect(summary.userStacks).toBeUndefined();
    expect(plainSamples(profile).some(({ names }) => /stack cut/.test(names.at(-1) ?? ""))).toBe(false);
  });

  it("is frame pointers where tables have no room, and that is said; with --unwind tables it is refused", async () => {
    using scratch = new Scratch();
    using running = new Background(callbacks);
    const few = ["--no-html", "--kernel-memory", "2M", "-d", "1s", "-p", String(running.pid)];
    const { summary, stderr } = await record(scratch, few);
    expect(stderr).toContain(
      "User stacks are walked by frame pointers, without unwind tables: 2048 KiB of kernel memory",
    );
    expect(summary.warnings.join()).toContain("walked by frame pointers");
    // Little enough that only the rest's size tells.
    const rest = await record(scratch, [
      "--no-html",
      "--kernel-memory",
      "7M",
      "-d",
      "1s",
      "-p",
      String(running.pid),
    ]);
    expect(rest.stderr).toContain("without unwind tables: 7168 KiB of kernel memory");
    const refused = await stapflame(["record", "--unwind", "tables", ...few], { cwd: scratch.path });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("user stacks cannot be unwound by tables here");
  });

  it("is refused for a collector that has no tables of ours", async () => {
    const { code, stderr } = await stapflame(["script", "--collector", "stap", "--unwind", "tables", "-a"]);
    expect(code).toBe(2);
    expect(stderr).toContain("the stap collector has an unwinder of its own");
  });

  it("keeps within the memory that was given, and counts it", async () => {
    using scratch = new Scratch();
    using running = new Background(callbacks);
    const args = [
      "--no-html",
      "--unwind",
      "tables",
      "--kernel-memory",
      "16M",
      "-d",
      "1s",
      "-p",
      String(running.pid),
    ];
    const { summary } = await record(scratch, args);
    expect(summary.kernelMemoryBytes).toBeGreaterThan(2 * 2 ** 20);
    expect(summary.kernelMemoryBytes).toBeLessThanOrEqual(16 * 2 ** 20);
  });
});

/** Samples through each function. */
function inclusive(samples: readonly Pick<PlainSample, "names" | "count">[]): {
  n: number;
  hits: Map<string, number>;
} {
  const hits = new Map<string, number>();
  for (const { names, count } of samples) {
    for (const name of new Set(names.map(withoutParameters))) hits.set(name, (hits.get(name) ?? 0) + count);
  }
  return { n: totalSamples(samples as PlainSample[]), hits };
}

/** The stacks of a perf.data file by perf's own unwinder, as `perf script` prints them: an address and a name a line. */
function perfStacks(file: string): { comm: string; names: string[]; count: number }[] {
  const text = execFileSync("perf", ["script", "-i", file, "-F", "comm,ip,sym", "--no-inline"], {
    encoding: "latin1",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return text
    .split(/\n\s*\n/)
    .map((block) => {
      const [comm, ...frames] = block.trim().split("\n");
      const names = frames.flatMap((line) => /^\s*[0-9a-f]+ (\S.*)$/.exec(line)?.[1] ?? []);
      return { comm: comm.trim(), names, count: 1 };
    })
    .filter(({ names }) => names.length > 0);
}

/** `f(int)` as `f`: perf leaves parameters out where it knows the name from DWARF. */
function withoutParameters(name: string): string {
  return name.replace(/\(.*$/, "");
}

function percent({ hits, n }: Share): string {
  return `${((100 * hits) / n).toFixed(1)}%`;
}
