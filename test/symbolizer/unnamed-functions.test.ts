import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { memorySource } from "../../symbolizer/byte-source.ts";
import { fileSource } from "../../symbolizer/file-source.ts";
import { nameBinary } from "../../symbolizer/name-binary.ts";
import { judge, random } from "./judges.ts";

const folder = mkdtempSync(join(tmpdir(), "stapflame-stripped-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BASE = 0x7f00_0000_0000;
const SOURCE = fileURLToPath(new URL("../workloads/names.cpp", import.meta.url));

/** Of C functions that are neither inlined nor seen from outside. */
const OWN = "static __attribute__((noinline))";

/** Of addresses in a file that is mapped whole, the names that a recording gets, demangled not. */
async function namesIn(file: string, offsets: readonly number[]): Promise<(string | undefined)[]> {
  const opened = fileSource(file);
  if (opened.found === undefined) throw new Error(opened.missing);
  const addresses = Float64Array.from(offsets, (offset) => BASE + offset);
  const group = { locations: Int32Array.from(offsets.keys()), addresses, lookups: addresses };
  const mapping = { file, root: undefined, start: BASE, fileOffset: 0, buildId: "" };
  const { names } = await nameBinary(opened.found, mapping, group, { inlines: true });
  opened.found.close();
  const { frameStart, name } = names.frames;
  return Array.from(names.frame, (index) => {
    const first = frameStart[index];
    return first < frameStart[index + 1] ? name[first] : undefined;
  });
}

/** What nm tells of functions: where they begin and end in the file, and the name. */
function functionsOf(file: string): { start: number; end: number; name: string }[] {
  const text = /\.text +PROGBITS +([0-9a-f]+) ([0-9a-f]+)/.exec(judge("readelf", ["-SW", file]));
  const shift = Number.parseInt(text?.[1] ?? "", 16) - Number.parseInt(text?.[2] ?? "", 16);
  return judge("nm", ["-S", "--defined-only", file])
    .split("\n")
    .flatMap((line) => {
      const [, address, size, name] = /^([0-9a-f]+) ([0-9a-f]+) [tTwW] (.*)/.exec(line) ?? [];
      if (name === undefined) return [];
      const start = Number.parseInt(address, 16) - shift;
      return [{ start, end: start + Number.parseInt(size, 16), name }];
    });
}

describe("functions of a stripped library", () => {
  // lld puts code where its address is not its place in the file.
  test.each([
    ["g++", "-O2 -fvisibility=hidden"],
    ["g++", "-O1"],
    ["clang++", "-O1 -fvisibility=hidden -fuse-ld=lld"],
  ])(
    "are told by where they begin, as nm knows it of the one with symbols: %s %s",
    { timeout: 60_000 },
    async (compiler, flags) => {
      const whole = join(folder, "whole.so");
      const stripped = join(folder, "libnames.so");
      const options = ["-std=c++20", "-w", "-fPIC", "-shared", ...flags.split(" "), SOURCE, "-o", whole];
      execFileSync(compiler, options, { stdio: "pipe" });
      execFileSync("objcopy", ["--strip-all", whole, stripped]);
      const functions = functionsOf(whole);
      const next = random(5);
      const asked = functions.flatMap(({ start, end, name }) =>
        end > start ? [{ start, name, offset: start + Math.floor(next() * (end - start)) }] : [],
      );
      const starts = new Map<number, Set<string>>();
      for (const { start, name } of functions) starts.set(start, (starts.get(start) ?? new Set()).add(name));
      const names = await namesIn(
        stripped,
        asked.map(({ offset }) => offset),
      );
      let byPlace = 0;
      const wrong = asked.flatMap(({ start, offset }, i) => {
        const place = `libnames.so+0x${start.toString(16)}`;
        if (names[i] === place) byPlace++;
        const known = starts.get(start);
        // That function never returns, and has no unwind entry.
        if (names[i] === undefined && known?.has("__clang_call_terminate")) return [];
        const isRight = names[i] === place || known?.has(names[i] ?? "");
        return isRight ? [] : [`0x${offset.toString(16)}: ${names[i]}, by nm ${[...(known ?? [])]}`];
      });
      console.info(
        `${compiler} ${flags}: ${asked.length} functions, ${byPlace} by their place, ${wrong.length} wrong`,
      );
      expect(asked.length).toBeGreaterThan(80);
      expect(wrong).toEqual([]);
      if (flags.includes("hidden")) expect(byPlace).toBeGreaterThan(asked.length / 4);
    },
  );

  test("that lost its unwind tables too are told by what the code does, or have no name", async () => {
    const stripped = join(folder, "bare.so");
    const whole = join(folder, "whole.so");
    execFileSync("objcopy", ["--strip-all", "-R", ".eh_frame", "-R", ".eh_frame_hdr", whole, stripped], {
      stdio: "pipe",
    });
    const exported = new Set(judge("nm", ["-D", "--defined-only", whole]).split(/\s/));
    const own = functionsOf(whole).filter(({ name, start, end }) => end > start + 8 && !exported.has(name));
    expect(own.length).toBeGreaterThan(10);
    const names = await namesIn(
      stripped,
      own.map(({ start }) => start + 1),
    );
    const told = names.filter((name) => name !== undefined);
    const wrong = told.filter((name) => !own.some(({ start }) => name === `bare.so+0x${start.toString(16)}`));
    console.log(
      `without unwind tables: ${told.length} of ${own.length} functions told, ${wrong.length} wrong`,
    );
    expect(wrong).toEqual([]);
    expect(told.length).toBeGreaterThan(0.7 * own.length);
  });

  test("that is large is read around what is asked for, even if a function begins far before", async () => {
    const whole = join(folder, "large-whole.so");
    const stripped = join(folder, "large.so");
    const sum = (i: number) =>
      `for (int i = 0; i < ${(i % 7) + 2}; i++) s += at[i] * ${i} + (s >> ${(i % 5) + 1});`;
    const small = Array.from({ length: 500 }, (_, i) => {
      const call = i > 3 && i % 3 === 0 ? `s += f${i - 3}(at, s);` : "";
      return `${OWN} long f${i}(long *at, long s) { ${sum(i)} ${call} if (s & ${i}) at[s & 3] = s; ${sum(i + 1)} return s; }`;
    });
    const large = (name: string, repeated: number) =>
      `${OWN} long ${name}(long *at, long s) { __asm__ volatile(".rept ${repeated}\\n lea 3(%0,%0,2), %0\\n .endr" : "+r"(s)); return s; }`;
    const all = [
      ...small.slice(0, 200),
      large("wide", 25_000),
      ...small.slice(200, 300),
      large("wider", 40_000),
      ...small.slice(300),
    ];
    const names = [...small.map((_, i) => `f${i}`), "wide", "wider"];
    const input = [...all, `long (*const all[])(long *, long) = {${names}};`].join("\n");
    const options = ["-O1", "-fno-toplevel-reorder", "-fcf-protection=none", "-falign-functions=16", "-fPIC"];
    const noTables = ["-fno-asynchronous-unwind-tables", "-shared", "-xc", "-"];
    execFileSync("gcc", [...options, ...noTables, "-o", whole], { input });
    execFileSync("objcopy", ["--strip-all", "-R", ".eh_frame", "-R", ".eh_frame_hdr", whole, stripped], {
      stdio: "pipe",
    });
    const own = functionsOf(whole).filter(({ name }) => names.includes(name));
    const next = random(11);
    const asked = own.flatMap(({ name, start, end }) =>
      Array.from({ length: name.startsWith("wide") ? 40 : 1 }, () => ({
        name,
        place: `large.so+0x${start.toString(16)}`,
        offset: start + Math.floor(next() * (end - start)),
      })),
    );
    const told = await namesIn(
      stripped,
      asked.map(({ offset }) => offset),
    );
    // Of a part of a large function that is all that is read at once, nothing is told.
    const nameless = asked.filter(({ name }, i) => told[i] === undefined && name === "wider").length;
    const wrong = asked.flatMap(({ name, place }, i) => {
      const isRight = told[i] === place || (told[i] === undefined && name === "wider");
      return isRight ? [] : [`${name}: ${told[i]}, not ${place}`];
    });
    const offsets = asked.map(({ offset }) => offset);
    const kib = (Math.max(...offsets) - Math.min(...offsets)) / 1024;
    console.log(
      `${kib.toFixed(0)} KiB without tables: of ${asked.length} addresses ${wrong.length} wrong, ${nameless} not told`,
    );
    expect(kib).toBeGreaterThan(330);
    expect(own.length).toBe(502);
    expect(wrong).toEqual([]);
    expect(nameless).toBeLessThan(25);
  });

  test("whose unwind tables are damaged do no harm", async () => {
    const whole = readFileSync(join(folder, "libnames.so"));
    const header = /\.eh_frame +\w+ +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)/.exec(
      judge("readelf", ["-SW", join(folder, "libnames.so")]),
    );
    const [at, size] = [Number.parseInt(header?.[1] ?? "", 16), Number.parseInt(header?.[2] ?? "", 16)];
    const next = random(9);
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(whole);
      for (let n = 0; n < 20; n++) bytes[at + Math.floor(next() * size)] = Math.floor(next() * 256);
      const addresses = Float64Array.from(
        { length: 50 },
        () => BASE + Math.floor(next() * bytes.length),
      ).sort();
      const group = { locations: Int32Array.from(addresses.keys()), addresses, lookups: addresses };
      const mapping = { file: "/lib/x.so", root: undefined, start: BASE, fileOffset: 0, buildId: "" };
      await nameBinary(memorySource(bytes), mapping, group, { inlines: true });
    }
  });
});

describe("assembler in a stripped library", () => {
  /** Each with another shape of beginning and end; only the first can be seen from outside, and says neither its type nor its size. */
  const SOURCE = `.text
.globl visible
.p2align 4
visible: push %rbx
call 1f
pop %rbx
ret
1: mov $1, %eax
ret
.p2align 4
pushes: push %rbp
push %rbx
mov $1, %ebp
2: dec %ebp
jnz 2b
pop %rbx
pop %rbp
ret
.p2align 5
aligns: mov %rsp, %rax
sub $64, %rsp
and $-64, %rsp
mov %rax, 32(%rsp)
vzeroupper
mov 32(%rsp), %rsp
ret
.p2align 4
leaf: lea (%rdi,%rsi), %rax
ret
.p2align 4
leaves: sub $8, %rsp
call *%rdi
add $8, %rsp
jmp leaf
`;

  test("is told by where each function begins, and a label reaches no farther than its own", async () => {
    const whole = join(folder, "asm-whole.so");
    const stripped = join(folder, "libasm.so");
    execFileSync("gcc", ["-shared", "-nostdlib", "-x", "assembler", "-", "-o", whole], { input: SOURCE });
    execFileSync("objcopy", ["--strip-all", whole, stripped]);
    const labels = judge("nm", ["--defined-only", "-n", whole])
      .split("\n")
      .flatMap((line) => {
        const [, address, name] = /^([0-9a-f]+) [tT] (.*)/.exec(line) ?? [];
        return name === undefined ? [] : [{ name, start: Number.parseInt(address, 16) }];
      });
    expect(labels.map(({ name }) => name)).toEqual(["visible", "pushes", "aligns", "leaf", "leaves"]);
    // The second instruction of each, or its only one.
    const names = await namesIn(
      stripped,
      labels.map(({ start }) => start + 1),
    );
    expect(names).toEqual(
      labels.map(({ name, start }) => (name === "visible" ? name : `libasm.so+0x${start.toString(16)}`)),
    );
    const plain = await namesIn(
      whole,
      labels.map(({ start }) => start + 1),
    );
    expect(plain).toEqual(labels.map(({ name }) => name));
  });
});
