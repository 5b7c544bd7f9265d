import { describe, expect, it } from "vitest";
import { figureTable } from "./closing-report.ts";
import { complaints } from "./kernel-log.ts";
import { orphanedAreas } from "./kernel-memory.ts";
import { readOptions } from "./options.ts";
import { describeMove, installedVersions } from "./versions.ts";

/** What decides about the other tests' results, without any guest. */
const KNOWN = { kernel: "7.2.13-1", stap: "5.6-1", gcc: "4:16.1.0-3" };

describe("a guest that moves", () => {
  it("has not moved when all versions are those known to be good", () => {
    expect(describeMove(KNOWN, { ...KNOWN })).toBeUndefined();
  });

  it("has moved when one of them changed, and is described by those that did", () => {
    expect(describeMove(KNOWN, { ...KNOWN, kernel: "7.2.14-1" })).toBe("kernel 7.2.13-1 → 7.2.14-1");
    expect(describeMove(KNOWN, { kernel: "7.3-1", stap: "5.7-1", gcc: KNOWN.gcc })).toBe(
      "kernel 7.2.13-1 → 7.3-1, stap 5.6-1 → 5.7-1",
    );
  });

  it("tells its versions in dpkg's list, where a name may begin another's", () => {
    const entry = (name: string, version: string) =>
      `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\n`;
    const status = [
      entry("gcc-16", "16.1.0-5"),
      entry("gcc", "4:16.1.0-3"),
      entry("linux-image-cloud-amd64", "7.2.13-1"),
      entry("systemtap", "5.6-1"),
    ].join("\n");
    expect(installedVersions(status)).toEqual(KNOWN);
    expect(() => installedVersions(entry("gcc", "1"))).toThrow("linux-image-cloud-amd64 is not installed");
  });
});

describe("the kernel's log", () => {
  it("has complaints", () => {
    const lines = [
      "[   12.3] WARNING: CPU: 1 PID: 42 at kernel/events/core.c:1234 perf_x+0x1/0x2",
      "[   12.3] BUG: kernel NULL pointer dereference, address: 0000000000000008",
      "[   12.3] rcu: INFO: rcu_preempt self-detected stall on CPU",
      "[   12.3] INFO: task stapio:77 blocked for more than 120 seconds.",
      "[   12.3] watchdog: BUG: soft lockup - CPU#0 stuck for 26s!",
      "[   12.3] Oops: general protection fault, probably for non-canonical address",
    ];
    expect(complaints(lines.join("\n"))).toEqual(lines);
  });

  it("also has what is no complaint", () => {
    const harmless = [
      "[    0.1] rcu: Hierarchical RCU implementation.",
      "[   12.3] stapflame_kmod_1: module verification failed: signature and/or required key missing - tainting kernel",
      "[   12.3] perf: interrupt took too long (2511 > 2500), lowering kernel.perf_event_max_sample_rate to 79500",
      "[   12.3] smpboot: CPU 1 is now offline",
    ];
    expect(complaints(harmless.join("\n"))).toEqual([]);
  });
});

describe("vmalloc's areas", () => {
  it("are orphans when their caller is gone or ours", () => {
    const own = "0xffffc9-0xffffca 8192 sf_start+0x5/0x10 [stapflame_kmod_1] pages=1 vmalloc";
    const gone = "0xffffc9-0xffffca 8192 0xffffffffc0a01234 pages=1 vmalloc";
    const other = "0xffffc9-0xffffca 8192 bpf_prog_alloc+0x2a/0xb0 pages=1 vmalloc";
    expect(orphanedAreas([own, gone, other].join("\n"))).toEqual([own, gone]);
  });
});

describe("options", () => {
  it("follow the two dashes", () => {
    expect(readOptions(["vitest", "run", "--"])).toEqual({ full: false, files: [] });
    expect(readOptions(["vitest", "run", "--", "sid", "--full"])).toEqual({ full: true, files: ["sid"] });
    expect(() => readOptions(["vitest", "--", "--ful"])).toThrow("There is no vm test --ful");
  });
});

describe("figures", () => {
  it("make a table with a column for each guest", () => {
    const figures = [
      { what: "boot", where: "sid", value: "9 s" },
      { what: "boot", where: "debian12", value: "12 s" },
      { what: "size", where: "sid", value: "80 KiB" },
    ];
    expect(figureTable(figures)).toBe(
      "figure  debian12  sid\nboot    12 s      9 s\nsize    –         80 KiB",
    );
  });
});
