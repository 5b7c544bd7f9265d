import { describe, expect, it } from "vitest";
import { colorsFor } from "../../cli/colors.ts";
import { Failure } from "../../cli/failure.ts";
import { outputPaths, stamp } from "../../cli/record/paths.ts";
import { chooseTarget, describeTarget, requireLinux, sliceNanos, targetName } from "../../cli/record/plan.ts";
import {
  parseDepth,
  parseDuration,
  parseEvent,
  parseFrequency,
  parseIds,
  parseSize,
  parseStackSize,
} from "../../cli/values.ts";
import { bytes, counted, ellipsis, percent, printable, seconds } from "../../cli/words.ts";

describe("values on the command line", () => {
  it("durations", () => {
    expect(["500ms", "30s", "5m", "1h", "1.5s"].map(parseDuration)).toEqual([
      500, 30_000, 300_000, 3_600_000, 1500,
    ]);
    for (const bad of ["", "5", "s", "-1s", "1d", "0s", "0.1ms", "597h", "1e3s", "NaNs"]) {
      expect(() => parseDuration(bad)).toThrow();
    }
  });

  it("frequencies", () => {
    expect(["99", "0.5", "1e3"].map(parseFrequency)).toEqual([99, 0.5, 1000]);
    for (const bad of ["", "0", "-1", "fast", "Infinity", "0.01"])
      expect(() => parseFrequency(bad)).toThrow();
  });

  it("ids, given once or several times", () => {
    expect(parseIds("1,22,333")).toEqual([1, 22, 333]);
    expect(parseIds("4,1", [1, 2])).toEqual([1, 2, 4]);
    for (const bad of ["", "0", "1,,2", "x", "-1", "1.5", "99999999"]) expect(() => parseIds(bad)).toThrow();
  });

  it("depths and sizes", () => {
    expect(parseDepth("127")).toBe(127);
    for (const bad of ["0", "8193", "x", "1.5"]) expect(() => parseDepth(bad)).toThrow();
    expect(["64M", "512k", "1GiB", "100"].map(parseSize)).toEqual([67_108_864, 524_288, 1_073_741_824, 100]);
    for (const bad of ["", "M", "-1M", "1T"]) expect(() => parseSize(bad)).toThrow();
    // As much as the kernel copies, in words of 8 bytes.
    expect(["16K", "1K", "65528", "64K", "4100"].map(parseStackSize)).toEqual([
      16_384, 1024, 65_528, 65_528, 4096,
    ]);
    for (const bad of ["", "1", "1023", "65K", "1M"]) expect(() => parseStackSize(bad)).toThrow();
  });

  it("events: one now, others named as to come or unknown", () => {
    expect(parseEvent("timer.profile")).toBe("timer.profile");
    expect(() => parseEvent("perf.hw.cache_misses")).toThrow(/will come/);
    expect(() => parseEvent("nonsense")).toThrow(/no SystemTap probe point/);
  });
});

describe("the target", () => {
  const base = {
    frequency: 99,
    event: "timer.profile",
    maxDepth: 127,
    collector: "auto" as const,
    kernelMemory: 1,
    unwind: "auto" as const,
  };
  const nameOf = (pid: number) => `name-${pid}`;

  it("is exactly one", () => {
    expect(() => chooseTarget([], base)).toThrow("nothing was named to record");
    expect(() => chooseTarget(["ls"], { ...base, all: true })).toThrow("-a and a command were given");
    expect(chooseTarget([], { ...base, pid: [1], tid: [2] })).toEqual({
      kind: "tasks",
      pids: [1],
      tids: [2],
    });
    expect(chooseTarget(["ls", "-l"], base)).toEqual({ kind: "command", command: "ls", args: ["-l"] });
  });

  it("reads well", () => {
    expect(describeTarget({ kind: "tasks", pids: [1], tids: [] }, nameOf)).toBe("process 1 (name-1)");
    const named = (pid: number) => (pid === 3 ? "redis" : "postgres");
    expect(describeTarget({ kind: "tasks", pids: [1, 2, 3, 4], tids: [5] }, named)).toBe(
      "4 processes (3 × postgres, redis) and thread 5 (postgres)",
    );
    expect(describeTarget({ kind: "tasks", pids: [1, 2], tids: [3, 4] }, nameOf)).toBe(
      "processes 1 (name-1), 2 (name-2) and threads 3 (name-3), 4 (name-4)",
    );
    expect(targetName({ kind: "command", command: "/usr/bin/node", args: [] }, nameOf)).toBe("node");
    expect(targetName({ kind: "cgroup", path: "/" }, nameOf)).toBe("cgroup");
  });

  it("gives files their names", () => {
    const now = new Date(2026, 0, 2, 3, 4, 5);
    expect(stamp(now)).toBe("20260102-030405");
    expect(outputPaths({}, "node", now)).toEqual({
      profile: "node-20260102-030405.pb.gz",
      html: "node-20260102-030405.html",
    });
    expect(outputPaths({}, "../../etc/pass wd", now).profile).toBe("etc-pass-wd-20260102-030405.pb.gz");
    expect(outputPaths({}, "…", now).profile).toBe("profile-20260102-030405.pb.gz");
    expect(outputPaths({ output: "/x/a.pb.gz" }, "n", now).html).toBe("/x/a.html");
    expect(outputPaths({ output: "a", html: false }, "n", now)).toEqual({ profile: "a", html: undefined });
    // -o with the name of a page means the page.
    expect(outputPaths({ output: "a.html" }, "n", now)).toEqual({ profile: "a.pb.gz", html: "a.html" });
    expect(() => outputPaths({ output: "a", html: "./a" }, "n", now)).toThrow("would both be");
  });

  it("has about sixty slices, or such as were asked for", () => {
    expect(sliceNanos({ duration: 30_000 })).toBe(5e8);
    expect(sliceNanos({ duration: 1000 })).toBe(1e8);
    expect(sliceNanos({ duration: 3_600_000 })).toBe(1e10);
    expect(sliceNanos({})).toBe(1e9);
    expect(sliceNanos({ slice: 250 })).toBe(2.5e8);
  });

  it("needs Linux", () => {
    expect(() => requireLinux("linux")).not.toThrow();
    expect(() => requireLinux("darwin")).toThrow(Failure);
  });
});

describe("words", () => {
  it("times, sizes, shares", () => {
    expect([12, 1500, 65_000, 3_725_000].map(seconds)).toEqual(["12 ms", "1.5 s", "1:05", "1:02:05"]);
    expect([5, 2048, 3 * 1024 * 1024].map(bytes)).toEqual(["5 B", "2.0 KiB", "3.0 MiB"]);
    expect([percent(1, 3), percent(1, 0)]).toEqual(["33.3%", "–"]);
    expect([counted(1, "sample"), counted(1234, "sample")]).toEqual(["1 sample", "1,234 samples"]);
    expect(ellipsis("abcdef", 4)).toBe("abc…");
  });

  it("names from hostile binaries cannot move the cursor", () => {
    expect(printable("a\u001b[31mb\nc\u202ed")).toBe("a?[31mb?c?d");
  });
});

describe("colours", () => {
  const red = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv) =>
    colorsFor(stream, env).red("x") !== "x";

  it("are for terminals, and as the environment says", () => {
    expect(red({ isTTY: true }, {})).toBe(true);
    expect(red({ isTTY: true }, { NO_COLOR: "1" })).toBe(false);
    expect(red({ isTTY: true }, { TERM: "dumb" })).toBe(false);
    expect(red({}, { CI: "true" })).toBe(false);
    expect(red({}, { FORCE_COLOR: "1" })).toBe(true);
  });
});
