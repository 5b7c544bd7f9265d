import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { cgroup2Mounts } from "../../collector/targets.ts";
import {
  Background,
  compile,
  plainSamples,
  record,
  recordingFor,
  Scratch,
  samplesUnder,
  stapflame,
  totalSamples,
  until,
} from "./harness.ts";

/** Enough samples to be no accident, few enough for a machine that is busy with something else. */
const SOME = 15;

let split: string;
beforeAll(() => {
  split = compile("split");
});

/** What BPF and perf hold in the kernel, as the descriptors of all processes and the kernel's own counts show it. */
function kernelObjects(): { programs: number; maps: number; descriptors: number } {
  let descriptors = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, "latin1");
        if (/prog_type|map_type|perf_event|prog_id/.test(info)) descriptors++;
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  return { ...bpfIds(), descriptors };
}

/** Counts all loaded programs and maps by walking their ids with bpf(2) itself. */
function bpfIds(): { programs: number; maps: number } {
  const script = `
    import koffi from "koffi";
    const syscall = koffi.load(null).func("int64 syscall(int64 n, int64 a, int64 b, int64 c, int64 d, int64 e, int64 f)");
    const count = (command) => {
      const attr = new Uint32Array(8);
      let found = 0;
      for (let id = 0; ; id = attr[1]) {
        attr[0] = id;
        if (syscall(${process.arch === "arm64" ? 280 : 321}, command, koffi.address(attr), 32, 0, 0, 0) < 0) return found;
        found++;
      }
    };
    console.log(JSON.stringify({ programs: count(11), maps: count(12) }));`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      cwd: process.cwd(),
    }),
  );
}

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends the recording early and keeps everything",
    async (signal) => {
      using scratch = new Scratch();
      using program = new Background(split);
      const { summary, profile } = await record(scratch, ["-F", "199", "-p", String(program.pid)], {
        whileRunning: async (cli) => {
          await recordingFor(cli, 1200);
          cli.kill(signal);
        },
      });
      expect(summary.ended).toBe(`ended early by ${signal}`);
      expect(samplesUnder(plainSamples(profile), "heavy")).toBeGreaterThan(SOME);
      expect(existsSync(scratch.file("out.html"))).toBe(true);
    },
  );

  it("a second one aborts, and nothing is written", async () => {
    using scratch = new Scratch();
    // A command that ignores being asked to end keeps stapflame waiting for it.
    const args = [
      "record",
      "-o",
      scratch.file("out.pb.gz"),
      "--",
      "sh",
      "-c",
      "trap '' TERM INT; while :; do :; done",
    ];
    const result = await stapflame(args, {
      whileRunning: async (cli) => {
        await sleep(1500);
        cli.kill("SIGINT");
        await sleep(300);
        cli.kill("SIGINT");
      },
    });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain("aborted");
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it("SIGKILL leaves nothing in the kernel", async () => {
    using scratch = new Scratch();
    using program = new Background(split);
    const before = kernelObjects();
    let during = before;
    const result = await stapflame(["record", "-o", scratch.file("out.pb.gz"), "-p", String(program.pid)], {
      whileRunning: async (cli) => {
        await recordingFor(cli, 1000);
        during = kernelObjects();
        cli.kill("SIGKILL");
      },
    });
    expect(result.signal).toBe("SIGKILL");
    expect(during.programs).toBeGreaterThanOrEqual(before.programs + 3);
    expect(during.maps).toBeGreaterThanOrEqual(before.maps + 4);
    expect(during.descriptors).toBeGreaterThan(before.descriptors);
    // The kernel frees programs and maps after a grace period.
    await until(
      () => JSON.stringify(kernelObjects()) === JSON.stringify(before),
      5000,
      "the kernel frees all",
    );
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it("a command never runs unrecorded: killed before the gate opens, it does not run at all", async () => {
    using scratch = new Scratch();
    const mark = scratch.file("ran");
    await stapflame(["record", "--no-html", "-o", scratch.file("o.pb.gz"), "--", "touch", mark], {
      whileRunning: async (cli) => {
        await sleep(5);
        cli.kill("SIGKILL");
      },
    });
    await sleep(300);
    expect(existsSync(mark)).toBe(false);
  });
});

describe("two recordings at once", () => {
  it("do not disturb each other", async () => {
    using scratchA = new Scratch();
    using scratchB = new Scratch();
    using program = new Background(split);
    const args = ["-F", "199", "-d", "2s", "-p", String(program.pid)];
    const both = await Promise.all([record(scratchA, args), record(scratchB, args)]);
    const [a, b] = both.map(({ profile }) => totalSamples(plainSamples(profile)));
    console.log(`two recordings at once: ${a} and ${b} samples`);
    expect(Math.min(a, b)).toBeGreaterThan(SOME);
    expect(Math.abs(a - b) / Math.max(a, b)).toBeLessThan(0.15);
  });
});

describe("a command", () => {
  it("keeps its output, standard input and exit code to itself", async () => {
    using scratch = new Scratch();
    const result = await stapflame([
      "record",
      "-o",
      scratch.file("o.pb.gz"),
      "--",
      "sh",
      "-c",
      "echo out; echo err >&2; exit 3",
    ]);
    expect(result.code).toBe(0);
    expect(result.stdout).toBe("out\n");
    expect(result.stderr).toContain("err\n");
    expect(result.stderr).toContain("exit code 3");
    expect(result.stderr.trimEnd()).toMatch(/o\.html$/);
  });

  it("is sampled from its first instruction: the loader's start is seen in a crowd of short ones", async () => {
    using scratch = new Scratch();
    const many = "for i in $(seq 300); do /bin/true; done";
    const { profile } = await record(scratch, ["-F", "4999", "--", "sh", "-c", many]);
    const samples = plainSamples(profile);
    const loader = samples.filter((sample) => sample.modules.some((module) => /\/ld-/.test(module)));
    expect(totalSamples(loader)).toBeGreaterThan(0);
    expect(samples.some((sample) => sample.labels.comm === "true")).toBe(true);
  });
});

describe("time and space", () => {
  it("a table made tiny drops samples, and each is counted", async () => {
    using scratch = new Scratch();
    const deep = compile("deep");
    // Deep stacks at a high rate into the smallest tables that fit.
    const { summary, profile } = await record(scratch, [
      "-F",
      "20000",
      "-d",
      "2s",
      "--kernel-memory",
      "256K",
      "--",
      "sh",
      "-c",
      `for depth in 60 90 110; do timeout 5 ${deep} $depth & done; wait`,
    ]);
    const written = totalSamples(plainSamples(profile));
    const dropped = summary.dropped.reduce((sum, drop) => sum + drop.count, 0);
    console.log(`tiny tables: ${written} samples kept, ${dropped} dropped`);
    expect(summary.samples).toBe(written);
    expect(dropped).toBeGreaterThan(0);
    expect(summary.dropped[0].cause).toContain("table was full");
    expect(profile.comments.join("\n")).toContain(`stapflame.drop: ${dropped} `);
  });

  it("a long recording takes no more kernel memory than a short one", async () => {
    using scratch = new Scratch();
    const memory = async (duration: string) => {
      const { summary } = await record(scratch, ["-F", "499", "-d", duration, "--", split]);
      return summary.kernelMemoryBytes;
    };
    const short = await memory("500ms");
    expect(short).toBeGreaterThan(0);
    expect(short).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(await memory("4s")).toBe(short);
  });
});

describe("a CPU that is switched off and on", () => {
  it("is sampled again, also when it was off for a moment only", async ({ skip }) => {
    const last = cpus().length - 1;
    const control = `/sys/devices/system/cpu/cpu${last}/online`;
    if (last === 0 || !existsSync(control)) {
      // CI machines have such a CPU: there a missing one is a failure.
      if (process.env.CI) throw new Error("no CPU of this machine can be switched off");
      skip("no CPU of this machine can be switched off");
    }
    using scratch = new Scratch();
    let program: Background | undefined;
    const { profile } = await record(scratch, ["-F", "199", "-d", "9s", "-a"], {
      whileRunning: async () => {
        await sleep(2000);
        writeFileSync(control, "0");
        writeFileSync(control, "1");
        await sleep(3000);
        program = new Background("taskset", ["-c", String(last), split]);
      },
    });
    program?.[Symbol.dispose]();
    const after = samplesUnder(plainSamples(profile), "heavy");
    console.log(`after its CPU came back: ${after} samples of a program pinned to it`);
    expect(after).toBeGreaterThan(SOME);
  });
});

describe("namespaces", () => {
  it("inside a PID namespace, PIDs are those the user sees, and forks are followed", async () => {
    using scratch = new Scratch();
    const forks = compile("forks");
    const { profile } = await record(scratch, ["-F", "499", "--", forks, "2"], {
      through: ["unshare", "--pid", "--fork", "--mount-proc"],
    });
    const samples = plainSamples(profile);
    expect(samplesUnder(samples, "child_work")).toBeGreaterThan(SOME);
    expect(samplesUnder(samples, "exec_work")).toBeGreaterThan(SOME);
    const pids = samples.map((sample) => Number(sample.labels.pid));
    // The first processes of a fresh namespace have small numbers; none may be 0 (not visible there).
    expect(Math.min(...pids)).toBeGreaterThan(0);
    expect(Math.max(...pids)).toBeLessThan(500);
  });

  it("inside a PID namespace, PIDs and TIDs given are those the user sees", async () => {
    const threads = compile("threads");
    // The CLI takes the place of a shell that has started a program and knows its number there.
    const beside = (program: string, option: string) => ({
      through: [
        "unshare",
        "--pid",
        "--fork",
        "--mount-proc",
        "bash",
        "-c",
        `${program} & exec "$0" "$@" ${option}`,
      ],
    });
    using scratch = new Scratch();
    const byPid = await record(scratch, ["-F", "199", "-d", "1s"], beside(split, "-p $!"));
    const samples = plainSamples(byPid.profile);
    expect(samplesUnder(samples, "heavy")).toBeGreaterThan(SOME);
    expect(samples.every((sample) => Number(sample.labels.pid) < 100)).toBe(true);

    const byTid = await record(scratch, ["-F", "199", "-d", "1s", "--per-thread"], beside(threads, "-t $!"));
    // The main thread only waits, so what is seen of it is its start, if anything.
    expect(samplesUnder(plainSamples(byTid.profile), "spin_beta")).toBe(0);
  });

  it("children that ran before are named, not recorded", async () => {
    using scratch = new Scratch();
    using parent = new Background("sh", ["-c", `${split} & wait`]);
    await until(() => childOf(parent.pid) !== undefined, 5000, "the child starts");
    const child = Number(childOf(parent.pid));
    const { stderr, summary } = await record(scratch, ["-d", "500ms", "-p", String(parent.pid)]);
    expect(stderr).toContain(`1 child process of it already ran and will not be recorded: ${child} `);
    expect(summary.samples).toBe(0);
    process.kill(child, "SIGKILL");
  });

  it("from outside, a process in another PID and mount namespace is named from its own files and debug files", async () => {
    using scratch = new Scratch();
    const root = scratch.file("root");
    mkdirSync(`${root}/app`, { recursive: true });
    const hidden = `${root}/app/hidden`;
    const flags = ["-static", "-O0", "-g", "-Wl,--build-id", "-fno-omit-frame-pointer"];
    execFileSync("gcc", [...flags, "-o", hidden, "test/workloads/split.c"]);
    const id = /Build ID: (\w+)/.exec(execFileSync("readelf", ["-n", hidden]).toString())?.[1] ?? "";
    const debugFolder = `${root}/usr/lib/debug/.build-id/${id.slice(0, 2)}`;
    mkdirSync(debugFolder, { recursive: true });
    execFileSync("objcopy", ["--only-keep-debug", hidden, `${debugFolder}/${id.slice(2)}.debug`]);
    execFileSync("strip", [hidden]);
    using program = new Background("unshare", [
      "--pid",
      "--mount",
      "--fork",
      "--kill-child",
      "chroot",
      root,
      "/app/hidden",
    ]);
    await until(() => childOf(program.pid) !== undefined, 5000, "the child starts");
    await sleep(300);
    const { profile } = await record(scratch, ["-F", "199", "-d", "1s", "-p", String(childOf(program.pid))]);
    const samples = plainSamples(profile);
    expect(samplesUnder(samples, "heavy")).toBeGreaterThan(SOME);
    expect(samples.some((sample) => sample.modules.some((module) => module.endsWith("/app/hidden")))).toBe(
      true,
    );
    expect(profile.strings.some((text) => text.endsWith("test/workloads/split.c"))).toBe(true);
  });

  it("a file deleted while it runs is still named", async () => {
    using scratch = new Scratch();
    const copy = scratch.file("gone");
    execFileSync("cp", [split, copy]);
    using program = new Background(copy);
    await sleep(200);
    execFileSync("rm", [copy]);
    const { profile } = await record(scratch, ["-F", "199", "-d", "1s", "-p", String(program.pid)]);
    expect(samplesUnder(plainSamples(profile), "heavy")).toBeGreaterThan(SOME);
  });
});

function childOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ")[0] || undefined;
}

describe("a cgroup", () => {
  it("is recorded with what runs in it, and nothing else", async () => {
    using scratch = new Scratch();
    const path = `${cgroup2Mounts()[0]}/stapflame-test-${process.pid}`;
    mkdirSync(path);
    try {
      using inside = new Background(split);
      using _outside = new Background(split);
      writeFileSync(`${path}/cgroup.procs`, String(inside.pid));
      const { profile } = await record(scratch, ["-F", "199", "-d", "2s", "--cgroup", path]);
      const samples = plainSamples(profile);
      expect(totalSamples(samples)).toBeGreaterThan(SOME);
      expect(new Set(samples.map((sample) => sample.labels.pid))).toEqual(new Set([String(inside.pid)]));
      inside.child.kill("SIGKILL");
      await sleep(200);
    } finally {
      rmdirSync(path);
    }
  });
});

describe("run-time compiled code", () => {
  it("of the README's own example is named from its perf map", async () => {
    using scratch = new Scratch();
    const { profile } = await record(
      scratch,
      ["-F", "499", "-d", "3s", "--", process.execPath, "test/workloads/busy.mjs"],
      {
        cwd: process.cwd(),
      },
    );
    const samples = plainSamples(profile);
    const under = (name: string) =>
      totalSamples(samples.filter((s) => s.names.some((n) => new RegExp(`[*~^+ ]${name} `).test(` ${n} `))));
    const [heavy, light] = [under("heavy"), under("light")];
    console.log(`node: ${heavy} samples in heavy, ${light} in light of ${totalSamples(samples)}`);
    expect(heavy + light).toBeGreaterThan(SOME);
    expect(heavy / (heavy + light)).toBeGreaterThan(0.6);
    expect(heavy / (heavy + light)).toBeLessThan(0.9);
  });
});
