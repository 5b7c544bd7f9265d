import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { kernelVersion } from "../../collector/bpf/syscall.ts";
import { findCommand } from "../../collector/launch.ts";
import { checkLimits } from "../../collector/limits.ts";
import { mappedKind, stripDeleted } from "../../collector/process/mapped-file.ts";
import { isConstantCode, parseProcMaps } from "../../collector/process/proc-maps.ts";
import { processStartedAt } from "../../collector/process/start-time.ts";
import { parseBusySeconds } from "../../collector/sys/busy-time.ts";
import { parseCpuList } from "../../collector/sys/cpus.ts";
import { cgroup2Mounts, resolveCgroup } from "../../collector/targets.ts";

describe("texts of the kernel", () => {
  it("CPU lists", () => {
    expect(parseCpuList("0-3,8,10-11\n")).toEqual([0, 1, 2, 3, 8, 10, 11]);
    expect(parseCpuList("\n")).toEqual([]);
    expect(() => parseCpuList("0-x")).toThrow(RangeError);
  });

  it("versions, also of distributions", () => {
    expect(kernelVersion("6.12.107+deb13-cloud-amd64")).toEqual([6, 12, 107]);
    expect(kernelVersion("5.8")).toEqual([5, 8, 0]);
    expect(kernelVersion("odd")).toEqual([0, 0, 0]);
  });

  it("busy time, without idle, waiting and stolen time", () => {
    expect(parseBusySeconds("cpu  100 20 30 5000 400 10 5 99 0 0\ncpu0 1 1 1 1\n")).toBeCloseTo(1.65);
    expect(parseBusySeconds("nothing")).toBeNaN();
  });

  it("when a process was started", () => {
    const before = Date.now();
    const child = spawn("sleep", ["5"]);
    const after = Date.now();
    const startedAt = processStartedAt(child.pid ?? 0) ?? 0;
    child.kill();
    // To a tick, and what the clock is set by meanwhile.
    expect(startedAt).toBeGreaterThan(before - 50);
    expect(startedAt).toBeLessThan(after + 50);
    expect(processStartedAt(2 ** 22 + 5)).toBeUndefined();
  });

  it("maps with odd paths", () => {
    const text = [
      "7f0000000000-7f0000001000 r-xp 00001000 fe:00 42                         /opt/my app/lib (deleted)",
      "7f0000002000-7f0000003000 r-xp 00000000 00:00 0 ",
      "7f0000004000-7f0000005000 r--p 00000000 00:00 0                          [vvar]",
      "7fff00000000-7fff00001000 r-xp 00000000 00:00 0                          [vdso]",
      "7f0000006000-7f0000007000 --xp 00000000 fe:00 43                         /a\\012b",
      "garbage",
      "",
    ].join("\n");
    expect(
      parseProcMaps(text).map(({ start, file, fileOffset, inode }) => [start, file, fileOffset, inode]),
    ).toEqual([
      [0x7f0000000000, "/opt/my app/lib (deleted)", 0x1000, 42],
      [0x7f0000002000, "", 0, 0],
      [0x7fff00000000, "[vdso]", 0, 0],
      [0x7f0000006000, "/a\nb", 0, 43],
    ]);
  });

  it("whether memory is code that nobody can write to", () => {
    const text = [
      "7f0000000000-7f0000002000 r-xp 00000000 00:00 0 ",
      "7f0000002000-7f0000003000 rw-p 00000000 00:00 0 ",
      "7f0000003000-7f0000004000 rwxp 00000000 00:00 0 ",
      "7f0000004000-7f0000005000 r-xs 00000000 00:01 7                          /dev/zero (deleted)",
      "garbage",
    ].join("\n");
    const is = (start: number, end: number) =>
      isConstantCode(text, 0x7f0000000000 + start, 0x7f0000000000 + end);
    expect([is(0, 0x2000), is(0x1000, 0x2000), is(0x800, 0x900)]).toEqual([true, true, true]);
    expect([is(0, 0x3000), is(0x2000, 0x3000), is(0x3000, 0x4000), is(0x4000, 0x5000)]).toEqual(
      Array(4).fill(false),
    );
    expect([is(0x5000, 0x6000), is(-0x1000, 0x1000)]).toEqual([false, false]);
  });

  it("kinds of mappings", () => {
    const kinds = (names: string[]) => names.map(mappedKind);
    expect(kinds(["/usr/bin/node", "/lib/x.so (deleted)"])).toEqual(["file", "file"]);
    expect(
      kinds(["", "//anon", "[heap]", "[anon:v8]", "/memfd:doublemapper (deleted)", "/dev/zero (deleted)"]),
    ).toEqual(Array(6).fill("runtime"));
    expect(mappedKind("[vdso]")).toBe("vdso");
    expect(stripDeleted("/lib/x.so (deleted)")).toBe("/lib/x.so");
  });

  it("mounts of cgroup v2", () => {
    const info = [
      "25 20 0:22 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
      "26 25 0:23 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu",
      "27 25 0:24 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw",
    ].join("\n");
    expect(cgroup2Mounts(info)).toEqual(["/sys/fs/cgroup/unified"]);
    expect(() => resolveCgroup("/no/such", cgroup2Mounts(info))).toThrow("there is no cgroup /no/such");
    expect(() => resolveCgroup("x", [])).toThrow("no cgroup v2 is mounted");
  });
});

describe("what is asked for against what there is", () => {
  const spec = {
    targets: { kind: "all" } as const,
    frequencyHz: 99,
    depths: { kernel: 127, user: 127 },
    mode: "all" as const,
    idle: false,
    perThread: false,
    sliceNanos: 1e9,
    kernelMemoryBytes: 1,
  };

  it("the kernel's bounds are named with the way to raise them", () => {
    const limits = { maxFrequencyHz: 1000, maxDepth: 127 };
    expect(() => checkLimits(spec, limits)).not.toThrow();
    expect(() => checkLimits({ ...spec, frequencyHz: 5000 }, limits)).toThrow(
      "more than this kernel allows, 1000 Hz",
    );
    const deep = { ...spec, depths: { kernel: 127, user: 200 } };
    expect(() => checkLimits(deep, limits)).not.toThrow();
    expect(() => checkLimits({ ...deep, depthsRequired: true }, limits)).toThrow(
      "deeper than this kernel walks along frame pointers, 127",
    );
  });

  it("commands are found as the shell would", () => {
    expect(findCommand("sh")).toMatch(/\/sh$/);
    expect(findCommand("/bin/sh")).toBe("/bin/sh");
    expect(() => findCommand("no-such-command-anywhere")).toThrow(
      "there is no command no-such-command-anywhere",
    );
    expect(() => findCommand("/tmp")).toThrow("/tmp is a directory");
    expect(() => findCommand("/etc/passwd")).toThrow("/etc/passwd is not executable");
    expect(() => findCommand(`./${"x".repeat(5000)}`)).toThrow("there is no command");
    expect(() => findCommand("/etc/passwd/x")).toThrow("there is no command");
  });
});
