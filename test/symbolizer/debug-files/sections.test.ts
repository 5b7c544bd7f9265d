import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { memorySource } from "../../../symbolizer/byte-source.ts";
import { dwarfSections, hasDwarf } from "../../../symbolizer/elf/dwarf-file.ts";
import { ElfError } from "../../../symbolizer/elf/elf-error.ts";
import { readElf, SectionFlag } from "../../../symbolizer/elf/elf-file.ts";
import { openMiniDebugInfo } from "../../../symbolizer/elf/minidebuginfo.ts";
import { buildIdOf } from "../../../symbolizer/elf/notes.ts";
import { openSection } from "../../../symbolizer/elf/section-bytes.ts";
import { consecutiveLayout } from "../../../symbolizer/elf/section-layout.ts";
import { sectionWindow } from "../../../symbolizer/elf/section-window.ts";
import { stringAt } from "../../../symbolizer/elf/strings.ts";
import { symbolAt } from "../../../symbolizer/elf/symbol-table.ts";
import { unxz } from "../../../symbolizer/elf/xz.ts";
import { unzstd } from "../../../symbolizer/elf/zstd.ts";
import { judge, mutations, random } from "../judges.ts";
import { bytesOf, cSource, open, put, run, sectionNames, value, workshop } from "./workshop.ts";

const folder = workshop("sections");
const DEBUG = [
  ".debug_info",
  ".debug_abbrev",
  ".debug_line",
  ".debug_str",
  ".debug_aranges",
  ".debug_line_str",
];

beforeAll(() => {
  put(folder, "prog.c", cSource());
  run(folder, "gcc", "-g", "-O1", "-o", "prog", "prog.c");
});

/** What `readelf -R` says a section holds: unpacked and relocated, by another implementation. */
function judged(file: string, section: string): Buffer {
  const lines = judge("readelf", ["-z", `--relocated-dump=${section}`, file]).split("\n");
  const hex = lines.flatMap((line) => {
    const match = /^ {2}0x[0-9a-f]+ ((?:[0-9a-f]{2,8} ){1,4})/.exec(line);
    return match === null ? [] : [match[1].replaceAll(" ", "")];
  });
  return Buffer.from(hex.join(""), "hex");
}

describe("the debug sections of a program", () => {
  test.each(["none", "zlib", "zlib-gnu", "zstd"])("packed as %s are what they were before", (how) => {
    const packed = join(folder, `packed-${how}`);
    run(folder, "objcopy", `--compress-debug-sections=${how}`, "prog", packed);
    const before = open(join(folder, "prog"));
    const elf = open(packed);
    const oldNames = sectionNames(elf).filter((name) => name.startsWith(".zdebug"));
    const flagged = elf.sections.filter((section) => (section.flags & SectionFlag.compressed) !== 0);
    expect([oldNames.length > 0, flagged.length > 0]).toEqual([
      how === "zlib-gnu",
      how === "zlib" || how === "zstd",
    ]);
    expect(hasDwarf(elf)).toBe(true);
    for (const name of DEBUG) {
      const section = value(openSection(elf, name));
      expect(bytesOf(section).equals(bytesOf(value(openSection(before, name))))).toBe(true);
    }
  });

  test("are read as readelf reads them", () => {
    const elf = open(join(folder, "prog"));
    for (const name of DEBUG)
      expect(bytesOf(value(openSection(elf, name)))).toEqual(judged(join(folder, "prog"), name));
  });

  test("are opened once", () => {
    const sections = dwarfSections(open(join(folder, "prog")));
    expect(sections).toMatchObject({ is64: true, littleEndian: true, relocatable: false });
    expect(sections.section(".debug_info")).toBe(sections.section(".debug_info"));
    expect(sections.section(".debug_loc.dwo")).toEqual({
      missing: "has no section .debug_loc.dwo",
      absent: true,
    });
  });

  test("are elsewhere after strip and objcopy --only-keep-debug", () => {
    run(folder, "objcopy", "--strip-debug", "prog", "bare");
    run(folder, "objcopy", "--only-keep-debug", "prog", "prog.debug");
    expect([hasDwarf(open(join(folder, "bare"))), hasDwarf(open(join(folder, "prog.debug")))]).toEqual([
      false,
      true,
    ]);
    expect(openSection(open(join(folder, "prog.debug")), ".text")).toEqual({
      missing: "keeps .text in another file",
      absent: true,
    });
  });
});

describe("a section", () => {
  test("may lie beyond 2 GiB", () => {
    // A sparse file: the program, and its .debug_line moved to 5 GiB.
    const elf = open(join(folder, "prog"));
    const line = bytesOf(value(openSection(elf, ".debug_line")));
    const index = sectionNames(elf).indexOf(".debug_line");
    const far = join(folder, "far");
    const bytes = readFileSync(join(folder, "prog"));
    const headers = Number(bytes.readBigUInt64LE(40));
    bytes.writeBigUInt64LE(BigInt(5 * 2 ** 30), headers + index * 64 + 24);
    writeFileSync(far, bytes);
    truncateSync(far, 5 * 2 ** 30 + line.length);
    const fd = openSync(far, "r+");
    writeSync(fd, line, 0, line.length, 5 * 2 ** 30);
    closeSync(fd);
    expect(bytesOf(value(openSection(open(far), ".debug_line"))).equals(line)).toBe(true);
  });

  test("outside the file is said", () => {
    const bytes = readFileSync(join(folder, "prog"));
    const headers = Number(bytes.readBigUInt64LE(40));
    const index = sectionNames(open(join(folder, "prog"))).indexOf(".debug_line");
    bytes.writeBigUInt64LE(2n ** 62n, headers + index * 64 + 32);
    expect(openSection(readElf(memorySource(bytes)), ".debug_line")).toEqual({
      missing: "has .debug_line outside the file",
      absent: false,
    });
  });

  test.each(["zlib", "zstd"])("that claims gigabytes is not unpacked (%s)", (how) => {
    const bytes = readFileSync(join(folder, `packed-${how}`));
    const elf = readElf(memorySource(bytes));
    const section = elf.sections[sectionNames(elf).indexOf(".debug_info")];
    const at = section.offset + 8;
    const size = Number(bytes.readBigUInt64LE(at));
    const claim = (claimed: number) => {
      bytes.writeBigUInt64LE(BigInt(claimed), at);
      return openSection(elf, ".debug_info").missing;
    };
    expect(claim(2 ** 40)).toMatch(
      /^has a section .debug_info that unpacks to 1099511627776 bytes, more than/,
    );
    expect(claim(2 ** 29)).toMatch(
      /claims to unpack from \d+ to 536870912 bytes, which no compiler's output does/,
    );
    expect(claim(size + 1)).toContain(`does not unpack to the ${size + 1} bytes that it claims`);
    expect(claim(size - 1)).toMatch(/does not unpack to|damaged/);
    expect(claim(size)).toBeUndefined();
  });

  test("is read ahead in one piece by who reads on, and the bytes stay the same", () => {
    const content = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) >> 3);
    let reads = 0;
    const source = memorySource(content);
    const counting = {
      ...source,
      read(at: number, length: number) {
        reads++;
        return source.read(at, length);
      },
    };
    const window = sectionWindow(counting, 1000, 2_000_000);
    for (let at = 0; at < 2_000_000; at += 100) {
      expect(window.read(at, 100).length).toBe(100);
    }
    expect(reads).toBeLessThan(12);
    const next = random(5);
    for (let i = 0; i < 2000; i++) {
      const at = Math.floor(next() * 2_100_000);
      const length = Math.floor(next() * 300_000);
      const expected = content.subarray(
        1000 + at,
        Math.max(1000 + at, Math.min(2_001_000, 1000 + at + length)),
      );
      const answer = window.read(at, length);
      if (Buffer.compare(answer, at < 2_000_000 ? expected : new Uint8Array(0)) !== 0)
        throw new Error(`${at}+${length}`);
    }
  });
});

describe("relocatable files", () => {
  const SOURCE =
    "int f(int a){return a*3;} __thread int t; static int g; int h(){return f(g)+t;}\n" +
    "static inline int k(int a){ return a ? f(a) + g : h(); } int m(int a) { return k(a) + k(a + 1); }\n";

  test.each(["x86_64", "aarch64", "riscv64", "i386", "arm", "powerpc64"])(
    "of %s are relocated as readelf does",
    (machine) => {
      put(folder, "part.c", SOURCE);
      const object = join(folder, `${machine}.o`);
      for (const version of [4, 5]) {
        const flags = [
          `--target=${machine}-linux-gnu`,
          "-g",
          `-gdwarf-${version}`,
          "-O1",
          "-ffunction-sections",
        ];
        run(folder, "clang", ...flags, "-c", "part.c", "-o", object);
        const elf = open(object);
        let sections = 0;
        for (const name of sectionNames(elf).filter((name) => name.startsWith(".debug"))) {
          const ours = bytesOf(value(openSection(elf, name, { sectionAddress: () => 0 })));
          const theirs = judged(object, name);
          const differing = ours.findIndex((byte, i) => byte !== theirs[i]);
          expect([machine, version, name, ours.length, differing]).toEqual([
            machine,
            version,
            name,
            theirs.length,
            -1,
          ]);
          sections++;
        }
        expect(sections).toBeGreaterThan(5);
      }
    },
  );

  test("by gcc, packed and with a section for each function, too", () => {
    put(folder, "part.c", SOURCE);
    run(folder, "gcc", "-g", "-gz=zlib", "-O2", "-ffunction-sections", "-c", "part.c", "-o", "gcc.o");
    const elf = open(join(folder, "gcc.o"));
    for (const name of sectionNames(elf).filter((name) => name.startsWith(".debug"))) {
      const ours = bytesOf(value(openSection(elf, name, { sectionAddress: () => 0 })));
      expect([name, ours.equals(judged(join(folder, "gcc.o"), name))]).toEqual([name, true]);
    }
  });

  test("are laid out as elfutils does", () => {
    put(folder, "many.c", `${cSource(30)} __attribute__((aligned(256))) int wide(void) { return 7; }`);
    run(folder, "gcc", "-g", "-O1", "-ffunction-sections", "-fdata-sections", "-c", "many.c", "-o", "many.o");
    const elf = open(join(folder, "many.o"));
    const layout = consecutiveLayout(elf);
    const table = elf.sections.find((section) => section.type === 2);
    if (table === undefined) throw new Error("no symbols");
    const functions: { name: string; address: number }[] = [];
    for (let i = 0; ; i++) {
      const symbol = symbolAt(elf, table, i);
      if (symbol === undefined) break;
      const name = stringAt(elf, elf.sections[table.link], symbol.nameOffset);
      if (symbol.type === 2) functions.push({ name, address: layout(symbol.section) + symbol.value });
    }
    expect(functions.length).toBeGreaterThan(30);
    const addresses = functions.map(({ address }) => `0x${address.toString(16)}`);
    const answers = judge("eu-addr2line", ["-f", "-e", join(folder, "many.o"), ...addresses]).split("\n");
    expect(answers.filter((_, i) => i % 2 === 0).slice(0, -1)).toEqual(functions.map(({ name }) => name));
    const addressesInInfo = bytesOf(value(openSection(elf, ".debug_aranges")));
    const wide = functions.find(({ name }) => name === "wide");
    const pattern = Buffer.alloc(8);
    pattern.writeBigUInt64LE(BigInt(wide?.address ?? 0));
    expect(addressesInInfo.includes(pattern)).toBe(true);
  });

  test("take the kernel's own addresses, in the upper half", () => {
    run(folder, "gcc", "-g", "-gdwarf-4", "-O1", "-c", "part.c", "-o", "kernel.o");
    const elf = open(join(folder, "kernel.o"));
    const text = sectionNames(elf).indexOf(".text");
    const base = 0xc0123000 - 2 ** 32;
    const sections = dwarfSections(elf, { sectionAddress: (index) => (index === text ? base : 0) });
    const ranges = bytesOf(value(sections.section(".debug_aranges")));
    expect(ranges.readBigInt64LE(16)).toBe(BigInt(base));
    expect(sections.relocatable).toBe(true);
  });
});

describe("MiniDebugInfo", () => {
  beforeAll(() => {
    // As Fedora's find-debuginfo does (gdb manual, "MiniDebugInfo").
    run(folder, "objcopy", "--only-keep-debug", "prog", "mini");
    run(folder, "objcopy", "-S", "--remove-section", ".comment", "mini");
    const keep = run(folder, "nm", "prog", "--format=posix", "--defined-only")
      .split("\n")
      .flatMap((line) => (/ [Tt] /.test(line) ? [line.split(" ")[0]] : []));
    put(folder, "keep", `${keep.join("\n")}\n`);
    run(folder, "objcopy", "-S", "--keep-symbols=keep", "prog", "mini");
    run(folder, "xz", "-kf", "mini");
    run(folder, "strip", "-o", "stripped", "prog");
    run(folder, "objcopy", "--add-section", ".gnu_debugdata=mini.xz", "stripped", "with-mini");
  });

  test("gives the symbol table that strip took", () => {
    const elf = open(join(folder, "with-mini"));
    const mini = value(openMiniDebugInfo(elf));
    const table = mini.sections.find((section) => section.type === 2);
    if (table === undefined) throw new Error("no symbols");
    const names: string[] = [];
    for (let i = 0; i * 24 < table.size; i++) {
      names.push(stringAt(mini, mini.sections[table.link], symbolAt(mini, table, i)?.nameOffset ?? 0));
    }
    expect(names).toContain("whole_7");
    expect(buildIdOf(mini)).toBe(buildIdOf(elf));
    expect(openMiniDebugInfo(open(join(folder, "prog")))).toEqual({
      missing: "has no section .gnu_debugdata",
      absent: true,
    });
  });

  test("damaged is refused with one sentence", () => {
    const packed = readFileSync(join(folder, "mini.xz"));
    let refused = 0;
    for (const damaged of mutations(packed, 150, 3)) {
      const answer = unxz(damaged);
      if (answer.found === undefined) refused++;
      else expect(answer.found.length).toBe(value(unxz(packed)).length);
    }
    expect(refused).toBeGreaterThan(140);
  });
});

describe("packers", () => {
  const big = Buffer.from(Array.from({ length: 22_000 }, (_, i) => `line ${i * i}\n`).join(""));

  test("xz with the kernel's, Fedora's and the largest dictionary", () => {
    put(folder, "big", big);
    for (const args of [
      ["-6"],
      ["-9"],
      ["--check=crc32", "--lzma2=dict=1MiB"],
      ["-T2", "--block-size=100KiB"],
    ]) {
      run(folder, "xz", "-kf", ...args, "big");
      expect(Buffer.compare(value(unxz(readFileSync(join(folder, "big.xz")))), big)).toBe(0);
    }
    const packed = readFileSync(join(folder, "big.xz"));
    expect(unxz(packed, 1000).missing).toBe(`unpacks to ${big.length} bytes, more than 1000`);
    expect(unxz(packed.subarray(0, packed.length - 1)).missing).toBe("is not one whole xz stream");
    run(folder, "xz", "-kf", "--lzma2=dict=128MiB", "big");
    expect(unxz(readFileSync(join(folder, "big.xz"))).missing).toContain("larger dictionary than 64 MiB");
  });

  test("a bomb of zeros is not unpacked", () => {
    put(folder, "zeros", Buffer.alloc(40 << 20));
    run(folder, "xz", "-0", "-kf", "zeros");
    const before = process.memoryUsage.rss();
    expect(unxz(readFileSync(join(folder, "zeros.xz"))).missing).toContain("which no compiler's output does");
    expect(process.memoryUsage.rss() - before).toBeLessThan(20 << 20);
  });

  test("zstd with and without its size, and with one byte too many or too few", () => {
    put(folder, "big", big);
    run(folder, "zstd", "-qf", "big", "-o", "big.zst");
    run(folder, "sh", "-c", "zstd -qc < big > stream.zst");
    const packed = readFileSync(join(folder, "big.zst"));
    for (const size of [0, 1, 5, 131_072, 131_073, 200_000]) {
      put(folder, "some", big.subarray(0, size));
      run(folder, "zstd", "-qf", "some");
      const answer = unzstd(readFileSync(join(folder, "some.zst")), size, 1 << 20);
      expect([size, Buffer.compare(value(answer), big.subarray(0, size))]).toEqual([size, 0]);
    }
    for (const name of ["big.zst", "stream.zst"]) {
      expect(Buffer.compare(value(unzstd(readFileSync(join(folder, name)), undefined, 1 << 30)), big)).toBe(
        0,
      );
      expect(unzstd(readFileSync(join(folder, name)), undefined, 1000).missing).toContain("more than 1000");
    }
    for (const size of [big.length - 1, big.length + 1]) {
      expect(unzstd(packed, size, 1 << 30).missing).toMatch(/does not unpack to|damaged/);
    }
    for (const damaged of mutations(packed, 40, 9)) unzstd(damaged, big.length, 1 << 30);
  });
});

test("damage of any kind never makes a section throw or eat memory", () => {
  const before = process.memoryUsage.rss();
  put(folder, "small.c", cSource(2));
  run(folder, "gcc", "-g", "-c", "small.c", "-o", "small.o");
  for (const how of ["none", "zlib", "zlib-gnu", "zstd"]) {
    run(folder, "objcopy", `--compress-debug-sections=${how}`, "small.o", "small-packed.o");
    const whole = readFileSync(join(folder, "small-packed.o"));
    const headers = Number(whole.readBigUInt64LE(40));
    const damaged = [
      ...mutations(whole, 250, 21),
      // Section headers are likelier to matter than text.
      ...[...mutations(whole.subarray(headers), 250, 22)].map((tail) => {
        const copy = Buffer.from(whole);
        copy.set(tail, headers);
        return copy;
      }),
    ];
    for (const bytes of damaged) {
      try {
        const elf = readElf(memorySource(bytes));
        hasDwarf(elf);
        openMiniDebugInfo(elf);
        const sections = dwarfSections(elf);
        for (const name of DEBUG) {
          const section = sections.section(name);
          if (section.found === undefined) expect(section.missing).not.toContain("\n");
          else section.found.read(0, section.found.size);
        }
      } catch (error) {
        if (!(error instanceof ElfError)) throw error;
      }
    }
  }
  expect(process.memoryUsage.rss() - before).toBeLessThan(300 << 20);
});
