import { describe, expect, test } from "vitest";
import type { Profile } from "../../profile/profile.ts";
import { type ByteSource, memorySource } from "../../symbolizer/byte-source.ts";
import { found, missing } from "../../symbolizer/found.ts";
import type { SymbolSources } from "../../symbolizer/symbol-sources.ts";
import { symbolizeProfile } from "../../symbolizer/symbolize.ts";
import { writeElf } from "./elf-writer.ts";
import { JitDumpWriter } from "./jit-dump-writer.ts";
import { mutations } from "./judges.ts";
import { mappingPicture, picture, profileOf } from "./profile-fixture.ts";

const text = (content: string) => new TextEncoder().encode(content);
const kernel = (low: number) => low - 2 ** 32;

const PROGRAM = writeElf({
  text: { address: 0x401840, offset: 0x1840, size: 0x800 },
  symbols: [
    { name: "_ZN3app4workEi", value: 0x401840, size: 0x40 },
    { name: "main", value: 0x401880, size: 0x20 },
    { name: "after_main", value: 0x4018a0, size: 0x20 },
  ],
  buildId: [0xab, 0xcd],
});

const KALLSYMS = `ffffffff81000000 T _stext
ffffffff81000000 T startup_64
ffffffff81000100 T do_syscall_64
ffffffff81000200 T _etext
ffffffffc0200000 t ext4_read\t[ext4]
ffffffffc0200080 t ext4_write\t[ext4]
ffffffffc0300000 t bpf_prog_1234_x\t[bpf]
`;

const PERF_MAP = "7f0000001000 100 JS:~_Zone file:///a.mjs:1:1\n7f0000001100 100 JS:*hot;<b> x.mjs\n";

/** Sources in memory that count what was opened and closed. */
function sourcesOf(
  files: Record<string, Uint8Array> = { "/bin/program": PROGRAM },
  more: Partial<SymbolSources> = {},
): { sources: SymbolSources; open: () => number } {
  let open = 0;
  const tracked = (bytes: Uint8Array): ByteSource => {
    open++;
    return { ...memorySource(bytes), close: () => open-- };
  };
  return {
    open: () => open,
    sources: {
      openMapping: (_, file) =>
        files[file] ? found(tracked(files[file])) : missing("no such file (ENOENT)", true),
      kallsyms: () => found(text(KALLSYMS)),
      kernelBuildId: (module) => (module === undefined ? "c0ffee" : undefined),
      perfMap: (pid) =>
        pid === 42 ? found(tracked(text(PERF_MAP))) : missing("no such file (ENOENT)", true),
      ...more,
    },
  };
}

/** Address in the recorder's terms: the offset in the file. */
const inFile = (vaddr: number) => vaddr - 0x401840 + 0x1840;

describe("a symbolized profile", () => {
  test("has names, ELF addresses and one mapping for each part", async () => {
    const { profile, returnAddress } = profileOf([
      { mapping: "/bin/program", address: inFile(0x401850) },
      { mapping: "/bin/program", address: inFile(0x4018a0), returnAddress: true },
      { mapping: "/bin/program", address: inFile(0x4018a0) },
      { mapping: "/bin/program", address: inFile(0x401900) },
      { mapping: "[kernel]", address: kernel(0x81000150) },
      { mapping: "[kernel]", address: kernel(0xc0200080), returnAddress: true },
      { mapping: "[kernel]", address: kernel(0xc0300008) },
      { mapping: "[kernel]", address: kernel(0xd0000000) },
      { mapping: "/tmp/perf-42.map", address: 0x7f0000001100, returnAddress: true },
      { mapping: "/tmp/perf-42.map", address: 0x7f0000001100 },
      { mapping: "/tmp/perf-42.map", address: 0x7f0000001200 },
      { mapping: "", address: 0x1234 },
    ]);
    const { sources, open } = sourcesOf();
    const { profile: named, report } = await symbolizeProfile(profile, returnAddress, sources);
    expect(picture(named)).toEqual([
      "/bin/program 401850 app::work(int)",
      "/bin/program 4018a0 main",
      "/bin/program 4018a0 after_main",
      "/bin/program 401900 -",
      "[kernel] ffffffff81000150 do_syscall_64",
      "[ext4] ffffffffc0200080 ext4_read",
      "[bpf] ffffffffc0300008 bpf_prog_1234_x",
      "[kernel] ffffffffd0000000 -",
      "/tmp/perf-42.map 7f0000001100 _Zone a.mjs:1",
      "/tmp/perf-42.map 7f0000001100 JS:*hot;<b> x.mjs",
      "/tmp/perf-42.map 7f0000001200 -",
      "- 1234 -",
    ]);
    expect(mappingPicture(named)).toEqual([
      "/bin/program 401000-403000 @1000 abcd flags 1",
      "[kernel] ffffffff81000000-ffffffff81001000 @0 c0ffee flags 1",
      "[ext4] ffffffffc0200000-ffffffffc0201000 @0 - flags 1",
      "[bpf] ffffffffc0300000-ffffffffc0301000 @0 - flags 1",
      "/tmp/perf-42.map 0-0 @0 - flags 3",
    ]);
    expect(report).toMatchObject({ named: 8, unnamed: 4, alreadyNamed: 0, unreadable: [], warnings: [] });
    expect(report.mappings).toContainEqual({ file: "/bin/program", named: 3, unnamed: 1 });
    expect(open()).toBe(0);
    expectSound(named);
    // Both names of a C++ function; a run-time compiler's name is nothing for the linker.
    const linkage = Array.from(named.functions.linkageName, (index) => named.strings[index]);
    expect(linkage).toContain("_ZN3app4workEi");
    expect(linkage.filter((name) => name === "")).toHaveLength(2);
  });

  test("leaves the profile that it was made of as it was", async () => {
    const fixture = () => profileOf([{ mapping: "/bin/program", address: inFile(0x401850) }]);
    const { profile, returnAddress } = fixture();
    await symbolizeProfile(profile, returnAddress, sourcesOf().sources);
    expect(profile).toEqual(fixture().profile);
  });

  test("symbolized again is the same, and named locations are not asked for", async () => {
    const { profile, returnAddress } = profileOf([
      { mapping: "/bin/program", address: inFile(0x4018a0), returnAddress: true },
      { mapping: "/bin/program", address: inFile(0x401900) },
      { mapping: "[kernel]", address: kernel(0xc0200010) },
      { mapping: "[kernel]", address: kernel(0xd0000000) },
      { mapping: "/tmp/perf-42.map", address: 0x7f0000001000 },
    ]);
    const once = await symbolizeProfile(profile, returnAddress, sourcesOf().sources);
    const twice = await symbolizeProfile(once.profile, returnAddress, sourcesOf().sources);
    expect(twice.profile).toEqual(once.profile);
    expect(twice.report).toMatchObject({ named: 0, unnamed: 2, alreadyNamed: 3 });
    const later = await symbolizeProfile(
      profileOf([{ mapping: "/bin/program", address: inFile(0x401850), name: "given" }]).profile,
      Uint8Array.of(0),
      sourcesOf({}).sources,
    );
    expect(picture(later.profile)).toEqual(["/bin/program 1850 given"]);
    expect(later.report.unreadable).toEqual([]);
  });

  test("follows mappings that start elsewhere than at their file offset", async () => {
    const { profile, returnAddress } = profileOf([{ mapping: "/bin/program", address: 0x7f0000000850 }], {
      "/bin/program": { start: 0x7f0000000000, limit: 0x7f0000002000, fileOffset: 0x1000 },
    });
    const { profile: named } = await symbolizeProfile(profile, returnAddress, sourcesOf().sources);
    expect(picture(named)).toEqual(["/bin/program 401850 app::work(int)"]);
  });

  test("shows progress, one step a mapping", async () => {
    const { profile, returnAddress } = profileOf([
      { mapping: "/bin/program", address: inFile(0x401850) },
      { mapping: "[kernel]", address: kernel(0x81000150) },
    ]);
    const steps: string[] = [];
    await symbolizeProfile(profile, returnAddress, sourcesOf().sources, undefined, (done, total, what) => {
      steps.push(`${done}/${total} ${what}`);
    });
    expect(steps).toEqual(["0/2 /bin/program", "1/2 [kernel]", "2/2 "]);
  });
});

describe("what can't be named", () => {
  const at = (mapping: string) => profileOf([{ mapping, address: inFile(0x401850) }]);

  test.each([
    ["/bin/gone", undefined, "no such file (ENOENT)"],
    ["/bin/script", text("#!/bin/sh\nexit 0\n"), "is not an ELF file"],
    ["/bin/half", PROGRAM.subarray(0, 90), "the file ends inside its program headers"],
    [
      "/bin/bare",
      writeElf({ text: { address: 0x401840, offset: 0x1840, size: 0x800 } }),
      "has no symbol table (it was stripped)",
    ],
    ["/lib/object.o", writeElf({ type: 1 }), "is neither a program nor a shared object"],
  ])("%s keeps its mapping, and the report tells why", async (file, bytes, reason) => {
    const { profile, returnAddress } = at(file);
    const { sources } = sourcesOf(bytes === undefined ? {} : { [file]: bytes });
    const { profile: named, report } = await symbolizeProfile(profile, returnAddress, sources);
    expect(picture(named)[0]).toMatch(new RegExp(`^${file} \\w+ -$`));
    expect(report.unreadable).toEqual([{ file, reason }]);
    expectSound(named);
  });

  test("because the file was replaced, which its build ID tells", async () => {
    const { profile, returnAddress } = profileOf([{ mapping: "/bin/program", address: inFile(0x401850) }], {
      "/bin/program": { buildId: "1111" },
    });
    const { profile: named, report } = await symbolizeProfile(profile, returnAddress, sourcesOf().sources);
    expect(picture(named)).toEqual(["/bin/program 1850 -"]);
    expect(report.warnings).toEqual([
      "/bin/program has build ID abcd, but 1111 was recorded: the file was replaced.",
    ]);
    expect(report.unreadable).toEqual([]);
  });

  test("because the kernel hides its addresses", async () => {
    const { profile, returnAddress } = profileOf([{ mapping: "[kernel]", address: kernel(0x81000150) }]);
    const hidden = { kallsyms: () => found(text("0000000000000000 T _stext\n")) };
    const { profile: named, report } = await symbolizeProfile(
      profile,
      returnAddress,
      sourcesOf({}, hidden).sources,
    );
    expect(picture(named)).toEqual(["[kernel] ffffffff81000150 -"]);
    expect(report.warnings).toEqual([expect.stringContaining("kptr_restrict")]);
  });

  test("because /proc/kallsyms can't be read", async () => {
    const { profile, returnAddress } = profileOf([{ mapping: "[kernel]", address: kernel(0x81000150) }]);
    const absent = { kallsyms: () => missing("permission denied (EACCES)") };
    const { report } = await symbolizeProfile(profile, returnAddress, sourcesOf({}, absent).sources);
    expect(report.warnings).toEqual([
      "The kernel's symbols can't be read: /proc/kallsyms permission denied (EACCES).",
    ]);
  });

  test("because perf maps are refused, absent or damaged", async () => {
    const locations = [7, 8, 9].map((pid) => ({ mapping: `/tmp/perf-${pid}.map`, address: 0x1000 }));
    const { profile, returnAddress } = profileOf(locations);
    const perfMap: SymbolSources["perfMap"] = (pid) => {
      if (pid === 7) return missing("belongs to user 5, neither root nor the user of the process");
      return pid === 8
        ? missing("no such file (ENOENT)", true)
        : found(memorySource(text("1000 10 good\nbad\n")));
    };
    const { profile: named, report } = await symbolizeProfile(
      profile,
      returnAddress,
      sourcesOf({}, { perfMap }).sources,
    );
    expect(picture(named)[2]).toBe("/tmp/perf-9.map 1000 good");
    expect(report.warnings).toEqual([
      "/tmp/perf-7.map was not used: belongs to user 5, neither root nor the user of the process.",
      '/tmp/perf-9.map has 1 line that is not of the form "START SIZE NAME"; the others were used.',
      expect.stringMatching(
        /^Code compiled at run time in process 8 \(.*% of the samples\) has no names, .*--perf-basic-prof/,
      ),
    ]);
  });

  test.each([
    ["/usr/lib/jvm/lib/server/libjvm.so", /\. Java writes it .*jcmd PID Compiler\.perfmap[^;]*$/],
    ["/usr/lib/x86_64-linux-gnu/libnode.so.115", /\. Node\.js writes it [^;]*--perf-basic-prof\.$/],
    ["/usr/local/bin/deno", /\. Deno writes it [^;]*--v8-flags=--perf-basic-prof\.$/],
    ["/root/.bun/bin/bun", /\. Bun [^;]* BUN_JSC_useJITDump=1 BUN_JSC_jitDumpDirectory=\/tmp\.$/],
    ["/usr/share/dotnet/libcoreclr.so", /\. \.NET writes it [^;]*DOTNET_PerfMapEnabled=1\.$/],
    ["/usr/lib/erlang/erts-13.1.5/bin/beam.smp", /\. Erlang and Elixir write it [^;]*\+JPperf true[^;]*$/],
    ["/usr/lib/libruby-3.3.so.3.3.8", /\. Ruby[^;]* writes it [^;]*--yjit-perf\.$/],
    ["/usr/lib/libluajit-5.1.so.2", /\. LuaJIT never writes it\.$/],
    ["/bin/other", /\. Node\.js .*; Java /],
  ])("because there is no perf map, which %s can write", async (file, advice) => {
    const { profile, returnAddress } = profileOf([
      { mapping: "/tmp/perf-8.map", address: 0x1000 },
      { mapping: file, address: 0x1000 },
    ]);
    const { report } = await symbolizeProfile(profile, returnAddress, sourcesOf({}).sources);
    expect(report.warnings).toEqual([expect.stringMatching(advice)]);
  });

  test("because a dump does not tell of all code yet, or is damaged", async () => {
    const locations = [8, 8, 9].map((pid, i) => ({
      mapping: `/tmp/perf-${pid}.map`,
      address: 0x1000 + 0x100 * i,
    }));
    const { profile, returnAddress } = profileOf([
      ...locations,
      { mapping: "/usr/bin/node", address: 0x1000 },
    ]);
    const dump = new JitDumpWriter().load(0x1000, 0x10, "told").bytes();
    const jitDump: SymbolSources["jitDump"] = (pid) =>
      found(memorySource(pid === 8 ? dump : new Uint8Array(3)));
    const { profile: named, report } = await symbolizeProfile(
      profile,
      returnAddress,
      sourcesOf({}, { jitDump }).sources,
    );
    expect(picture(named).slice(0, 2)).toEqual(["/tmp/perf-8.map 1000 told", "/tmp/perf-8.map 1100 -"]);
    expect(report.warnings).toEqual([
      "The dump of run-time code (jitdump) of process 9 has no header.",
      expect.stringMatching(
        /^Code compiled at run time in processes 8, 9 \(.*% of the samples\) has no names, for the dump \(jitdump\) does not tell of it\. .*; Node\.js, started with --perf-basic-prof/,
      ),
    ]);
  });

  test("is memory that is no file", async () => {
    const { profile, returnAddress } = at("[heap]");
    const { profile: named, report } = await symbolizeProfile(profile, returnAddress, sourcesOf({}).sources);
    expect(picture(named)).toEqual(["[heap] 1850 -"]);
    expect(report.unreadable).toEqual([]);
  });

  test("and an empty profile is no trouble", async () => {
    const { profile, returnAddress } = profileOf([]);
    const { profile: named } = await symbolizeProfile(profile, returnAddress, sourcesOf({}).sources);
    expect(named.locations.length).toBe(0);
    expectSound(named);
  });
});

describe("damaged files", () => {
  test("never make it throw or give an unsound profile", async () => {
    const { profile, returnAddress } = profileOf([
      { mapping: "/bin/program", address: inFile(0x401850) },
      { mapping: "/bin/program", address: inFile(0x4018a0), returnAddress: true },
      { mapping: "[kernel]", address: kernel(0xc0200010) },
      { mapping: "/tmp/perf-42.map", address: 0x7f0000001000 },
    ]);
    const programs = mutations(PROGRAM, 300, 31);
    const kallsyms = mutations(text(KALLSYMS), 300, 32);
    const maps = mutations(text(PERF_MAP), 300, 33);
    for (const program of programs) {
      const { sources, open } = sourcesOf(
        { "/bin/program": program },
        {
          kallsyms: () => found(kallsyms.next().value ?? new Uint8Array(0)),
          perfMap: () => found(memorySource(maps.next().value ?? new Uint8Array(0))),
        },
      );
      const { profile: named } = await symbolizeProfile(profile, returnAddress, sources);
      expectSound(named);
      expect(open()).toBe(0);
    }
  });
});

/** Every index refers to a row that exists, every column has its table's length. */
function expectSound({ locations, lines, functions, mappings, strings }: Profile): void {
  const within = (column: ArrayLike<number>, length: number, low: number, high: number) => {
    expect(column.length).toBe(length);
    for (let i = 0; i < length; i++) {
      expect(column[i]).toBeGreaterThanOrEqual(low);
      expect(column[i]).toBeLessThan(high);
    }
  };
  within(locations.mapping, locations.length, -1, mappings.length);
  within(locations.lineStart, locations.length + 1, 0, lines.length + 1);
  within(lines.function, lines.length, 0, functions.length);
  within(functions.name, functions.length, 1, strings.length);
  within(functions.linkageName, functions.length, 0, strings.length);
  within(mappings.file, mappings.length, 1, strings.length);
  within(mappings.buildId, mappings.length, 0, strings.length);
  for (const address of locations.address) expect(address).not.toBeNaN();
  expect(mappings.start.length).toBe(mappings.length);
  expect(new Set(strings).size).toBe(strings.length);
}
