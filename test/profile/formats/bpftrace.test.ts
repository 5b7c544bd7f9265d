import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { BpftraceReader } from "../../../profile/formats/bpftrace/reader.ts";
import { expectNoHarm } from "../damage.ts";
import { bytesOf, fixture, readIn, sampleLines } from "../read.ts";

/** Damaged texts to read, besides those that were cut off. */
const ROUNDS = 800;

const read = (text: string) => readIn(new BpftraceReader(), bytesOf(text));

describe("maps of bpftrace", () => {
  it.each([
    [
      "kernel, user and name",
      "@[\n    do_sys+1\n    entry+2\n, \n    read+3\n    main+4\n, bash]: 5\n",
      "comm=bash | main;read;[kernel]!entry;[kernel]!do_sys 5",
    ],
    ["no kernel stack", "@[, \n    read+3\n    main+4\n, bash]: 5\n", "comm=bash | main;read 5"],
    [
      "no user stack",
      "@[\n    do_sys+1\n    entry+2\n, , bash]: 5\n",
      "comm=bash | [kernel]!entry;[kernel]!do_sys 5",
    ],
    [
      "user before kernel",
      "@[\n    read+3\n    main+4\n, \n    do_sys+1\n    entry_SYSCALL_64_after_hwframe+118\n]: 5\n",
      " | main;read;[kernel]!entry_SYSCALL_64_after_hwframe;[kernel]!do_sys 5",
    ],
    ["a stack alone", "@[\n    read+3\n    main+4\n]: 5\n", " | main;read 5"],
    ["a name and a pid first", "@on[a b, 12, \n    main+4\n]: 5\n", "comm=a b pid=12 | main 5"],
    ["addresses", "@[\n    0x401136\n    0x7f436cca9433\n]: 5\n", " | 0x7f436cca9433;0x401136 5"],
    [
      "perf's form",
      "@[\n\tffffffff817349b0 eventfd_poll+48\n, \n\t7f43ba4b4366 ppoll+166 (/usr/lib/libc.so.6)\n\t55aec5b8c30f 0x55aec5b8c30f ([unknown])\n, x]: 5\n",
      "comm=x | 0x55aec5b8c30f;/usr/lib/libc.so.6!ppoll;[kernel]!eventfd_poll 5",
    ],
    [
      "names with commas",
      "@[\n    std::map<int, int>::find(int, char)+4\n, bash]: 5\n",
      "comm=bash | std::map<int, int>::find(int, char) 5",
    ],
  ])("with %s", (_, text, expected) => {
    expect(sampleLines(read(text))).toEqual([expected]);
  });

  it("are told apart when there are several", () => {
    const profile = read("@a[\n    f+1\n]: 1\n@b[\n    f+1\n]: 2\n@b[\n    f+1\n]: 4\n");
    expect(sampleLines(profile)).toEqual(["map=@a | f 1", "map=@b | f 6"]);
  });

  it("without stacks are passed over, and counted", () => {
    const profile = read(
      "Attaching 1 probe...\n@x: 5\n@c[bash]: 3\n@h[bash]:\n[1, 2)   3 |@@@|\n@[\n    f+1\n]: 1\n",
    );
    expect(sampleLines(profile)).toEqual([" | f 1"]);
    expect(profile.comments[1]).toContain("what is no stack: 4 lines");
  });

  it("are refused when none has a stack", () => {
    expect(() => read("@c[bash]: 3\n")).toThrow(ProfileFormatError);
    expect(() => read("@[\n    f+1\n")).toThrow("no entry of a bpftrace map");
  });

  it.each(["bpftrace.txt", "bpftrace-perf.txt"])("as bpftrace prints them: %s", (name) => {
    const bytes = fixture(name);
    const profile = readIn(new BpftraceReader(), bytes);
    expect(findDamage(profile)).toBeUndefined();
    // The counts behind stacks, by a plain search of the text.
    const text = new TextDecoder().decode(bytes);
    const counts = [...text.matchAll(/\n(?:\]|, [^\n]*\]): (\d+)\n/g)].map(([, count]) => Number(count));
    expect(counts.length).toBeGreaterThan(5);
    expect(profile.samples.values[0].reduce((a, b) => a + b, 0)).toBe(counts.reduce((a, b) => a + b, 0));
    const frames = text.split("\n").filter((line) => /^(\t| {4})/.test(line)).length;
    const deep = sampleLines(profile).reduce(
      (sum, line) => sum + line.split(" | ")[1].split(/;(?! )/).length,
      0,
    );
    // Equal stacks are one sample here.
    expect(deep).toBeGreaterThan(frames * 0.5);
    expect(deep).toBeLessThanOrEqual(frames);
    for (let size = 1; size < 50; size += 12) {
      expect(sampleLines(readIn(new BpftraceReader(), bytes, size))).toEqual(sampleLines(profile));
    }
  });

  it("take no harm from damage", () => {
    expectNoHarm(
      fixture("bpftrace-perf.txt").slice(0, 700),
      (bad) => {
        expect(findDamage(readIn(new BpftraceReader(), bad))).toBeUndefined();
      },
      ROUNDS,
    );
  });
});
