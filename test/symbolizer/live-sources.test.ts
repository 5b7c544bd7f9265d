import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readElf } from "../../symbolizer/elf/elf-file.ts";
import { elfResolver } from "../../symbolizer/elf/elf-resolver.ts";
import { parseKallsyms } from "../../symbolizer/kallsyms.ts";
import { kernelBuildId } from "../../symbolizer/kernel-build-id.ts";
import { liveSources } from "../../symbolizer/live-sources.ts";
import { symbolizeProfile } from "../../symbolizer/symbolize.ts";
import { vdsoRange } from "../../symbolizer/vdso.ts";
import { picture, profileOf } from "./profile-fixture.ts";

describe("this machine's vdso", () => {
  const opened = liveSources().openMapping(0, "[vdso]");

  test("is an ELF file that names its functions", () => {
    if (opened.found === undefined) throw new Error(opened.missing);
    const elf = readElf(opened.found);
    const dynsym = elf.sections.find((section) => section.type === 11);
    expect(dynsym).toBeDefined();
    const text = elf.sections.filter((section) => section.flags & 4);
    const every = text.flatMap(({ address, size }) => Array.from({ length: size }, (_, i) => address + i));
    const { name } = elfResolver(elf).resolve(Float64Array.from(every.sort((a, b) => a - b)));
    expect(name.some((one) => one.includes("clock_gettime"))).toBe(true);
  });

  test("is found in the list of mappings, and only a sensible one", () => {
    const line = "7ffc1000-7ffc3000 r-xp 00000000 00:00 0                          [vdso]\n";
    expect(vdsoRange(`00400000-00401000 r-xp 00000000 08:01 1 /bin/x\n${line}`)).toEqual({
      start: 0x7ffc1000,
      limit: 0x7ffc3000,
    });
    expect(vdsoRange(line.replace("7ffc3000", "fffc3000"))).toBeUndefined();
    expect(vdsoRange(line.replace("[vdso]", "/tmp/[vdso]"))).toBeUndefined();
    expect(vdsoRange("")).toBeUndefined();
  });
});

test("the kernel's build ID is what its notes hold; a module's name can't leave its directory", () => {
  expect(kernelBuildId(undefined) ?? "0".repeat(40)).toMatch(/^[0-9a-f]{32,}$/);
  expect(kernelBuildId("../../kernel")).toBeUndefined();
  expect(kernelBuildId("no_such_module")).toBeUndefined();
});

test("a profile of this very program gets its names", async () => {
  const program = process.execPath;
  const nm = spawnSync("nm", ["-D", "--defined-only", program], { maxBuffer: 1 << 28 }).stdout.toString();
  const [, hex, mangled] = /^([0-9a-f]+) T (_ZN4node5StartEiPPc)$/m.exec(nm) ?? [];
  const kallsyms = parseKallsyms(readFileSync("/proc/kallsyms"));
  const vaddr = Number.parseInt(hex, 16);
  const fd = openSync(program, "r");
  const opened = liveSources().openMapping(0, program);
  if (opened.found === undefined) throw new Error(opened.missing);
  const segment = readElf(opened.found).segments.find(
    (s) => s.type === 1 && vaddr >= s.vaddr && vaddr < s.vaddr + s.fileSize,
  );
  opened.found.close();
  const address = vaddr - (segment?.vaddr ?? 0) + (segment?.offset ?? 0) + 4;
  const { profile, returnAddress } = profileOf([
    // The descriptor serves where the path leads nowhere.
    { mapping: "/replaced/since", address },
    { mapping: program, address },
    {
      mapping: "[kernel]",
      address: kallsyms.kind === "symbols" ? (kallsyms.table.range(undefined)?.start ?? 0) : 0,
    },
  ]);
  const sources = liveSources({ openedFile: (row) => (row === 0 ? fd : undefined) });
  const { profile: named } = await symbolizeProfile(profile, returnAddress, sources);
  closeSync(fd);
  expect(mangled).toBeDefined();
  const shown = picture(named);
  expect(shown[0]).toBe(`/replaced/since ${(vaddr + 4).toString(16)} node::Start(int, char**)`);
  expect(shown[1]).toBe(`${program} ${(vaddr + 4).toString(16)} node::Start(int, char**)`);
  if (kallsyms.kind === "symbols") expect(shown[2]).not.toMatch(/ -$/);
});
