import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cgroup2Mounts } from "../../collector/targets.ts";
import { Background, CLI, compile, Scratch, stapflame } from "./harness.ts";

/** `stapflame script`: what each collector would bring into the kernel, for each kind of target. */
let cgroup: string;
let target: Background;
beforeAll(() => {
  cgroup = mkdtempSync(`${cgroup2Mounts()[0]}/stapflame-script-`);
  target = new Background("sleep", ["600"]);
});
afterAll(() => {
  target[Symbol.dispose]();
  rmdirSync(cgroup);
});

const TARGETS: [string, () => string[]][] = [
  ["a process", () => ["-p", String(target.pid)]],
  ["a thread, told apart", () => ["-t", String(target.pid), "--per-thread"]],
  ["all and idle CPUs", () => ["-a", "--idle"]],
  ["a cgroup, kernel only", () => ["--cgroup", basename(cgroup), "--kernel-only"]],
  ["a command", () => ["-d", "5s", "--", "sleep", "600"]],
];

/** What tells each collector's text. */
const MARKS = {
  bpf: /^; sf_sample: \d+ instructions[\s\S]*call bpf_get_stack#67[\s\S]*\) exit\n$/m,
  kmod: /^==> Kbuild <==\n[\s\S]*^==> main\.c <==\n[\s\S]*MODULE_LICENSE\("/m,
  stap: /^probe (timer\.profile|perf\.sw\.cpu_clock)/m,
  perf: /^event +PERF_COUNT_SW_CPU_CLOCK[\s\S]*^ring buffers +\d+ KiB a CPU/m,
};

describe.each(Object.entries(MARKS))("script --collector %s", (collector, mark) => {
  it.each(TARGETS)("of %s", async (_what, args) => {
    using scratch = new Scratch();
    const result = await stapflame(["script", "--collector", collector, ...args()], { cwd: scratch.path });
    expect(result.stderr).toBe("");
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(mark);
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it("needs no privilege", async () => {
    using scratch = new Scratch();
    execFileSync("chmod", ["777", scratch.path]);
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
    const options = { cwd: scratch.path, through: nobody };
    const result = await stapflame(["script", "--collector", collector, "-a"], options);
    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(mark);
    expect(readdirSync(scratch.path)).toEqual([]);
  });
});

describe("script", () => {
  it("of what auto would take says which that is, on standard error", async () => {
    const result = await stapflame(["script", "-a"]);
    expect(result.stderr).toBe("This is for the bpf collector: the first that works here.\n");
    expect(result.stdout).toMatch(MARKS.bpf);
    expect((await stapflame(["script", "-a", "-q"])).stderr).toBe("");
  });

  it("where nothing works shows what auto asks first, and why", async () => {
    const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"];
    const through = [...user, compile("no-perf")];
    const result = await stapflame(["script", "-a"], { through });
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^This is for the bpf collector: .*only root may load BPF programs here/);
    expect(result.stdout).toMatch(MARKS.bpf);
  });

  it("takes a command line of record as it is, and writes no file", async () => {
    using scratch = new Scratch();
    const output = ["-o", "x.pb.gz", "--html", "x.html", "--no-open", "--json", "-v"];
    const args = ["script", "--collector", "bpf", ...output, "-F", "49", "--", "touch", "ran"];
    const result = await stapflame(args, { cwd: scratch.path });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/every 20408163 ns \(49 Hz\)/);
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it("into a pipe that is closed early is no error", () => {
    const bash = 'set -o pipefail; "$0" "$1" script --collector kmod -a | head -1';
    const first = execFileSync("bash", ["-c", bash, process.execPath, CLI], { encoding: "utf8" });
    expect(first).toBe("==> Kbuild <==\n");
  });
});
