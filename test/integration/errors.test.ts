import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Background, CLI, compile, Scratch, stapflame } from "./harness.ts";

/** Errors as a user meets them: what is said, the exit code, and that nothing is left half-written. */
let split: string;
beforeAll(() => {
  split = compile("split");
});

/** One `error:` line, no stack trace, in the form: what happened, then what to do. */
function expectOneSentence(stderr: string): void {
  const errors = stderr.split("\n").filter((line) => line.startsWith("error:"));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/^error: \S.*[.?]( .*[.?])?$/);
  expect(stderr).not.toMatch(/\n\s+at /);
}

interface Case {
  what: string;
  args: string[];
  code: number;
  says: RegExp;
}

const CASES: Case[] = [
  {
    what: "no target",
    args: ["record"],
    code: 2,
    says: /nothing was named to record\. Give one of: -p PID.*-a.*--cgroup.*-- COMMAND/,
  },
  { what: "two targets", args: ["record", "-a", "-p", "1"], code: 2, says: /-p\/-t and -a were given/ },
  { what: "no such PID", args: ["record", "-p", "3999999"], code: 1, says: /there is no process 3999999/ },
  { what: "a PID that is none", args: ["record", "-p", "abc"], code: 2, says: /'abc' is invalid/ },
  { what: "no such thread", args: ["record", "-t", "3999999"], code: 1, says: /there is no thread 3999999/ },
  {
    what: "no such command",
    args: ["record", "--", "no-such-command"],
    code: 1,
    says: /there is no command no-such-command/,
  },
  { what: "a directory as command", args: ["record", "--", "/tmp"], code: 1, says: /\/tmp is a directory/ },
  {
    what: "a directory as output",
    args: ["record", "-d", "1s", "-o", "/tmp", "--", "true"],
    code: 1,
    says: /cannot write \/tmp: it is a directory/,
  },
  {
    what: "a folder that is not there",
    args: ["record", "-o", "/nope/x.pb.gz", "--", "true"],
    code: 1,
    says: /cannot write \/nope\/x.pb.gz: there is no such/,
  },
  {
    what: "a bad duration",
    args: ["record", "-d", "soon", "--", "true"],
    code: 2,
    says: /'soon' is invalid. A duration is a number and a unit/,
  },
  { what: "a bad frequency", args: ["record", "-F", "-1", "--", "true"], code: 2, says: /'-1' is invalid/ },
  {
    what: "too high a frequency",
    args: ["record", "-F", "9999999", "--", "true"],
    code: 1,
    says: /more than this kernel allows, \d+ Hz/,
  },
  {
    what: "too deep stacks",
    args: ["record", "--unwind", "fp", "--max-depth", "1000", "--", "true"],
    code: 1,
    says: /deeper than this kernel walks along frame pointers, \d+/,
  },
  {
    what: "an event to come",
    args: ["record", "-e", "perf.hw.cache_misses", "--", "true"],
    code: 2,
    says: /will come; for now there is timer.profile/,
  },
  {
    what: "an unknown collector",
    args: ["record", "--collector", "magic", "--", "true"],
    code: 2,
    says: /Allowed choices are auto, bpf, kmod, stap, perf/,
  },
  {
    what: "a stack size for who copies no stacks",
    args: ["record", "--collector", "bpf", "--stack-size", "32K", "--", "true"],
    code: 2,
    says: /--stack-size is of stacks that are copied, and the bpf collector copies none\. Leave/,
  },
  {
    what: "too large a copied stack",
    args: ["record", "--collector", "perf", "--stack-size", "1M", "--", "true"],
    code: 2,
    says: /'1M' is invalid\. It must be from 1024 to 65528 bytes/,
  },
  {
    what: "no such cgroup",
    args: ["record", "--cgroup", "/no/such"],
    code: 1,
    says: /there is no cgroup \/no\/such/,
  },
  {
    what: "idle without all",
    args: ["record", "--idle", "--", "true"],
    code: 2,
    says: /--idle goes with -a only/,
  },
  {
    what: "too little kernel memory",
    args: ["record", "--kernel-memory", "10K", "--", "true"],
    code: 1,
    says: /too few for \d+ CPUs/,
  },
  {
    what: "both only",
    args: ["record", "--kernel-only", "--user-only", "--", "true"],
    code: 2,
    says: /cannot be used with/,
  },
  {
    what: "an unknown option",
    args: ["record", "--durration", "1s"],
    code: 2,
    says: /unknown option '--durration'/,
  },
  {
    what: "a module that is none",
    args: ["record", "--module", "/etc/passwd", "--", "true"],
    code: 1,
    says: /\/etc\/passwd is not a kernel module\. Build one with `stapflame build`/,
  },
  {
    what: "a module that is not there",
    args: ["record", "--module", "/nope.ko", "--", "true"],
    code: 1,
    says: /the module \/nope.ko cannot be read/,
  },
  {
    what: "a module for a collector that loads none",
    args: ["record", "--collector", "bpf", "--module", "/nope.ko", "--", "true"],
    code: 2,
    says: /bpf loads none\. Leave out one of/,
  },
  {
    what: "a key without its certificate",
    args: ["build", "--sign-key", "/etc/hostname", "-o", "x.ko"],
    code: 2,
    says: /--sign-key was given without --sign-cert/,
  },
  {
    what: "a key that is not there",
    args: ["build", "--sign-key", "/nope.pem", "--sign-cert", "/etc/hostname", "-o", "x.ko"],
    code: 1,
    says: /cannot read \/nope.pem: there is no such file/,
  },
  {
    what: "a kernel whose headers are not here",
    args: ["build", "--kernel", "9.9.9-nowhere", "-o", "x.ko"],
    code: 1,
    says: /the headers of kernel 9\.9\.9-nowhere are not installed\. Install.*linux-headers-9\.9\.9-nowhere|Install your/,
  },
  {
    what: "a kernel release that is a path",
    args: ["build", "--kernel", "../../etc", "-o", "x.ko"],
    code: 2,
    says: /A kernel release is what `uname -r` prints/,
  },
  {
    what: "headers that are not there",
    args: ["build", "--headers", "/nope", "-o", "x.ko"],
    code: 1,
    says: /cannot read \/nope: there is no such/,
  },
  {
    what: "a folder that holds no headers",
    args: ["build", "--headers", "/etc", "-o", "x.ko"],
    code: 1,
    says: /\/etc does not hold the headers/,
  },
  {
    what: "a folder for the module that is not there",
    args: ["build", "-o", "/nope/x.ko"],
    code: 1,
    says: /cannot write \/nope\/x.ko: there is no such/,
  },
  {
    what: "a collector that has no module",
    args: ["build", "--collector", "bpf", "-o", "x.ko"],
    code: 2,
    says: /Allowed choices are kmod, stap/,
  },
  {
    what: "a script of nothing",
    args: ["script", "--collector", "kmod"],
    code: 2,
    says: /nothing was named to record/,
  },
  {
    what: "a script for a process that is not there",
    args: ["script", "--collector", "bpf", "-p", "3999999"],
    code: 1,
    says: /there is no process 3999999/,
  },
  { what: "an unknown command", args: ["recrod"], code: 2, says: /unknown command 'recrod'/ },
  { what: "a profile that is none", args: ["report", "/etc/passwd"], code: 1, says: /\/etc\/passwd/ },
  {
    what: "a profile that is not there",
    args: ["report", "/nope.pb.gz"],
    code: 1,
    says: /cannot read \/nope.pb.gz: there is no such file/,
  },
  {
    what: "an unknown format",
    args: ["convert", "a.pb.gz", "b.xyz"],
    code: 2,
    says: /cannot tell the format from b.xyz/,
  },
];

describe("errors", () => {
  it.each(CASES)("$what", async ({ args, code, says }) => {
    using scratch = new Scratch();
    const result = await stapflame(args, { cwd: scratch.path });
    expect(result.stderr).toMatch(says);
    expectOneSentence(result.stderr);
    expect(result.code).toBe(code);
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it("a thread's id given as a process names the process", async () => {
    using program = new Background(compile("threads"));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const tid = readdirSync(`/proc/${program.pid}/task`).find((id) => id !== String(program.pid));
    const result = await stapflame(["record", "-p", String(tid)]);
    expect(result.stderr).toContain(`${tid} is a thread of process ${program.pid}`);
    expect(result.code).toBe(1);
  });

  it("not root: says so, before anything is started", async () => {
    using scratch = new Scratch();
    execFileSync("chmod", ["777", scratch.path]);
    const mark = scratch.file("ran");
    const through = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
    const args = ["record", "--collector", "bpf", "--", "touch", mark];
    const result = await stapflame(args, { cwd: scratch.path, through });
    expect(result.stderr).toContain("only root may load BPF programs here");
    expect(result.stderr).toContain("sudo");
    expectOneSentence(result.stderr);
    expect(result.code).toBe(3);
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it("a kernel that forbids BPF to root (as in a container): says so, and doctor too", async () => {
    using scratch = new Scratch();
    const through = [
      "setpriv",
      "--bounding-set=-sys_admin,-bpf,-perfmon",
      "--inh-caps=-sys_admin,-bpf,-perfmon",
    ];
    const args = ["record", "--collector", "bpf", "--", "true"];
    const result = await stapflame(args, { cwd: scratch.path, through });
    expect(result.stderr).toMatch(/BPF is forbidden to this process although it is root/);
    expectOneSentence(result.stderr);
    expect(result.code).toBe(3);
    const doctor = await stapflame(["doctor", "--json"], { through });
    // There are perf events still.
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.stdout).collectors[0]).toMatchObject({ name: "bpf", available: false });
    expect(JSON.parse(doctor.stdout).collectors.at(-1)).toMatchObject({ name: "perf", available: true });
  });

  it("an ordinary user to whom perf events are forbidden too: nothing works, and that is said", async () => {
    using scratch = new Scratch();
    execFileSync("chmod", ["777", scratch.path]);
    const mark = scratch.file("ran");
    const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
    const through = [...user, compile("no-perf")];
    const result = await stapflame(["record", "--", "touch", mark], { cwd: scratch.path, through });
    expect(result.stderr).toMatch(
      /no collector can work here: bpf: only root.*; perf: perf events are forbidden/,
    );
    expectOneSentence(result.stderr);
    expect(result.code).toBe(3);
    expect(readdirSync(scratch.path)).toEqual([]);
    const doctor = await stapflame(["doctor", "--json"], { through });
    expect(doctor.code).toBe(3);
    expect(JSON.parse(doctor.stdout).collectors.at(-1)).toMatchObject({
      name: "perf",
      remedy: expect.stringContaining("CAP_PERFMON"),
    });
  });

  it.each(["kmod", "stap"])("%s where modules may not be loaded: says so, starts nothing", async (name) => {
    using scratch = new Scratch();
    const mark = scratch.file("ran");
    const through = ["setpriv", "--bounding-set=-sys_module", "--inh-caps=-sys_module"];
    const args = ["record", "--collector", name, "--", "touch", mark];
    const result = await stapflame(args, { cwd: scratch.path, through });
    expect(result.stderr).toMatch(
      new RegExp(
        `the ${name} collector cannot work here: .*(no support for modules|may not load kernel modules|not installed)`,
      ),
    );
    expectOneSentence(result.stderr);
    expect(result.code).toBe(3);
    expect(readdirSync(scratch.path)).toEqual([]);
    const doctor = JSON.parse((await stapflame(["doctor", "--json"], { through })).stdout);
    const row = doctor.collectors.find((collector: { name: string }) => collector.name === name);
    expect(row.available).toBe(false);
    expect(result.stderr).toContain(`${row.reason}. ${row.remedy}`);
  });

  it("a full disk: one sentence, nothing half-written", async () => {
    using scratch = new Scratch();
    const disk = scratch.file("disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "none", disk]);
    try {
      writeFileSync(`${disk}/filler`, Buffer.alloc(12 * 1024));
      const result = await stapflame(["record", "-d", "500ms", "-o", `${disk}/o.pb.gz`, "--", split]);
      expect(result.stderr).toMatch(/cannot write .*: the disk is full/);
      expectOneSentence(result.stderr);
      expect(result.code).toBe(1);
      expect(readdirSync(disk).filter((name) => name !== "filler" && name !== "o.pb.gz")).toEqual([]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  it("macOS: recording is refused in one sentence", async () => {
    using scratch = new Scratch();
    const pretend = scratch.file("darwin.mjs");
    writeFileSync(pretend, 'Object.defineProperty(process, "platform", { value: "darwin" });\n');
    const through = [process.execPath, "--import", pretend];
    const [command, ...flags] = through;
    const result = await new Promise<{ code: number; stderr: string }>((resolve) => {
      import("node:child_process").then(({ execFile }) =>
        execFile(command, [...flags, CLI, "record", "--", "true"], (error, _stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), stderr }),
        ),
      );
    });
    expect(result.stderr).toContain("recording needs a Linux kernel, and this is macOS");
    expectOneSentence(result.stderr);
    expect(result.code).toBe(3);
  });
});

describe("doctor", () => {
  it("tells of each collector whether it works here, and of modules that were left", async () => {
    const plain = await stapflame(["doctor"]);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/^yes {2}bpf /m);
    expect(plain.stdout).toMatch(/^(yes|no ) {2}kmod /m);
    expect(plain.stdout).toMatch(/^(yes|no ) {2}stap /m);
    expect(plain.stdout).toMatch(/^yes {2}perf /m);
    const json = JSON.parse((await stapflame(["doctor", "--json"])).stdout);
    expect(json.collectors).toMatchObject([
      { name: "bpf", available: true },
      { name: "kmod" },
      { name: "stap" },
      { name: "perf", available: true },
    ]);
    expect(json.leftModules).toEqual([]);
    for (const row of json.collectors) {
      if (!row.available) expect(`${row.reason} ${row.remedy}`).toMatch(/^\S.*\S+\.$/);
    }
  });
});
