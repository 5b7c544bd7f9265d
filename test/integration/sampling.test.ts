import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import { cpuSeconds, USER_AND_SYSTEM } from "../setup/bash-time.ts";
import {
  Background,
  binomialHalfWidth,
  compile,
  plainSamples,
  record,
  recordingFor,
  Scratch,
  samplesUnder,
  stapflame,
  totalSamples,
} from "./harness.ts";

/** Real sampling of real programs on this machine's kernel. */
let split: string;
let zero: string;
let threads: string;
let forks: string;
let deep: string;

beforeAll(() => {
  split = compile("split");
  zero = compile("zero");
  threads = compile("threads");
  forks = compile("forks");
  deep = compile("deep");
});

describe("a known split", () => {
  // One run in a thousand lies outside by chance; two in a row do not.
  it("of 3:1 comes out within the 99.9% binomial interval, for a command", { retry: 1 }, async () => {
    using scratch = new Scratch();
    const { profile, summary } = await record(scratch, ["-F", "999", "-d", "4s", "--", split]);
    const samples = plainSamples(profile);
    const heavy = samplesUnder(samples, "heavy");
    const light = samplesUnder(samples, "light");
    const n = heavy + light;
    console.log(
      `split: ${heavy} heavy, ${light} light of ${totalSamples(samples)}: ${((100 * heavy) / n).toFixed(2)}% for 75%`,
    );
    expect(n).toBeGreaterThan(300);
    expect(n / totalSamples(samples)).toBeGreaterThan(0.97);
    expect(Math.abs(heavy / n - 0.75)).toBeLessThan(binomialHalfWidth(0.75, n));
    expect(summary.samples).toBe(totalSamples(samples));
    expect(summary.dropped).toEqual([]);
    expect(summary.command).toEqual({ exitCode: 143, signal: "SIGTERM", endedByStapflame: true });
    expect(Math.abs((summary.frequencyAchieved ?? 0) - 999)).toBeLessThan(50);
  });

  it("comes out for a PID given, with main and work above", async () => {
    using scratch = new Scratch();
    using program = new Background(split);
    const { profile } = await record(scratch, ["-F", "499", "-d", "2s", "-p", String(program.pid)]);
    const samples = plainSamples(profile);
    const n = samplesUnder(samples, "heavy") + samplesUnder(samples, "light");
    expect(n).toBeGreaterThan(100);
    expect(Math.abs(samplesUnder(samples, "heavy") / n - 0.75)).toBeLessThan(binomialHalfWidth(0.75, n));
    expect(samples.every((sample) => sample.labels.pid === String(program.pid))).toBe(true);
    expect(samples.every((sample) => sample.labels.comm === "split")).toBe(true);
    const whole = samples
      .filter((s) => s.names.join(" ").includes("heavy work main"))
      .reduce((sum, s) => sum + s.count, 0);
    expect(whole / n).toBeGreaterThan(0.7);
  });

  it("weighs as much as the CPU time that the kernel accounts to the program", async () => {
    using scratch = new Scratch();
    // It ends by itself, so that all its life is recorded; `time` of the shell is the judge.
    const result = await stapflame(
      [
        "record",
        "-q",
        "-F",
        "499",
        "-o",
        scratch.file("o.pb.gz"),
        "--",
        "bash",
        "-c",
        `${USER_AND_SYSTEM}; time ${split} 3`,
      ],
      { cwd: scratch.path },
    );
    const cpu = cpuSeconds(result.stderr);
    const samples = plainSamples(await readPprofFile(scratch.file("o.pb.gz")));
    const sampled = totalSamples(samples.filter((sample) => sample.labels.comm === "split")) / 499;
    console.log(`CPU time: ${cpu.toFixed(3)} s accounted, ${sampled.toFixed(3)} s sampled`);
    expect(Math.abs(sampled / cpu - 1)).toBeLessThan(0.05);
  });

  it("times cpu/nanoseconds by the period, and slices run from 0 through the recording", async () => {
    using scratch = new Scratch();
    const { profile } = await record(scratch, ["-F", "250", "-d", "2s", "--slice", "200ms", "--", split]);
    const [counts, nanos] = profile.samples.values;
    expect(profile.sampleTypes.map((type) => `${type.type}/${type.unit}`)).toEqual([
      "samples/count",
      "cpu/nanoseconds",
    ]);
    expect([...nanos]).toEqual([...counts].map((count) => count * 4e6));
    const slices = new Set(plainSamples(profile).map((sample) => sample.labels.slice));
    expect(Math.min(...(slices as Set<number>))).toBe(0);
    expect(slices.size).toBeGreaterThanOrEqual(9);
    expect(slices.size).toBeLessThanOrEqual(12);
  });
});

describe("the kernel's part", () => {
  it("of reads of /dev/zero lies under the system call's entry, below the user's frames", async () => {
    using scratch = new Scratch();
    const { profile } = await record(scratch, ["-F", "499", "-d", "2s", "--", zero]);
    const samples = plainSamples(profile);
    const inRead = samples.filter((sample) => sample.names.includes("read_much"));
    const kernel = inRead.filter((sample) => sample.modules[0] === "[kernel]");
    expect(totalSamples(kernel) / totalSamples(samples)).toBeGreaterThan(0.9);
    const underEntry = kernel.filter((sample) => {
      const syscall = sample.names.findIndex((name) => /^(entry_SYSCALL|do_syscall|el0_svc)/.test(name));
      return syscall > 0 && syscall < sample.names.indexOf("read_much");
    });
    expect(totalSamples(underEntry) / totalSamples(kernel)).toBeGreaterThan(0.95);
    expect(
      kernel.some((sample) => sample.names.some((name) => /read_.*zero|read_iter_zero/.test(name))),
    ).toBe(true);
  });

  it("can be left out, and can be all", async () => {
    using scratch = new Scratch();
    using program = new Background(zero);
    const pid = String(program.pid);
    const user = plainSamples(
      (await record(scratch, ["-F", "499", "-d", "1s", "--user-only", "-p", pid])).profile,
    );
    expect(user.every((sample) => !sample.modules.includes("[kernel]"))).toBe(true);
    const kernel = plainSamples(
      (await record(scratch, ["-F", "499", "-d", "1s", "--kernel-only", "-p", pid])).profile,
    );
    expect(totalSamples(kernel)).toBeGreaterThan(20);
    expect(kernel.every((sample) => sample.modules.every((module) => module.startsWith("[")))).toBe(true);
  });
});

describe("threads", () => {
  it("are named, and told apart with --per-thread", async () => {
    using scratch = new Scratch();
    const { profile } = await record(scratch, ["-F", "499", "-d", "2s", "--per-thread", "--", threads]);
    const samples = plainSamples(profile);
    for (const name of ["alpha", "beta"]) {
      const own = samples.filter((sample) => sample.labels.thread === name);
      expect(samplesUnder(own, `spin_${name}`) / totalSamples(own)).toBeGreaterThan(0.95);
      expect(new Set(own.map((sample) => sample.labels.tid)).size).toBe(1);
      expect(own.every((sample) => sample.labels.comm === "threads")).toBe(true);
    }
  });

  it("can be recorded alone", async () => {
    using scratch = new Scratch();
    using program = new Background(threads);
    await sleep(200);
    const tids = readdirSync(`/proc/${program.pid}/task`);
    const alpha = tids.find(
      (tid) => readFileSync(`/proc/${program.pid}/task/${tid}/comm`, "utf8") === "alpha\n",
    );
    const { profile } = await record(scratch, ["-F", "499", "-d", "1s", "-t", String(alpha)]);
    const samples = plainSamples(profile);
    expect(totalSamples(samples)).toBeGreaterThan(20);
    expect(samples.every((sample) => sample.labels.thread === "alpha")).toBe(true);
    expect(samplesUnder(samples, "spin_beta")).toBe(0);
  });
});

describe("processes that come and go", () => {
  it("a storm of 50 ms children is followed, named and symbolized, those that exec too", async () => {
    using scratch = new Scratch();
    const { profile, summary, stdout } = await record(scratch, ["-F", "499", "--", forks, "4"]);
    const samples = plainSamples(profile);
    const pids = new Set(samples.map((sample) => sample.labels.pid));
    const forked = samplesUnder(samples, "child_work");
    const execed = samplesUnder(samples, "exec_work");
    console.log(
      `fork storm: ${pids.size} processes, ${forked} samples in forked and ${execed} in executed children`,
    );
    expect(summary.command).toEqual({ exitCode: 0, signal: null, endedByStapflame: false });
    // Each child runs for 50 ms, about 25 samples: none may be missed.
    expect(stdout.trim()).toMatch(/^\d+\n/);
    expect(pids.size).toBeGreaterThanOrEqual(Number.parseInt(stdout, 10));
    expect((forked + execed) / totalSamples(samples)).toBeGreaterThan(0.9);
    expect(forked / execed).toBeGreaterThan(0.6);
    expect(forked / execed).toBeLessThan(1.7);
    // Roots may be in functions of libc that Debian strips of their names; leaves are not.
    const unnamed = samples.filter((sample) => /^\[unknown\]|\+0x/.test(sample.names[0]));
    expect(totalSamples(unnamed) / totalSamples(samples)).toBeLessThan(0.02);
    expect(samples.every((sample) => sample.labels.comm !== "")).toBe(true);
  });

  it("the target's end in the middle ends the recording and keeps it", async () => {
    using scratch = new Scratch();
    using program = new Background(split);
    const started = performance.now();
    const { profile, summary } = await record(
      scratch,
      ["-F", "199", "-d", "30s", "-p", String(program.pid)],
      {
        whileRunning: async (cli) => {
          await recordingFor(cli, 1200);
          program.child.kill("SIGKILL");
        },
      },
    );
    expect(summary.ended).toBe("ended with the target");
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(samplesUnder(plainSamples(profile), "heavy")).toBeGreaterThan(10);
  });

  it("a command that fails at once has its exit code told, and what could be sampled is written", async () => {
    using scratch = new Scratch();
    const { summary } = await record(scratch, ["--", "sh", "-c", "exit 7"]);
    expect(summary.command).toEqual({ exitCode: 7, signal: null, endedByStapflame: false });
  });
});

describe("all processes", () => {
  it("are recorded with -a, each under its name", async () => {
    using scratch = new Scratch();
    using one = new Background(split);
    using other = new Background(zero);
    const { profile } = await record(scratch, ["-F", "199", "-d", "2s", "-a"]);
    const samples = plainSamples(profile);
    const of = (pid: number) => samples.filter((sample) => sample.labels.pid === String(pid));
    expect(samplesUnder(of(one.pid), "heavy")).toBeGreaterThan(15);
    expect(samplesUnder(of(other.pid), "read_much")).toBeGreaterThan(15);
    expect(samples.every((sample) => sample.labels.pid !== "0")).toBe(true);
  });

  it("with --idle also the idle task, of which there is none without", async () => {
    using scratch = new Scratch();
    // Some virtual machines stop the timer of every idle CPU but the first: so the first is the idle one here.
    using _busy = new Background("taskset", ["-c", String(cpus().length - 1), split]);
    const idleShare = async (...args: string[]) => {
      const samples = plainSamples((await record(scratch, ["-F", "199", "-d", "2s", "-a", ...args])).profile);
      return totalSamples(samples.filter((sample) => sample.labels.pid === "0"));
    };
    expect(await idleShare("--idle")).toBeGreaterThan(0);
    expect(await idleShare()).toBe(0);
  });
});

describe("deep stacks", () => {
  it("are cut at the depth asked for, and that is said", async () => {
    using scratch = new Scratch();
    const { profile, summary } = await record(scratch, [
      "-F",
      "199",
      "-d",
      "1s",
      "--max-depth",
      "100",
      "--",
      deep,
      "400",
    ]);
    const samples = plainSamples(profile).filter((sample) => sample.names[0] === "bottom");
    expect(samples.length).toBeGreaterThan(0);
    // And a frame more, which tells why there is no root.
    expect(samples.every((sample) => sample.names.length === 101)).toBe(true);
    expect(samples.every((sample) => sample.names[100] === "[stack cut: too deep]")).toBe(true);
    expect(summary.userStacks?.cut[0].cause).toBe("too deep");
    expect(summary.warnings.join()).toContain("deeper than 100 frames");
  });

  it("of less than the limit are whole", async () => {
    const DEPTH = 100;
    using scratch = new Scratch();
    const { profile, summary } = await record(scratch, ["-F", "199", "-d", "2s", "--", deep, String(DEPTH)]);
    const samples = plainSamples(profile).filter((sample) => sample.names[0] === "bottom");
    const whole = samples.filter((s) =>
      s.names.join(" ").startsWith(`bottom ${"recurse ".repeat(DEPTH + 1)}main `),
    );
    expect(totalSamples(whole) / totalSamples(samples)).toBeGreaterThan(0.95);
    expect(summary.warnings.join()).not.toContain("deeper");
  });
});
