import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";
import { memorySource } from "../../../symbolizer/byte-source.ts";
import { readElf } from "../../../symbolizer/elf/elf-file.ts";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { vdsoSource } from "../../../symbolizer/vdso.ts";
import { bytesOf, library, open, run, value, workshop } from "../debug-files/workshop.ts";
import { compare, printComparisons } from "./compare-file.ts";

/** Every row that readelf tells of a binary must be ours: CFA, frame pointer and return address. */
vi.setConfig({ testTimeout: 120_000 });
const folder = workshop("unwind");
const SOURCES = fileURLToPath(new URL("sources", import.meta.url));
afterAll(printComparisons);

describe("what is installed", () => {
  test.each([
    ["libc", library("libc.so.6")],
    ["libstdc++", library("libstdc++.so.6")],
    ["libgcc_s", library("libgcc_s.so.1")],
    ["libm", library("libm.so.6")],
    ["ld.so", library("ld-linux-x86-64.so.2")],
    ["bash", "/bin/bash"],
    ["node", realpathSync("/usr/bin/node")],
  ])("%s", (name, path) => {
    const { table } = compare(name, path);
    expect(table.stats.leftOut).toEqual({});
    expect(table.stats.cut).toBe(0);
  });

  test("the vdso", () => {
    const path = join(folder, "vdso");
    writeFileSync(path, bytesOf(value(vdsoSource())));
    compare("vdso", path);
  });

  test("a file of which only segments are left has the same table", () => {
    const whole = readFileSync("/bin/bash");
    // e_shoff, e_shnum, e_shstrndx
    const headless = Buffer.from(whole);
    headless.fill(0, 40, 48);
    headless.fill(0, 60, 64);
    const ours = value(
      compileUnwindTable(readElf(memorySource(headless)), undefined, { followsCode: false }),
    );
    const other = value(compileUnwindTable(readElf(memorySource(whole)), undefined, { followsCode: false }));
    expect(ours.stats.sections).toEqual(["PT_GNU_EH_FRAME"]);
    expect(ours.rowStarts).toEqual(other.rowStarts);
    expect(ours.ruleIndexes).toEqual(other.ruleIndexes);
  });
});

describe("programs of this machine's compilers", () => {
  const C = join(SOURCES, "frames.c");
  const CXX = join(SOURCES, "throws.cc");
  const SHAPES = [
    "-O0",
    "-O2",
    "-O2 -fomit-frame-pointer",
    "-O2 -fno-omit-frame-pointer",
    "-O3 -mavx2",
    "-Os",
  ];
  const recipes = [
    ...["gcc", "clang"].flatMap((compiler) => SHAPES.map((flags) => `${compiler} ${flags} ${C}`)),
    ...["g++", "clang++"].flatMap((compiler) =>
      ["-O0", "-O2", "-O3"].map((flags) => `${compiler} -std=c++17 ${flags} ${CXX}`),
    ),
    `gcc -O2 -static ${C}`,
    `gcc -O2 -static-pie ${C}`,
    `g++ -O2 -static -std=c++17 ${CXX}`,
    `gcc -O2 -no-pie -fcf-protection=none ${C}`,
    `gcc -O2 -fuse-ld=lld ${C}`,
    `gcc -O2 -Wl,-z,now ${C}`,
    `gcc -O2 -Wa,--gdwarf-5 -g ${C}`,
  ];
  test.each(recipes.map((recipe) => [recipe.replace(`${SOURCES}/`, ""), recipe]))("%s", (name, recipe) => {
    const path = join(folder, "program");
    const [compiler, ...args] = recipe.split(" ");
    run(folder, compiler, ...args, "-o", path);
    const { result } = compare(name, path);
    // One is of the PLT, the others of the function that aligns its stack.
    if (/^gcc -O[23s]/.test(name)) expect(result.expressions).toBeGreaterThan(2);
  });

  // Start files keep their `.eh_frame`.
  const BARE = ["-g", "-O2", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fno-exceptions"];

  test.each([
    ["gcc", []],
    ["clang", []],
    ["gcc", ["-gz=zlib"]],
    ["gcc", ["-gdwarf-2"]],
    ["gcc", ["-gdwarf-5", "-gdwarf64"]],
  ])("%s %j, .debug_frame only", (compiler, more) => {
    const path = join(folder, "debug-only");
    run(folder, compiler, ...BARE, ...more, C, "-o", path);
    const { table } = compare(`${compiler} .debug_frame only ${more.join(" ")}`, path);
    expect(table.stats.sections).toEqual([".eh_frame", ".debug_frame"]);
    expect(table.stats.leftOut).toEqual({});
  });

  test(".debug_frame of a separate debug file, compressed: the same table", () => {
    const whole = join(folder, "whole");
    run(folder, "gcc", ...BARE, C, "-o", whole);
    run(folder, "objcopy", "--only-keep-debug", "--compress-debug-sections=zlib", whole, `${whole}.debug`);
    run(folder, "objcopy", "--strip-debug", whole, `${whole}.stripped`);
    const expected = value(compileUnwindTable(open(whole)));
    const ours = value(compileUnwindTable(open(`${whole}.stripped`), open(`${whole}.debug`)));
    expect(ours).toEqual(expected);
    const without = value(compileUnwindTable(open(`${whole}.stripped`)));
    expect(without.stats.fdes).toBeLessThan(expected.stats.fdes);
  });

  test.each([
    ["-O2", ".eh_frame"],
    ["-O0", ".eh_frame"],
    ["-O2 -mbranch-protection=pac-ret+leaf", ".eh_frame"],
    ["-O2 -mbranch-protection=bti+pac-ret+b-key", ".eh_frame"],
    ["-O2 -g -fno-asynchronous-unwind-tables -fno-unwind-tables", ".debug_frame"],
    ["-O2 -fomit-frame-pointer", ".eh_frame"],
  ])("clang for arm64 %s", (flags, section) => {
    const path = join(folder, "arm64");
    const tables = section === ".eh_frame" ? ["-funwind-tables", "-fasynchronous-unwind-tables"] : [];
    const link = ["-ffreestanding", "-nostdlib", "-static", "-fuse-ld=lld", "-Wl,-e,entry", "-Wl,--build-id"];
    const source = join(SOURCES, "freestanding.c");
    const target = "--target=aarch64-linux-gnu";
    run(folder, "clang", target, ...tables, ...flags.split(" "), ...link, source, "-o", path);
    const { table } = compare(`clang for arm64 ${flags}`, path);
    expect(table.machine).toBe("arm64");
    expect(table.stats.sections).toEqual([section]);
    expect(table.stats.inexpressible).toEqual({});
  });
});
