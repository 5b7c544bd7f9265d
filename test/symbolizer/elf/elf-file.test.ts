import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../../symbolizer/byte-source.ts";
import { ElfError } from "../../../symbolizer/elf/elf-error.ts";
import { readElf } from "../../../symbolizer/elf/elf-file.ts";
import { elfResolver } from "../../../symbolizer/elf/elf-resolver.ts";
import { buildIdOf, buildIdOfNotes } from "../../../symbolizer/elf/notes.ts";
import { loadSegments, segmentMapping, segmentOfOffset } from "../../../symbolizer/elf/segments.ts";
import { type ElfDescription, noteBytes, writeElf } from "../elf-writer.ts";
import { mutations } from "../judges.ts";

const read = (description: ElfDescription) => readElf(memorySource(writeElf(description)));

/** What the parser says of bytes that it refuses. */
function refusal(bytes: Uint8Array): string {
  try {
    readElf(memorySource(bytes));
  } catch (error) {
    if (error instanceof ElfError) return `${error.problem}: ${error.message}`;
    throw error;
  }
  return "read";
}

const SYMBOLS = [
  { name: "main", value: 0x401000, size: 0x20 },
  { name: "helper", value: 0x401020, size: 0x10, binding: "local" as const },
];

describe.each([
  { is64: true, littleEndian: true },
  { is64: true, littleEndian: false },
  { is64: false, littleEndian: true },
  { is64: false, littleEndian: false },
])("an ELF file of %j", (layout) => {
  const description: ElfDescription = {
    ...layout,
    symbols: SYMBOLS,
    dynamicSymbols: [{ name: "exported", value: 0x401040, size: 8 }],
    buildId: [0xde, 0xad, 0xbe, 0xef, 0x01],
  };

  test("gives headers, build ID and symbols", () => {
    const elf = read(description);
    expect(elf).toMatchObject({ ...layout, type: 3, machine: 62 });
    expect(elf.sections).toHaveLength(9);
    expect(elf.segments).toMatchObject([
      { type: 1, flags: 5, offset: 0x1000, vaddr: 0x401000, fileSize: 0x1000 },
    ]);
    expect(buildIdOf(elf)).toBe("deadbeef01");
    const { name } = elfResolver(elf).resolve(Float64Array.of(0x401000, 0x40102f, 0x401030, 0x401041));
    expect(name).toEqual(["main", "helper", "exported"]);
  });

  test("may keep its section count in section 0", () => {
    const elf = read({ ...description, extendedNumbering: true });
    expect(elf.sections).toHaveLength(9);
    expect(elf.sectionNames).toBe(8);
    expect(elfResolver(elf).resolve(Float64Array.of(0x401000)).name).toEqual(["main"]);
  });

  test("survives damage of any kind", () => {
    const whole = writeElf(description);
    const wanted = Float64Array.of(0, 0x401000, 0x401020, 0x401041, 0x900000);
    for (const mutated of mutations(whole, 1500, 11)) survive(mutated, wanted);
    // Damage to the headers alone is likelier to matter than damage to the empty middle of the file.
    for (const mutated of mutations(whole.subarray(0, 0x200), 1500, 12)) {
      const copy = whole.slice();
      copy.set(mutated);
      survive(copy, wanted);
    }
    for (let length = 0; length < whole.length; length += 13) survive(whole.subarray(0, length), wanted);
  });
});

function survive(bytes: Uint8Array, wanted: Float64Array): void {
  try {
    const elf = readElf(memorySource(bytes));
    buildIdOf(elf);
    for (const segment of loadSegments(elf)) segmentMapping(segment);
    elfResolver(elf).resolve(wanted);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    expect(error.message).not.toContain("\n");
  }
}

test("addresses in the upper half are sign-extended, as the profile keeps them", () => {
  const address = 0x8100_0000 - 2 ** 32;
  const text = { address, offset: 0x1000, size: 0x100 };
  const elf = read({ text, symbols: [{ name: "startup_64", value: address, size: 16 }] });
  expect(elf.segments[0].vaddr).toBe(address);
  expect(elfResolver(elf).resolve(Float64Array.of(address + 8)).name).toEqual(["startup_64"]);
});

describe("what is no ELF file", () => {
  test("is refused with one sentence", () => {
    const whole = writeElf({ symbols: SYMBOLS });
    const patched = (at: number, value: number) => {
      const copy = whole.slice();
      copy[at] = value;
      return copy;
    };
    expect(refusal(new Uint8Array(0))).toBe("not-elf: is not an ELF file");
    expect(refusal(new TextEncoder().encode("#!/bin/sh\necho hello\n"))).toBe("not-elf: is not an ELF file");
    expect(refusal(patched(4, 9))).toBe("malformed: has an unknown ELF class 9");
    expect(refusal(patched(5, 0))).toBe("malformed: has an unknown byte order 0");
    expect(refusal(whole.subarray(0, 40))).toBe("truncated: the file ends inside its ELF header");
    expect(refusal(whole.subarray(0, 100))).toBe("truncated: the file ends inside its program headers");
    expect(refusal(patched(54, 3))).toBe("malformed: has program headers of 3 bytes");
  });

  test("never makes it throw anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
        survive(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...tail]), Float64Array.of(0));
      }),
    );
  });
});

describe("section headers beyond the end of the file", () => {
  test("count as stripped", () => {
    const elf = readElf(memorySource(writeElf({ symbols: SYMBOLS }).subarray(0, 0x4000)));
    expect(elf.sections).toEqual([]);
    expect(elfResolver(elf).resolve(Float64Array.of(0x401000)).name).toEqual([]);
  });
});

describe("notes", () => {
  test("may stand before the build ID, padded to 4 or 8 bytes", () => {
    const property = new Uint8Array(32);
    property.set([4, 0, 0, 0, 12, 0, 0, 0, 5, 0, 0, 0, 0x47, 0x4e, 0x55, 0]);
    const id = noteBytes([1, 2, 3, 4], true);
    expect(buildIdOfNotes(Uint8Array.from([...property, ...id]), true, 8)).toBe("01020304");
    expect(buildIdOfNotes(Uint8Array.from([...property.subarray(0, 28), ...id]), true, 4)).toBe("01020304");
  });

  test("with sizes beyond the end hold none", () => {
    expect(
      buildIdOfNotes(Uint8Array.of(4, 0, 0, 0, 255, 255, 255, 255, 3, 0, 0, 0), true, 4),
    ).toBeUndefined();
    expect(buildIdOfNotes(noteBytes([1], true).subarray(0, 16), true, 4)).toBeUndefined();
  });
});

describe("segments", () => {
  const elf = read({ text: { address: 0x7f0_0040_1840, offset: 0x840, size: 0x1000 } });
  const segments = loadSegments(elf);

  test("turn file offsets into addresses, with the whole pages that are mapped", () => {
    expect(segmentOfOffset(segments, 0x840)).toBe(0);
    expect(segmentOfOffset(segments, 0)).toBe(0);
    expect(segmentOfOffset(segments, 0x1fff)).toBe(0);
    expect(segmentOfOffset(segments, 0x2000)).toBe(-1);
    const mapping = segmentMapping(segments[0]);
    expect(mapping).toEqual({ start: 0x7f0_0040_1000, limit: 0x7f0_0040_3000, fileOffset: 0 });
  });
});
