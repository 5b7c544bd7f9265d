import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { compileUnwindTable } from "../../../../symbolizer/unwind/compile-table.ts";
import { codeAt, segmentOf } from "../../../../symbolizer/unwind/executable-segments.ts";
import { Cfa, Fp, Ra, type UnwindRule } from "../../../../symbolizer/unwind/rule.ts";
import { lookUp } from "../../../../symbolizer/unwind/unwind-table.ts";
import { codeStretches } from "../../../../symbolizer/unwind/x86/code-stretches.ts";
import { followCode } from "../../../../symbolizer/unwind/x86/follow-code.ts";
import { library, open, run, value, workshop } from "../../debug-files/workshop.ts";

/**
 * What code tells of itself against what its call frame information tells of it: at each instruction that has both. The information is
 * not looked at while the code is followed.
 */
vi.setConfig({ testTimeout: 120_000 });
const folder = workshop("followed");
const SOURCES = fileURLToPath(new URL("../sources", import.meta.url));

/** Bytes of code by what became of them. */
interface Agreement {
  same: number;
  /** Told from another register, or from memory: both may be right. */
  otherwise: number;
  untold: number;
  different: string[];
  /** Of those with the same CFA: the caller's frame pointer is elsewhere. */
  otherFramePointer: number;
  lostFramePointer: number;
}

const inRegister = ({ cfa }: UnwindRule) => cfa === Cfa.stackPointer || cfa === Cfa.framePointer;
const spelt = ({ cfa, cfaOffset }: UnwindRule) => `${cfa === Cfa.stackPointer ? "rsp" : "rbp"}+${cfaOffset}`;

function agree(file: string): Agreement {
  const elf = open(file);
  const table = value(compileUnwindTable(elf, undefined, { followsCode: false }));
  const { segments } = table;
  const result: Agreement = {
    same: 0,
    otherwise: 0,
    untold: 0,
    different: [],
    otherFramePointer: 0,
    lostFramePointer: 0,
  };
  const judge = (address: number, bytes: number, ours: UnwindRule | undefined) => {
    const theirs = lookUp(table, address);
    // Of padding, signal frames and the outermost frame nothing is to be compared.
    if (theirs === undefined || !inRegister(theirs) || theirs.ra !== Ra.atCfa) return;
    if (ours === undefined) result.untold += bytes;
    else if (ours.cfa !== theirs.cfa) result.otherwise += bytes;
    else if (ours.cfaOffset !== theirs.cfaOffset)
      result.different.push(`${address.toString(16)} ${spelt(ours)}, not ${spelt(theirs)}`);
    else {
      result.same += bytes;
      if (ours.fp === Fp.lost && theirs.fp !== Fp.lost) result.lostFramePointer += bytes;
      // Until it is changed it is in both places.
      else if (ours.fp === Fp.atCfa && ours.fpOffset !== theirs.fpOffset) result.otherFramePointer += bytes;
    }
  };
  const stretches = codeStretches(elf, segments);
  for (const [index, start] of stretches.starts.entries()) {
    const segment = segmentOf(segments, start);
    if (segment === undefined) continue;
    const end = stretches.ends[index];
    let last: { address: number; rule: UnwindRule | undefined } | undefined;
    const take = (address: number, rule: UnwindRule | undefined) => {
      if (last) judge(last.address, address - last.address, last.rule);
      last = { address, rule };
    };
    followCode(codeAt(elf, segment, start, end - start), start, () => undefined, take);
    take(end, undefined);
  }
  return result;
}

function check(name: string, file: string, mostDifferent: number, leastTold: number): void {
  const { same, otherwise, untold, different, otherFramePointer, lostFramePointer } = agree(file);
  const all = same + otherwise + untold;
  const share = (bytes: number) => `${((100 * bytes) / all).toFixed(2)}%`;
  console.log(
    `${name}: of ${all} bytes of code ${share(same)} have the same CFA, ${share(otherwise)} another way to it, ` +
      `${share(untold)} none; frame pointer lost ${share(lostFramePointer)}, elsewhere ${share(otherFramePointer)}; ` +
      `${different.length} instructions differ: ${different.slice(0, 40).join("; ")}`,
  );
  expect(different.length).toBeLessThanOrEqual(mostDifferent);
  expect((same + otherwise) / all).toBeGreaterThanOrEqual(leastTold);
  expect(otherFramePointer / all).toBeLessThan(0.0002);
}

describe("programs of this machine's compilers", () => {
  const SHAPES = [
    "-O0",
    "-O1",
    "-O2",
    "-O2 -fomit-frame-pointer",
    "-O2 -fno-omit-frame-pointer",
    "-O3 -mavx2",
    "-Os",
  ];
  test.each(["gcc", "clang"].flatMap((compiler) => SHAPES.map((flags) => [compiler, flags])))(
    "%s %s",
    (compiler, flags) => {
      const file = join(folder, `${compiler}${flags.replaceAll(/\W/g, "")}`);
      run(folder, compiler, ...flags.split(" "), join(SOURCES, "frames.c"), "-o", file);
      // In so small a program one call that does not return, with another function right behind it, takes a third.
      check(`${compiler} ${flags}`, file, 0, 0.5);
    },
  );
});

describe("what is installed", () => {
  test("bash", () => check("bash", "/bin/bash", 0, 0.9));
  // glibc's own assembler for long numbers pushes registers of which its information does not tell: ours is right there.
  test("libc", () => check("libc", library("libc.so.6"), 150, 0.8));
  test("libm", () => check("libm", library("libm.so.6"), 0, 0.9));
  // Calls that do not return (of exceptions) may be followed by code of another depth, where no filling tells them apart.
  test("libstdc++", () => check("libstdc++", library("libstdc++.so.6"), 1_500, 0.75));
});

describe("a program without any information", () => {
  test.each(["gcc", "clang"])("has the rules that it has with it: %s", (compiler) => {
    const [bare, whole] = ["bare", "whole"].map((name) => join(folder, `${compiler}-${name}`));
    run(folder, compiler, "-O2", join(SOURCES, "frames.c"), "-o", whole);
    run(folder, "objcopy", "--remove-section=.eh_frame", "--remove-section=.eh_frame_hdr", whole, bare);
    const table = value(compileUnwindTable(open(bare)));
    expect(table.stats.sections).toEqual([]);
    expect(table.stats.followedBytes).toBeGreaterThan(500);
    const known = value(compileUnwindTable(open(whole), undefined, { followsCode: false }));
    let same = 0;
    for (const start of known.rowStarts) {
      const [theirs, ours] = [lookUp(known, start), lookUp(table, start)];
      if (theirs?.cfa !== Cfa.stackPointer || ours?.cfa !== Cfa.stackPointer) continue;
      expect(ours.cfaOffset, start.toString(16)).toBe(theirs.cfaOffset);
      same++;
    }
    expect(same).toBeGreaterThan(30);
    expect(compileUnwindTable(open(bare), undefined, { followsCode: false }).missing).toBe(
      "has no call frame information",
    );
  });
});
