import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { PerfScriptReader } from "../../../profile/formats/perf-script/reader.ts";
import { fromComments } from "../../../profile/recording-info.ts";
import { contentOf } from "../content.ts";
import { expectNoHarm } from "../damage.ts";
import { madePerfScript } from "../made-perf-script.ts";
import { bytesInUse, bytesOf, fixture, readIn, sampleLines } from "../read.ts";

/** Damaged texts to read, besides those that were cut off. */
const ROUNDS = 800;

const read = (text: string) => readIn(new PerfScriptReader(), bytesOf(text));
const types = (text: string) => read(text).sampleTypes.map(({ type, unit }) => `${type}/${unit}`);
/** Frames of kernel and user in a sample, as perf indents them. */
const CHAIN =
  "\tffffffff81000130 entry+0x76 ([kernel.kallsyms])\n\t          401136 main+0x16 (/usr/bin/app)\n\n";
const PATH = "/usr/bin/app!main;[kernel]!entry";

describe("the line that begins a sample", () => {
  it.each([
    ["the usual one", "app 12 1.5: 7 cycles: ", "comm=app thread=app tid=12", "1 7"],
    ["a process and a thread", "app 11/12 1.5: 7 cycles: ", "comm=app thread=app pid=11 tid=12", "1 7"],
    ["a CPU", "app 12 [003] 1.5: 7 cycles: ", "comm=app thread=app tid=12 cpu=3", "1 7"],
    [
      "a comm with spaces and numbers",
      "io worker 7 12 [003] 1.5: 7 cycles: ",
      "comm=io worker 7 thread=io worker 7 tid=12 cpu=3",
      "1 7",
    ],
    [
      "a comm with colons and slashes",
      "kworker/0:1-ev 12 1.5: 7 cycles: ",
      "comm=kworker/0:1-ev thread=kworker/0:1-ev tid=12",
      "1 7",
    ],
    [
      "a comm like a sample",
      "tmux: server 12 1.5: 7 cycles: ",
      "comm=tmux: server thread=tmux: server tid=12",
      "1 7",
    ],
    ["flags", "app 12 KU 1.5: 7 cycles: ", "comm=app thread=app tid=12", "1 7"],
    ["a CPU and flags", "app 12 [001] KUH 1.5: 7 cycles: ", "comm=app thread=app tid=12 cpu=1", "1 7"],
    ["modifiers", "app 12 1.5: 7 cycles:ppp: ", "comm=app thread=app tid=12", "1 7"],
    ["no period", "app 12 1.5: cycles: ", "comm=app thread=app tid=12", "1"],
    ["no time", "app 12          7 cycles: ", "comm=app thread=app tid=12", "1 7"],
    ["no time and no period", "app 12 cycles: ", "comm=app thread=app tid=12", "1"],
    ["no event", "app 11/12 1.5: ", "comm=app thread=app pid=11 tid=12", "1"],
    ["ids alone", "app 11/12 ", "comm=app thread=app pid=11 tid=12", "1"],
    ["no comm", "12 1.5: 7 cycles: ", "tid=12", "1 7"],
    ["a process that is not known", "app -1/12 1.5: 7 cycles: ", "comm=app thread=app tid=12", "1 7"],
    ["nothing but an event", "cycles:", "", "1"],
    ["nothing", "", "", "1"],
    [
      "a tracepoint",
      "app 12 1.5: sched:sched_switch: prev_comm=app prev_pid=12",
      "comm=app thread=app tid=12",
      "1",
    ],
  ])("may have %s", (_, line, labels, values) => {
    expect(sampleLines(read(`${line}\n${CHAIN}`))).toEqual([`${labels} | ${PATH} ${values}`]);
  });

  it("names the process after its main thread", () => {
    const text = `worker 11/12 1.5: cycles: \n${CHAIN}server 11/11 1.5: cycles: \n${CHAIN}`;
    expect(sampleLines(read(text))).toEqual([
      `comm=server thread=worker pid=11 tid=12 | ${PATH} 1`,
      `comm=server thread=server pid=11 tid=11 | ${PATH} 1`,
    ]);
  });

  it("gives each of several events its own values, and clocks theirs in time", () => {
    const clock = `app 12 1.5:  250000 cpu-clock:u: \n${CHAIN}`;
    expect(types(clock)).toEqual(["samples/count", "cpu/nanoseconds"]);
    const both = `${clock}app 12 1.5:  3 page-faults: \n${CHAIN}`;
    expect(types(both)).toEqual([
      "samples:cpu-clock/count",
      "cpu-clock/nanoseconds",
      "samples:page-faults/count",
      "page-faults/count",
    ]);
    expect(sampleLines(read(both)).map((line) => line.split(PATH)[1])).toEqual([" 1 250000 0 0", " 0 0 1 3"]);
  });

  it("tells time as slices", () => {
    const samples = Array.from(
      { length: 100 },
      (_, at) => `app 12 ${(1000 + at / 10).toFixed(6)}: cycles: \n${CHAIN}`,
    );
    const profile = read(samples.join(""));
    expect(profile.durationNanos).toBeCloseTo(9.9e9, -3);
    expect(fromComments(profile.comments)?.sliceNanos).toBe(1e8);
    const slices = profile.samples.labels.find(({ key }) => key === "slice");
    expect([...(slices?.values ?? [])]).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });
});

describe("frames", () => {
  const frames = (...lines: string[]) =>
    sampleLines(read(`app 1 1.0: cycles: \n${lines.map((line) => `\t${line}\n`).join("")}`))[0];

  it.each([
    ["401136 main+0x16 (/usr/bin/app)", "/usr/bin/app!main"],
    ["401136 main (/usr/bin/app)", "/usr/bin/app!main"],
    ["401136 main", "main"],
    ["401136 (/usr/bin/app)", "/usr/bin/app!0x401136"],
    ["401136 [unknown] (/usr/bin/app)", "/usr/bin/app!0x401136"],
    ["401136 [unknown] ([unknown])", "0x401136"],
    ["401136", "0x401136"],
    ["ffffffff81000130 asm_exc+0x22 ([guest.kernel.kallsyms])", "[kernel]!asm_exc"],
    ["ffffffff81000130 asm_exc+0x22 (/usr/lib/debug/boot/vmlinux-6.1.0)", "[kernel]!asm_exc"],
    ["ffffffffc0000130 ext4_read+0x22 ([ext4])", "[ext4]!ext4_read"],
    ["ffffffffc0000130 nf_hook+0x22 (/lib/modules/6.1.0/kernel/net/nf-tables.ko.xz)", "[nf_tables]!nf_hook"],
    [
      "ffffffffc0000130 bpf_prog_6deef7357e7b4530_f+0x22 (bpf_prog_6deef7357e7b4530_f)",
      "[bpf]!bpf_prog_6deef7357e7b4530_f",
    ],
    ["7f2a01000130 Foo.bar+0x1 (/tmp/perf-77.map)", "/tmp/perf-77.map!Foo.bar"],
    ["7f2a01000130 [unknown] ([JIT] tid 77)", "/tmp/perf-77.map!0x7f2a01000130"],
    ["7f2a01000130 [unknown] (//anon)", "[anon]!0x7f2a01000130"],
    ["401136 main+0x16 (/opt/my app (old)/bin)", "/opt/my app (old)/bin!main"],
    ["401136 main+0x16 (/usr/bin/app (deleted))", "/usr/bin/app!main"],
    [
      "401136 a::(anonymous namespace)::f(int, char const*)+0x1 (/b)",
      "/b!a::(anonymous namespace)::f(int, char const*)",
    ],
    ["401136 operator()(int)", "operator()(int)"],
    ["401136 std::operator<< <char>+0x4 (/b)", "/b!std::operator<< <char>"],
  ])("of the form %s", (line, expected) => {
    expect(frames(line)).toBe(`comm=app thread=app tid=1 | ${expected} 1`);
  });

  it("that were inlined are one location with what they were inlined into", () => {
    expect(
      frames("10 leaf (inlined)", "10 middle (inlined)", "10 outer+0x3 (/b)", "20 main+0x1 (/b)"),
    ).toContain("| /b!main;/b!outer>middle>leaf 1");
  });

  it("that were inlined into what perf does not show are a location of their own", () => {
    expect(
      frames("10 leaf (inlined)", "20 lost (inlined)", "20 gone (inlined)", "30 main+0x1 (/b)"),
    ).toContain("| /b!main;gone>lost;leaf 1");
  });

  it("take the line that follows them", () => {
    const text =
      "app 1 1.0: cycles: \n\t10 leaf+0x1\n  a b.c:7 (inlined)\n\t10 outer+0x1 (/b)\n  a b.c:20\n\t20 main+0x1 (/b)\n  b[20]\n\t30 _start+0x1 (/b)\n  :0\n";
    expect(sampleLines(read(text))[0]).toContain("| /b!_start;/b!main;/b!outer a b.c:20>leaf a b.c:7 1");
  });

  it("keep the addresses of the kernel", () => {
    const { locations } = read(`app 1 1.0: cycles: \n${CHAIN}`);
    expect([...locations.address].sort((a, b) => a - b)).toEqual([-0x7efffed0, 0x401136]);
  });

  it("may be 100,000", () => {
    const text = `app 1 1.0: cycles: \n${"\t401136 recurse+0x16 (/b)\n".repeat(100_000)}`;
    expect(read(text).stacks.length).toBe(100_000);
  });
});

describe("the text around", () => {
  it("may have samples without stack, with their only frame, and without a blank line between", () => {
    const text =
      " app 1 1.0: cycles: \n\n app 1 1.0: cycles:  401136 main+0x1 (/b)\n   dd 2 1.0: cycles:  401136 main+0x1 (/b)\n";
    expect(sampleLines(read(text))).toEqual([
      "comm=app thread=app tid=1 |  1",
      "comm=app thread=app tid=1 | /b!main 1",
      "comm=dd thread=dd tid=2 | /b!main 1",
    ]);
  });

  it("may have lost its tabs, and have carriage returns", () => {
    const text = `app 1 1.0: cycles: \n${CHAIN}`.replaceAll("\t", "        ").replaceAll("\n", "\r\n");
    expect(sampleLines(read(text))).toEqual([`comm=app thread=app tid=1 | ${PATH} 1`]);
  });

  it("tells what was lost", () => {
    const lost =
      "app 1 1.0: PERF_RECORD_LOST lost 12\napp 1 1.0: PERF_RECORD_LOST_SAMPLES lost 3\nWarning:\nProcessed 100 events and lost 2 chunks!\n\n";
    const info = fromComments(read(`${lost}app 1 1.0: cycles: \n${CHAIN}`).comments);
    expect(info?.drops).toEqual([{ cause: "lost by perf", count: 17 }]);
    expect(info?.warnings[0]).toContain("2 of 9 lines");
  });

  it("is refused without any sample", () => {
    for (const text of ["", "\n\n", "# ========\n# hostname : x\n", "what is this\n"]) {
      expect(() => read(text)).toThrow(ProfileFormatError);
      expect(() => read(text)).toThrow("no sample");
    }
  });

  it("is the same in pieces of any size", () => {
    const bytes = fixture("perf-dwarf-srcline.txt");
    const whole = contentOf(readIn(new PerfScriptReader(), bytes));
    for (const size of [1, 7, 100, 4096]) {
      expect(contentOf(readIn(new PerfScriptReader(), bytes, size))).toEqual(whole);
    }
  });
});

/** The leaves of all paragraphs with how often they occur, counted without any of our code. */
function leavesOf(bytes: Uint8Array): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const paragraph of new TextDecoder().decode(bytes).split("\n\n")) {
    const [, frame] = paragraph.split("\n").filter((line) => !line.startsWith("#"));
    if (frame === undefined) continue;
    const name = frame
      .trim()
      .split(" ")
      .slice(1)
      .join(" ")
      .replace(/ ?\([^()]*\)$/, "")
      .replace(/\+0x[0-9a-f]+$/, "");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe("real recordings", () => {
  it("have the leaves that one counts by hand", () => {
    const bytes = fixture("perf-system.txt");
    const profile = readIn(new PerfScriptReader(), bytes);
    const counts: Record<string, number> = {};
    for (const line of sampleLines(profile)) {
      const leaf =
        line
          .replace(/ \d+ \d+$/, "")
          .split(";")
          .pop()
          ?.split(/[!|] ?/)
          .pop() ?? "";
      const name = /^0x/.test(leaf) ? "[unknown]" : leaf;
      counts[name] = (counts[name] ?? 0) + Number(/ (\d+) \d+$/.exec(line)?.[1]);
    }
    expect(counts).toEqual(leavesOf(bytes));
    expect(profile.samples.labels.map(({ key }) => key).sort()).toEqual([
      "comm",
      "cpu",
      "slice",
      "thread",
      "tid",
    ]);
  });

  it("with inlined calls, source lines and a header", () => {
    const profile = readIn(new PerfScriptReader(), fixture("perf-dwarf-srcline.txt"));
    expect(findDamage(profile)).toBeUndefined();
    const lines = sampleLines(profile).join("\n");
    expect(lines).toContain("libc.so.6!arena_get2 arena.c:963>_int_new_arena arena.c:744");
    expect(lines).toContain("/tmp/w/fmtjudge/work load!work w.c:7>middle w.c:6>inner w.c:5");
    expect(fromComments(profile.comments)).toMatchObject({
      tool: "perf 6.1.187",
      kernel: "6.18.44-fc-v657 x86_64",
      host: "vm",
      event: "page-faults, cpu-clock",
      frequencyAsked: 99,
      warnings: [],
    });
  });

  it.each([
    ["perf-records.txt", 7, "comm=io worker 7 thread=io worker 7 tid=20740"],
    ["perf-no-callchain.txt", 20, "comm=qemu-system-x86 thread=qemu-system-x86 tid=11994 cpu=0"],
    ["perf-no-event.txt", 12, "comm=work load thread=work load pid=21506 tid=21506"],
  ])("%s", (name, count, labels) => {
    const profile = readIn(new PerfScriptReader(), fixture(name));
    expect(profile.samples.values[0].reduce((sum, value) => sum + value, 0)).toBe(count);
    expect(sampleLines(profile).some((line) => line.startsWith(labels))).toBe(true);
    expect(fromComments(profile.comments)?.warnings).toEqual([]);
  });

  it("take no harm from damage", () => {
    const bytes = fixture("perf-dwarf-srcline.txt").slice(2200, 3600);
    expectNoHarm(
      bytes,
      (bad) => expect(findDamage(readIn(new PerfScriptReader(), bad))).toBeUndefined(),
      ROUNDS,
    );
  });
});

describe("a text of 64 MB", () => {
  it("is aggregated as it comes", () => {
    const reader = new PerfScriptReader();
    let bytes = 0;
    let most = 0;
    let pieces = 0;
    for (const piece of madePerfScript(64e6)) {
      bytes += piece.length;
      reader.push(piece);
      if (++pieces % 8 === 0) most = Math.max(most, bytesInUse());
    }
    const { samples, locations } = reader.finish();
    expect(bytes).toBeGreaterThan(64e6);
    expect(samples.values[0].reduce((sum, value) => sum + value, 0)).toBe(15_159);
    expect(locations.length).toBeLessThanOrEqual(12_000);
    // Columns double as they grow, so this is a bound with room; the text itself would be more.
    expect(most).toBeLessThan(48 * 2 ** 20);
  });
});
