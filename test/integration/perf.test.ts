import { type ChildProcess, execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { cgroup2Mounts } from "../../collector/targets.ts";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import { cpuSeconds, USER_AND_SYSTEM, USER_ONLY } from "../setup/bash-time.ts";
import { ROOT } from "../setup/build.ts";
import { sharesAgree } from "../setup/samples.ts";
import {
  Background,
  binomialHalfWidth,
  compile,
  type PlainSample,
  plainSamples,
  type Recording,
  record,
  Scratch,
  samplesUnder,
  stapflame,
  totalSamples,
  until,
} from "./harness.ts";

/** The perf collector, as a real ordinary user, of programs of that user. */
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const BEGINNINGS = new Set(["_start", "__clone3", "clone3", "__clone", "_dl_start", "_dl_start_user"]);
const WHOLE = 0.995;

let split: string;
let zero: string;
let threads: string;
let forks: string;
let callbacks: string;
beforeAll(() => {
  split = compile("split");
  zero = compile("zero");
  threads = compile("threads");
  forks = compile("forks");
  callbacks = buildWithoutFramePointers("callbacks");
});

function buildWithoutFramePointers(name: string): string {
  const folder = join(tmpdir(), "stapflame-workloads");
  mkdirSync(folder, { recursive: true });
  const program = join(folder, `${name}-perf`);
  const source = join(ROOT, "test/workloads/unwind", `${name}.c`);
  execFileSync("gcc", ["-O2", "-g", "-fomit-frame-pointer", "-pthread", "-o", program, source]);
  return program;
}

/** A setting below /proc/sys/kernel, as it was before when the test is over. */
class Setting implements Disposable {
  readonly #path: string;
  readonly #before: string;

  constructor(name: string, value: number) {
    this.#path = `/proc/sys/kernel/${name}`;
    this.#before = readFileSync(this.#path, "latin1");
    writeFileSync(this.#path, String(value));
  }

  [Symbol.dispose](): void {
    writeFileSync(this.#path, this.#before);
  }
}

/** Waits until sampling has begun. */
function isRecording(cli: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let said = "";
    cli.stderr?.on("data", (text: string) => {
      said += text;
      if (said.includes("Recording ")) resolve();
    });
  });
}

/** A folder that the ordinary user may write to. */
function openScratch(): Scratch {
  const scratch = new Scratch();
  execFileSync("chmod", ["777", scratch.path]);
  return scratch;
}

function ofNobody(program: string, ...args: string[]): Background {
  const [setpriv, ...rest] = NOBODY;
  return new Background(setpriv, [...rest, program, ...args]);
}

interface AsUser {
  whileRunning?: (cli: ChildProcess) => Promise<void>;
  /** A command before the CLI. */
  through?: string[];
}

/** Records as the ordinary user, whose home is the scratch folder. */
function recordAsUser(scratch: Scratch, args: readonly string[], options: AsUser = {}): Promise<Recording> {
  const { through = [], ...rest } = options;
  const env = { ...process.env, HOME: scratch.path };
  return record(scratch, ["--no-html", ...args], { ...rest, env, through: [...NOBODY, ...through] });
}

function user(samples: readonly PlainSample[]): PlainSample[] {
  return samples.filter(({ modules }) => modules.some((module) => module !== "[kernel]"));
}

describe("an ordinary user", () => {
  it("records with perf, and is told what it cannot do", async () => {
    using _paranoid = new Setting("perf_event_paranoid", 2);
    using scratch = openScratch();
    const { summary, stderr, profile } = await recordAsUser(scratch, ["-d", "1s", "--", split]);
    expect(summary.collector).toBe("perf");
    expect(stderr).toContain("with perf");
    expect(stderr.match(/^Sampling by perf events \(kernel.perf_event_paranoid is 2\): .*$/gm)).toEqual([
      expect.stringMatching(/only processes of your own.*; time in the kernel is not sampled/),
    ]);
    expect(summary.warnings.join()).toContain("time in the kernel is not sampled");
    expect(plainSamples(profile).some(({ modules }) => modules.includes("[kernel]"))).toBe(false);
    const doctor = await stapflame(["doctor", "--json"], { through: NOBODY });
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.stdout).collectors.at(-1)).toMatchObject({ name: "perf", available: true });
  });

  // One run in a thousand lies outside by chance; two in a row do not.
  it("sees a split of 3:1 within its 99.9% interval", { retry: 1 }, async () => {
    using scratch = openScratch();
    const { profile, summary } = await recordAsUser(scratch, ["-F", "999", "-d", "4s", "--", split]);
    const samples = plainSamples(profile);
    const heavy = samplesUnder(samples, "heavy");
    const n = heavy + samplesUnder(samples, "light");
    console.log(`perf split: ${heavy} heavy of ${n}: ${((100 * heavy) / n).toFixed(2)}% for 75%`);
    expect(n).toBeGreaterThan(300);
    expect(n / totalSamples(samples)).toBeGreaterThan(0.97);
    expect(Math.abs(heavy / n - 0.75)).toBeLessThan(binomialHalfWidth(0.75, n));
    expect(summary.samples).toBe(totalSamples(samples));
    expect(summary.dropped).toEqual([]);
  });

  it.each([
    [2, "user", () => split],
    [1, "all", () => zero],
  ] as const)(
    "weighs as much CPU time as the kernel accounts, at paranoid %s of %s code",
    async (paranoid, what, program) => {
      using _paranoid = new Setting("perf_event_paranoid", paranoid);
      using scratch = openScratch();
      const time = `${what === "user" ? USER_ONLY : USER_AND_SYSTEM}; time ${program()} 3`;
      const output = scratch.file("o.pb.gz");
      const result = await stapflame(
        ["record", "-q", "--no-html", "-F", "499", "-o", output, "--", "bash", "-c", time],
        { cwd: scratch.path, env: { ...process.env, HOME: scratch.path }, through: NOBODY },
      );
      const cpu = cpuSeconds(result.stderr);
      const samples = plainSamples(await readPprofFile(output)).filter(
        ({ labels }) => labels.comm !== "bash",
      );
      const sampled = totalSamples(samples) / 499;
      console.log(
        `perf, CPU time of ${what} code: ${cpu.toFixed(3)} s accounted, ${sampled.toFixed(3)} s sampled`,
      );
      const kernel = samples.filter(({ modules }) => modules[0] === "[kernel]");
      if (what === "user") expect(kernel).toEqual([]);
      else {
        expect(totalSamples(kernel) / totalSamples(samples)).toBeGreaterThan(0.8);
        expect(
          kernel.some(({ names }) => names.some((name) => /read_.*zero|read_iter_zero/.test(name))),
        ).toBe(true);
      }
      expect(Math.abs(sampled / cpu - 1)).toBeLessThan(0.05);
    },
  );

  it("follows a storm of children, those that exec too", async () => {
    using scratch = openScratch();
    const { profile, summary, stdout } = await recordAsUser(scratch, ["-F", "499", "--", forks, "4"]);
    const samples = plainSamples(profile);
    const pids = new Set(samples.map(({ labels }) => labels.pid));
    const forked = samplesUnder(samples, "child_work");
    const execed = samplesUnder(samples, "exec_work");
    const whole = summary.userStacks?.whole ?? 0;
    console.log(
      `perf fork storm: ${pids.size} processes, ${forked} samples in forked and ${execed} in executed children, ` +
        `${whole} of ${summary.samples} stacks whole: ${JSON.stringify(summary.userStacks?.cut)}`,
    );
    expect(summary.command).toEqual({ exitCode: 0, signal: null, endedByStapflame: false });
    expect(pids.size).toBeGreaterThanOrEqual(Number.parseInt(stdout, 10));
    expect((forked + execed) / totalSamples(samples)).toBeGreaterThan(0.9);
    expect(forked / execed).toBeGreaterThan(0.6);
    expect(forked / execed).toBeLessThan(1.7);
    expect(summary.dropped).toEqual([]);
    expect(whole / summary.samples).toBeGreaterThan(0.95);
  });

  it("sees what lives for less than a period", async () => {
    using scratch = openScratch();
    const output = scratch.file("o.pb.gz");
    const time = `${USER_ONLY}; time ${compile("brief")}`;
    const result = await stapflame(["record", "-q", "--no-html", "-o", output, "--", "bash", "-c", time], {
      cwd: scratch.path,
      env: { ...process.env, HOME: scratch.path },
      through: NOBODY,
    });
    const cpu = cpuSeconds(result.stderr);
    const seen = samplesUnder(plainSamples(await readPprofFile(output)), "brief_work") / 99;
    console.log(`perf, children of 4 ms at 99 Hz: ${seen.toFixed(2)} s seen of ${cpu.toFixed(2)} s`);
    // 4 ms have room for one tick of 2.5 ms, which is 63%; for none if the child is moved to another CPU meanwhile, for two if a
    // virtual machine's host takes time from it, which its clock counts and its CPU time does not.
    expect(seen / cpu).toBeGreaterThan(0.3);
    expect(seen / cpu).toBeLessThan(1.6);
  });

  it("tells threads apart, and records one alone", async () => {
    using scratch = openScratch();
    const all = await recordAsUser(scratch, ["-F", "499", "-d", "2s", "--per-thread", "--", threads]);
    const samples = plainSamples(all.profile);
    for (const name of ["alpha", "beta"]) {
      const own = samples.filter(({ labels }) => labels.thread === name);
      expect(totalSamples(own)).toBeGreaterThan(20);
      expect(samplesUnder(own, `spin_${name}`) / totalSamples(own)).toBeGreaterThan(0.95);
      expect(new Set(own.map(({ labels }) => labels.tid)).size).toBe(1);
    }
    using program = ofNobody(threads);
    await sleep(300);
    const named = (tid: string) =>
      readFileSync(`/proc/${program.pid}/task/${tid}/comm`, "utf8") === "alpha\n";
    const alpha = readdirSync(`/proc/${program.pid}/task`).find(named);
    const one = plainSamples(
      (await recordAsUser(scratch, ["-F", "499", "-d", "1s", "-t", String(alpha)])).profile,
    );
    expect(totalSamples(one)).toBeGreaterThan(20);
    expect(one.every(({ labels }) => labels.thread === "alpha")).toBe(true);
    // All threads of a process that ran before.
    const both = plainSamples(
      (await recordAsUser(scratch, ["-F", "499", "-d", "1s", "-p", String(program.pid)])).profile,
    );
    for (const name of ["alpha", "beta"]) expect(samplesUnder(both, `spin_${name}`)).toBeGreaterThan(15);
  });

  it("has whole stacks of a program without frame pointers", async () => {
    using scratch = openScratch();
    using program = ofNobody(callbacks);
    await sleep(300);
    const args = ["-F", "499", "-d", "4s", "--unwind", "tables", "-p", String(program.pid)];
    const { profile, summary } = await recordAsUser(scratch, args);
    const samples = user(plainSamples(profile));
    const whole = totalSamples(samples.filter(({ names }) => BEGINNINGS.has(names.at(-1) ?? "")));
    console.log(
      `perf, -O2 -fomit-frame-pointer: ${whole} of ${totalSamples(samples)} user stacks reach _start, ` +
        `${((100 * whole) / totalSamples(samples)).toFixed(2)}%; cut: ${JSON.stringify(summary.userStacks?.cut)}`,
    );
    expect(totalSamples(samples)).toBeGreaterThan(200);
    expect(whole / totalSamples(samples)).toBeGreaterThanOrEqual(WHOLE);
    const deepest = samples.filter(({ names }) => names[0] === "leaf" && names[1] === "recurse");
    expect(
      deepest.every(({ names }) => names.join(" ").startsWith(`leaf ${"recurse ".repeat(41)}main `)),
    ).toBe(true);
  });

  it("has the names of a program that was replaced while it runs, as by an upgrade", async () => {
    using scratch = openScratch();
    const program = scratch.file("app");
    copyFileSync(callbacks, program);
    using running = ofNobody(program);
    await sleep(300);
    copyFileSync(split, scratch.file("next"));
    renameSync(scratch.file("next"), program);
    const { profile } = await recordAsUser(scratch, ["-F", "199", "-d", "2s", "-p", String(running.pid)]);
    const samples = user(plainSamples(profile));
    const whole = samples.filter(({ names }) => names[0] === "leaf" && BEGINNINGS.has(names.at(-1) ?? ""));
    expect(totalSamples(samples)).toBeGreaterThan(100);
    expect(totalSamples(whole) / totalSamples(samples)).toBeGreaterThan(0.7);
  });

  it("has whole stacks of Node.js' modules, whose stacks are twenty KiB and more", async () => {
    using scratch = openScratch();
    const seconds = "3";
    const { summary } = await recordAsUser(scratch, [
      "--",
      "node",
      join(ROOT, "test/workloads/deflates.mjs"),
      seconds,
    ]);
    console.log(`perf, deflates.mjs: ${JSON.stringify(summary.userStacks)}`);
    expect(summary.samples).toBeGreaterThan(150);
    expect((summary.userStacks?.whole ?? 0) / summary.samples).toBeGreaterThanOrEqual(0.95);
    expect(summary.dropped).toEqual([]);
  });

  it("is told of stacks larger than the copy", async () => {
    using scratch = openScratch();
    using program = ofNobody(callbacks);
    const args = ["-F", "199", "-d", "2s", "--stack-size", "1K", "-p", String(program.pid)];
    const { summary } = await recordAsUser(scratch, args);
    expect(summary.userStacks?.cut.map(({ cause }) => cause)).toContain(
      "larger than the copied stack (raise --stack-size)",
    );
  });

  it("has lost samples counted when it is kept from reading", async () => {
    using scratch = openScratch();
    using program = ofNobody(split);
    const before = cpuOf(program.pid);
    const args = ["-F", "499", "--kernel-memory", "1M", "--stack-size", "64K", "-p", String(program.pid)];
    let cpu = 0;
    const { summary, profile } = await recordAsUser(scratch, args, {
      whileRunning: async (cli) => {
        await isRecording(cli);
        await sleep(500);
        cli.kill("SIGSTOP");
        await sleep(1500);
        cli.kill("SIGCONT");
        await sleep(500);
        cli.kill("SIGINT");
        cpu = cpuOf(program.pid) - before;
      },
    });
    const lost = summary.dropped.reduce((sum, { count }) => sum + count, 0);
    console.log(
      `perf, kept from reading: ${totalSamples(plainSamples(profile))} taken, ${lost} lost, ${cpu} s of CPU`,
    );
    expect(summary.dropped.map(({ cause }) => cause)).toEqual([
      expect.stringContaining("ring buffer was full"),
    ]);
    expect(lost).toBeGreaterThan(20);
    expect(summary.samples).toBe(totalSamples(plainSamples(profile)));
    // Taken and lost together are no more than what the CPU time gives; sampling began some time after the program.
    expect(totalSamples(plainSamples(profile)) + lost).toBeLessThan(cpu * 499 * 1.1);
  });

  it("keeps what was recorded at Ctrl-C, and SIGKILL leaves nothing", async () => {
    using scratch = openScratch();
    using program = ofNobody(split);
    const { summary, profile } = await recordAsUser(scratch, ["-F", "199", "-p", String(program.pid)], {
      whileRunning: async (cli) => {
        await isRecording(cli);
        await sleep(1500);
        cli.kill("SIGINT");
      },
    });
    expect(summary.ended).toBe("ended early by SIGINT");
    expect(samplesUnder(plainSamples(profile), "heavy")).toBeGreaterThan(15);
    let events = 0;
    const args = ["record", "--no-html", "-o", scratch.file("killed.pb.gz"), "-p", String(program.pid)];
    const killed = await stapflame(args, {
      cwd: scratch.path,
      env: { ...process.env, HOME: scratch.path },
      through: NOBODY,
      whileRunning: async (cli) => {
        await until(() => perfEventsOf(cli.pid ?? 0) > 0, 10_000, "events are open");
        events = perfEventsOf(cli.pid ?? 0);
        cli.kill("SIGKILL");
      },
    });
    expect(killed.signal).toBe("SIGKILL");
    expect(events).toBeGreaterThan(0);
    expect(existsSync(scratch.file("killed.pb.gz"))).toBe(false);
  });

  it("locks no more memory than it may, and is told when that is too little", async () => {
    using scratch = openScratch();
    const noMore = ["prlimit", "--memlock=0:0"];
    const { stderr, profile } = await recordAsUser(scratch, ["-F", "499", "-d", "1s", "--", split], {
      through: noMore,
    });
    expect(stderr).toContain("ring buffers of 512 KiB");
    expect(samplesUnder(plainSamples(profile), "heavy")).toBeGreaterThan(10);
    using _least = new Setting("perf_event_mlock_kb", 8);
    const args = ["record", "-d", "1s", "-o", scratch.file("none.pb.gz"), "--", split];
    const through = [...NOBODY, ...noMore];
    const refused = await stapflame(args, { cwd: scratch.path, through });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error: this user may lock no more memory for ring buffers.*ulimit -l/m);
    expect(existsSync(scratch.file("none.pb.gz"))).toBe(false);
  });
});

describe("too many threads for the files that may be open", () => {
  it("are refused, and said, with what can be done", async () => {
    using scratch = openScratch();
    // Node has a dozen threads: an event of each on each CPU.
    using program = ofNobody(
      process.execPath,
      "-e",
      "fs.readFile('/', () => {}); setInterval(() => {}, 1000)",
    );
    await until(() => readdirSync(`/proc/${program.pid}/task`).length > 8, 5000, "its threads run");
    const args = ["record", "-d", "1s", "--collector", "perf", "-p", String(program.pid)];
    const through = [...NOBODY, "prlimit", "--nofile=64:64"];
    const result = await stapflame(args, { cwd: scratch.path, through });
    expect(result.stderr).toMatch(/^error: each thread takes an open file on each CPU.*ulimit -n/m);
    expect(result.code).toBe(1);
    expect(readdirSync(scratch.path)).toEqual([]);
  });
});

describe("what an ordinary user may not", () => {
  const CASES: [string, string[], RegExp][] = [
    [
      "all processes",
      ["-a"],
      /all processes can be recorded by privileged users only.*perf_event_paranoid is 2/,
    ],
    ["another's process", ["-p", "1"], /does not let this user sample that process.*of your own/],
    [
      "the kernel alone",
      ["--kernel-only", "--", "true"],
      /time in the kernel is told to privileged users only/,
    ],
  ];
  it.each(CASES)("%s: one sentence, and what to do", async (_what, args, says) => {
    using _paranoid = new Setting("perf_event_paranoid", 2);
    using scratch = openScratch();
    const result = await stapflame(["record", "-d", "1s", ...args], { cwd: scratch.path, through: NOBODY });
    expect(result.code).toBe(1);
    expect(result.stderr.split("\n").filter((line) => line.startsWith("error:"))).toEqual([
      expect.stringMatching(says),
    ]);
    expect(readdirSync(scratch.path)).toEqual([]);
  });
});

describe("as root", () => {
  it("agrees with bpf on the same program", { retry: 1 }, async () => {
    using program = new Background(callbacks);
    await sleep(300);
    const shares = async (collector: string) => {
      using scratch = new Scratch();
      const args = [
        "--no-html",
        "--collector",
        collector,
        "-F",
        "499",
        "-d",
        "4s",
        "-p",
        String(program.pid),
      ];
      const samples = plainSamples((await record(scratch, args)).profile);
      const hits = (name: string) => ({ hits: samplesUnder(samples, name), n: totalSamples(samples) });
      return { recurse: hits("recurse"), plain: hits("plain"), sort: hits("sort") };
    };
    const [bpf, perf] = [await shares("bpf"), await shares("perf")];
    for (const name of ["recurse", "plain", "sort"] as const) {
      const text = ({ hits, n }: { hits: number; n: number }) => `${((100 * hits) / n).toFixed(1)}% of ${n}`;
      console.log(`${name}: bpf ${text(bpf[name])}, perf ${text(perf[name])}`);
      expect(sharesAgree(bpf[name], perf[name])).toBe(true);
    }
  });

  it("records a cgroup, and nothing else", async () => {
    using scratch = new Scratch();
    using one = new Background(split);
    using _other = new Background(zero);
    const cgroup = mkdtempSync(`${cgroup2Mounts()[0]}/stapflame-perf-`);
    try {
      writeFileSync(`${cgroup}/cgroup.procs`, String(one.pid));
      const args = ["--no-html", "--collector", "perf", "-F", "199", "-d", "2s", "--cgroup", cgroup];
      const samples = plainSamples((await record(scratch, args)).profile);
      expect(samplesUnder(samples, "heavy")).toBeGreaterThan(15);
      expect(samples.every(({ labels }) => labels.pid === String(one.pid))).toBe(true);
    } finally {
      one.child.kill("SIGKILL");
      await until(() => readFileSync(`${cgroup}/cgroup.procs`, "latin1") === "", 5000, "the cgroup is empty");
      rmdirSync(cgroup);
    }
  });

  it("records all processes, each under its name", async () => {
    using scratch = new Scratch();
    using one = new Background(split);
    using other = new Background(zero);
    const args = ["--no-html", "--collector", "perf", "--unwind", "fp", "-F", "199", "-d", "2s", "-a"];
    const { profile, summary } = await record(scratch, args);
    const samples = plainSamples(profile);
    const of = (pid: number) => samples.filter(({ labels }) => labels.pid === String(pid));
    expect(samplesUnder(of(one.pid), "heavy")).toBeGreaterThan(15);
    expect(samplesUnder(of(other.pid), "read_much")).toBeGreaterThan(15);
    expect(samples.every(({ labels }) => labels.pid !== "0")).toBe(true);
    expect(summary.warnings.join()).not.toContain("perf events");
  });
});

/** CPU seconds that a process has had. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Perf events that a process has open; setpriv has become it. What it closes meanwhile is not open. */
function perfEventsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).includes("[perf_event]");
    } catch {
      return false;
    }
  }).length;
}
