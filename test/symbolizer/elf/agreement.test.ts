import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ElfFile, readElf } from "../../../symbolizer/elf/elf-file.ts";
import { elfResolver } from "../../../symbolizer/elf/elf-resolver.ts";
import { buildIdOf } from "../../../symbolizer/elf/notes.ts";
import { loadSegments, segmentOfOffset } from "../../../symbolizer/elf/segments.ts";
import { sectionName } from "../../../symbolizer/elf/strings.ts";
import { fileSource } from "../../../symbolizer/file-source.ts";
import { judge, random } from "../judges.ts";

const directory = mkdtempSync(join(tmpdir(), "stapflame-elf-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function open(path: string): ElfFile {
  const opened = fileSource(path);
  if (opened.found === undefined) throw new Error(`${path} ${opened.missing}`);
  return readElf(opened.found);
}

/** Ascending addresses in sections of code, by size, without those of stubs (which no judge names). */
function randomAddresses(elf: ElfFile, count: number, seed: number): Float64Array {
  const next = random(seed);
  const code = elf.sections.filter(
    (section) => section.flags & 4 && !sectionName(elf, section).startsWith(".plt"),
  );
  const total = code.reduce((sum, section) => sum + section.size, 0);
  const wanted = new Set<number>();
  for (const { address, size } of code) {
    for (let i = 0; i < Math.ceil((count * size) / total); i++)
      wanted.add(address + Math.floor(next() * size));
  }
  return Float64Array.from(wanted).sort();
}

function ourNames(elf: ElfFile, addresses: Float64Array): string[] {
  const { frameStart, name } = elfResolver(elf).resolve(addresses);
  return Array.from(addresses, (_, i) => (frameStart[i] < frameStart[i + 1] ? name[frameStart[i]] : "-"));
}

/**
 * Names by elfutils from the file's own symbol tables; debug files installed on this machine are kept out. It takes
 * data in sections of code (tables of constants) for code, which a profiler need not.
 */
function theirNames(path: string, addresses: Float64Array, dataNames: Set<string>): string[] {
  const input = Array.from(addresses, (address) => `0x${address.toString(16)}\n`).join("");
  const lines = judge("eu-addr2line", ["--debuginfo-path=/nonexistent", "-S", "-e", path], input).split("\n");
  return Array.from(addresses, (_, i) => {
    const match = /^([^\s(?][^\s]*?)(@[^\s+]*)?(\+0x[0-9a-f]+)?$/.exec(lines[2 * i]);
    return match === null || dataNames.has(match[1]) ? "-" : match[1];
  });
}

/** By nm: for each name the address that it stands for, and the names of data. */
function symbolsByNm(path: string): { valuesByName: Map<string, Set<string>>; data: Set<string> } {
  const valuesByName = new Map<string, Set<string>>();
  const data = new Set<string>();
  for (const flags of [[], ["-D"]]) {
    const listing = judge("nm", [...flags, "--without-symbol-versions", "--format=sysv", path]);
    for (const line of listing.split("\n")) {
      const [name, value, , type] = line.split("|").map((cell) => cell.trim());
      if (value === undefined || value === "") continue;
      if (type === "OBJECT") data.add(name);
      valuesByName.set(name, (valuesByName.get(name) ?? new Set()).add(value));
    }
  }
  return { valuesByName, data };
}

function compare(path: string, count: number, seed: number) {
  const elf = open(path);
  const addresses = randomAddresses(elf, count, seed);
  const before = performance.now();
  const ours = ourNames(elf, addresses);
  const milliseconds = performance.now() - before;
  const { valuesByName, data } = symbolsByNm(path);
  const theirs = theirNames(path, addresses, data);
  const areAliases = (a: string, b: string) =>
    [...(valuesByName.get(a) ?? [])].some((value) => valuesByName.get(b)?.has(value));
  const differing: string[] = [];
  let same = 0;
  for (let i = 0; i < addresses.length; i++) {
    if (ours[i] === theirs[i]) same++;
    else if (!areAliases(ours[i], theirs[i])) {
      differing.push(`0x${addresses[i].toString(16)}: ours ${ours[i]}, elfutils ${theirs[i]}`);
    }
  }
  elf.source.close();
  return {
    total: addresses.length,
    same,
    named: ours.filter((name) => name !== "-").length,
    differing,
    milliseconds,
  };
}

const LIBC = "/lib/x86_64-linux-gnu/libc.so.6";
const REAL = [process.execPath, LIBC, "/bin/bash"].filter((path) => existsSync(path));

describe("symbols of real files are those that elfutils finds", () => {
  test.each(REAL)("%s", { timeout: 60_000 }, (path) => {
    const { total, named, differing, same, milliseconds } = compare(path, 5000, 5);
    console.info(
      `${path}: ${total} addresses in ${milliseconds.toFixed(0)} ms, ${named} named, ${same} same, ${differing.length} differ`,
    );
    expect(total).toBeGreaterThan(4000);
    expect(differing.slice(0, 10)).toEqual([]);
  });
});

const PROGRAM = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
__attribute__((noinline)) static int local_leaf(int x) { return x * 3 + 1; }
__attribute__((noinline)) int global_middle(int x) { return local_leaf(x) + (int)strlen(getenv("HOME") ? "a" : "b"); }
__attribute__((weak, noinline)) int weak_one(int x) { return x ^ 5; }
int alias_of_middle(int) __attribute__((alias("global_middle")));
__asm__(".text\\nasm_label:\\n nop\\n nop\\n nop\\n ret\\n.globl asm_second\\nasm_second:\\n nop\\n ret\\n");
static int chosen(void) { return 7; }
static int (*choose(void))(void) { return chosen; }
int indirect(void) __attribute__((ifunc("choose")));
int main(int argc, char **argv) { printf("%d\\n", global_middle(argc) + weak_one(argc) + indirect()); return argv == 0; }
`;

const BUILDS: Record<string, string[]> = {
  pie: ["-pie", "-fPIE"],
  "no-pie": ["-no-pie", "-fno-pie"],
  static: ["-static"],
  shifted: ["-no-pie", "-fno-pie", "-Wl,-z,separate-code", "-Wl,-Ttext-segment=0x800000"],
  unaligned: ["-no-pie", "-fno-pie", "-Wl,-z,noseparate-code", "-Wl,-Ttext=0x12345680"],
  now: ["-pie", "-fPIE", "-Wl,-z,now", "-Wl,-z,ibtplt", "-fcf-protection=full"],
  lazy: ["-pie", "-fPIE", "-Wl,-z,lazy", "-Wl,-z,ibtplt", "-fcf-protection=full"],
  stripped: ["-pie", "-fPIE", "-rdynamic", "-s"],
};

describe("a C program", () => {
  const path = (build: string) => join(directory, build);
  beforeAll(() => {
    writeFileSync(path("program.c"), PROGRAM);
    for (const [build, flags] of Object.entries(BUILDS)) {
      judge("gcc", ["-O1", "-Wl,--build-id=sha1", ...flags, "-o", path(build), path("program.c")]);
    }
  }, 60_000);

  test.each(Object.keys(BUILDS))("built %s has the names that elfutils gives", (build) => {
    const { differing, named, total } = compare(path(build), 3000, 9);
    expect(differing).toEqual([]);
    expect(named).toBeGreaterThan(total / 4);
  });

  test.each(Object.keys(BUILDS).filter((build) => build !== "stripped"))(
    "built %s: every function that nm lists is found through its file offset",
    (build) => {
      const elf = open(path(build));
      const segments = loadSegments(elf);
      const file = readFileSync(path(build));
      const listed = judge("nm", ["-S", path(build)])
        .split("\n")
        .map((line) => /^([0-9a-f]+) ([0-9a-f]+) [tT] (\S+)$/.exec(line))
        .filter((match) => match !== null)
        .map(([, value, size, name]) => ({
          value: Number.parseInt(value, 16),
          size: Number.parseInt(size, 16),
          name,
        }));
      expect(listed.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["main", "local_leaf", "global_middle"]),
      );
      for (const { value, size, name } of listed) {
        if (!["main", "local_leaf", "global_middle", "alias_of_middle", "chosen"].includes(name)) continue;
        // The way back that `nameBinary` goes: where in the file the function lies, by an independent reading.
        const segment = elf.segments.find(
          (s) => s.type === 1 && value >= s.vaddr && value < s.vaddr + s.fileSize,
        );
        if (segment === undefined) throw new Error(`${name} lies in no segment`);
        const offset = value - segment.vaddr + segment.offset;
        const found = segments[segmentOfOffset(segments, offset)];
        expect(offset - found.offset + found.vaddr).toBe(value);
        const code = elf.sections.find(
          (s) => value >= s.address && value < s.address + s.size && s.flags & 4,
        );
        expect(file.subarray(offset, offset + 4)).toEqual(
          file.subarray(value - (code?.address ?? 0) + (code?.offset ?? 0)).subarray(0, 4),
        );
        const [first, last] = ourNames(elf, Float64Array.of(value, value + size - 1));
        const same = name.endsWith("_middle") ? ["global_middle", "alias_of_middle"] : [name];
        expect(same).toContain(first);
        expect(last).toBe(first);
      }
    },
  );

  test("has labels of assembler, each to the next", () => {
    const elf = open(path("pie"));
    const [, value] = /^([0-9a-f]+) t asm_label$/m.exec(judge("nm", [path("pie")])) ?? [];
    const label = Number.parseInt(value, 16);
    expect(ourNames(elf, Float64Array.of(label, label + 3, label + 4, label + 5))).toEqual([
      "asm_label",
      "asm_label",
      "asm_second",
      "asm_second",
    ]);
  });

  test.each(["pie", "no-pie", "shifted", "now", "lazy", "stripped"])(
    "built %s has names for its stubs",
    (build) => {
      const elf = open(path(build));
      const seen = new Set<string>();
      for (const section of elf.sections) {
        if (!sectionName(elf, section).startsWith(".plt")) continue;
        const every = Float64Array.from({ length: section.size }, (_, i) => section.address + i);
        for (const name of ourNames(elf, every)) seen.add(name);
      }
      expect([...seen]).toEqual(expect.arrayContaining(["getenv@plt", "printf@plt"]));
      if (build === "pie") expect([...seen]).toContain("__cxa_finalize@plt");
      // Only the stub that all others go through has no name.
      for (const name of seen) expect(name).toMatch(/^-$|^[\w.*]+@plt$/);
    },
  );

  test("built static names its indirect functions' stubs by their resolvers", () => {
    const elf = open(path("static"));
    const section = elf.sections.find((one) => /^\.i?plt$/.test(sectionName(elf, one)));
    if (section === undefined) throw new Error("no .plt");
    const every = Float64Array.from({ length: section.size / 16 }, (_, i) => section.address + 16 * i);
    const names = ourNames(elf, every);
    expect(names).toEqual(expect.arrayContaining(["strcpy@plt", "memset@plt"]));
    expect(names.every((name) => name.endsWith("@plt"))).toBe(true);
  });

  test("has the build ID that its linker wrote", () => {
    const ids = Object.keys(BUILDS).map((build) => buildIdOf(open(path(build))));
    for (const [i, build] of Object.keys(BUILDS).entries()) {
      expect(judge("eu-readelf", ["-n", path(build)])).toContain(`Build ID: ${ids[i]}`);
    }
  });
});
