import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../../symbolizer/byte-source.ts";
import { readElf } from "../../../symbolizer/elf/elf-file.ts";
import { sectionBytes } from "../../../symbolizer/elf/section-bytes.ts";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable } from "../../../symbolizer/unwind/pack-table.ts";
import { lookUp } from "../../../symbolizer/unwind/unwind-table.ts";
import { bytesOf, open, value } from "../debug-files/workshop.ts";
import { mutations } from "../judges.ts";
import {
  cfa,
  EH_ADDRESS,
  FrameWriter,
  RBP,
  RSP,
  type WrittenSection,
  word,
  writeFile,
} from "./cfi-writer.ts";
import { PackedReader } from "./packed-reader.ts";

/** Compiles and packs whatever it is; gives the CPU time in milliseconds. */
function survive(sections: WrittenSection[], segments = [{ address: 0x1000, bytes: 0x100000 }]): number {
  const before = process.cpuUsage();
  const answer = compileUnwindTable(readElf(memorySource(writeFile({ sections, segments }))));
  const pieces = answer.found === undefined ? [] : packUnwindTable(answer.found);
  const { user, system } = process.cpuUsage(before);
  if (answer.found !== undefined) {
    const table = answer.found;
    const bytes = sections.reduce((sum, section) => sum + section.bytes.length, 0);
    expect(table.rowStarts.length).toBeLessThanOrEqual(bytes + 1);
    let last = Number.NEGATIVE_INFINITY;
    for (const start of table.rowStarts) {
      if (!(start > last)) throw new Error("rows do not ascend");
      last = start;
    }
    const reader = new PackedReader(pieces);
    // The last row may begin where the program ends.
    for (const start of table.rowStarts.subarray(0, 10)) {
      const ours = reader.lookUp(start);
      if (ours !== undefined) expect(ours).toEqual(lookUp(table, start));
    }
  } else expect(answer.missing).toMatch(/^[a-z]/);
  return (user + system) / 1000;
}

const libgcc = execFileSync("gcc", ["-print-file-name=libgcc_s.so.1"]).toString().trim();

describe("any bytes", () => {
  test("as a section", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, debug) => {
        survive([{ name: debug ? ".debug_frame" : ".eh_frame", bytes }]);
      }),
      { numRuns: 400 },
    );
  });

  test("as instructions of an FDE and of a CIE", () => {
    const instructions = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 80 });
    fc.assert(
      fc.property(instructions, instructions, (shared, own) => {
        const writer = new FrameWriter()
          .cie({ instructions: [...cfa.define(RSP, 8), ...cfa.offset(16, 1), ...shared] })
          .fde({ start: 0x1000, bytes: 200, instructions: own })
          .cie()
          .fde({ start: 0x1100, bytes: 200, instructions: own });
        survive([writer.section()]);
      }),
      { numRuns: 400 },
    );
  });

  test("in an expression", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }), (bytes) => {
        const instructions = [...cfa.defineExpression(bytes), ...cfa.expression(RBP, bytes)];
        survive([new FrameWriter().cie().fde({ start: 0x1000, bytes: 64, instructions }).section()]);
      }),
      { numRuns: 400 },
    );
  });

  test("in place of some of a real section's", () => {
    const elf = open(libgcc);
    const bytes = bytesOf(value(sectionBytes(elf).open(".eh_frame")));
    for (const changed of mutations(bytes, 300, 11)) {
      survive([{ name: ".eh_frame", bytes: changed, address: 0x1b000 }]);
    }
  });

  test("in place of some of a real file's", () => {
    const whole = new Uint8Array(readFileSync(libgcc));
    for (const changed of mutations(whole, 300, 12)) {
      for (let i = 0; i < 4; i++) changed[Math.floor((i * 0x400) / 4)] ^= i;
      try {
        const answer = compileUnwindTable(readElf(memorySource(changed)));
        if (answer.found !== undefined) packUnwindTable(answer.found);
      } catch (error) {
        expect(error).toHaveProperty("name", "ElfError");
      }
    }
  });
});

describe("what is made to take long", () => {
  const SIZE = 2 << 20;
  /** Generous: such a section compiles in 0.03 to 0.5 s. */
  const MOST_MS = 10_000;

  const oneFunction = (instruction: number[]): WrittenSection => {
    const writer = new FrameWriter().cie();
    const place = writer.bytes().length + 4;
    const count = Math.floor(SIZE / instruction.length);
    const header = [...word(place), ...word(0x1000 - (EH_ADDRESS + place + 4)), ...word(0x7fffffff), 0];
    const start = writer.bytes().length;
    const bytes = new Uint8Array(start + 4 + header.length + count * instruction.length);
    bytes.set(writer.bytes());
    bytes.set(word(bytes.length - start - 4), start);
    bytes.set(header, start + 4);
    for (let i = 0; i < count; i++)
      bytes.set(instruction, start + 4 + header.length + i * instruction.length);
    return { name: ".eh_frame", bytes, address: EH_ADDRESS };
  };

  test.each([
    ["advance by one", [0x41]],
    ["two states in turn", [0x41, ...cfa.defineOffset(16), 0x41, ...cfa.defineOffset(24)]],
    ["remember", cfa.remember],
    ["remember and restore", [...cfa.remember, ...cfa.restoreState]],
    ["an expression a byte", [...cfa.defineExpression(Array(31).fill(0x96)), 0x41, 0x41, 0x41, 0x41, 0x41]],
    ["no operation", [0]],
  ])("%s, 2 MiB of it", (_, instruction) => {
    const segments = [{ address: 0x1000, bytes: 0x7ffff000 }];
    expect(survive([oneFunction(instruction)], segments)).toBeLessThan(MOST_MS);
  });

  test.each([
    ["empty entries", () => new Uint8Array(SIZE)],
    ["the smallest entries", () => repeated([...word(4), ...word(0)])],
    ["CIEs only", () => repeated(new FrameWriter().cie().bytes())],
  ])("%s", (_, make) => {
    expect(survive([{ name: ".eh_frame", bytes: make(), address: EH_ADDRESS }])).toBeLessThan(MOST_MS);
  });

  test("functions all at one place, each inside the one before, and in falling order", () => {
    const many = (start: (i: number) => number, bytes: (i: number) => number) => {
      const writer = new FrameWriter("debug").cie();
      for (let i = 0; i < 20_000; i++) writer.fde({ start: start(i), bytes: bytes(i) });
      return writer.section();
    };
    const one = many(
      () => 0x1000,
      () => 64,
    );
    const nested = many(
      (i) => 0x1000 + i,
      (i) => 200_000 - 2 * i,
    );
    const falling = many(
      (i) => 0x80000 - 8 * i,
      () => 8,
    );
    for (const section of [one, nested, falling]) expect(survive([section])).toBeLessThan(MOST_MS);
  });
});

function repeated(unit: number[]): Uint8Array {
  const bytes = new Uint8Array(Math.floor((2 << 20) / unit.length) * unit.length);
  for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
  return bytes;
}
