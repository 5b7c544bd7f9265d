import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { memorySource } from "../../../symbolizer/byte-source.ts";
import { type ElfFile, readElf } from "../../../symbolizer/elf/elf-file.ts";
import { sectionName } from "../../../symbolizer/elf/strings.ts";
import { findPclntab } from "../../../symbolizer/go/find-pclntab.ts";
import { PcValues } from "../../../symbolizer/go/pc-values.ts";
import { Pclntab, type PcTable, readPclntabLayout } from "../../../symbolizer/go/pclntab.ts";
import { buildGo, GO_WAYS, STRIPPED } from "../../setup/build-go.ts";
import { open, value } from "../debug-files/workshop.ts";
import { judge, random } from "../judges.ts";
import { readelfFunctions } from "../unwind/readelf-rows.ts";

/**
 * Stripped programs of this machine's Go. Judges, by the same programs unstripped: readelf for functions and what they have on the stack, Go's own
 * addr2line for lines; binutils', which goes by DWARF, where Go's finds nothing (-buildmode=pie).
 */
vi.setConfig({ testTimeout: 120_000 });

const stripped = (source: string, suffix: string, flags: string[]) =>
  buildGo(source, `${suffix}-stripped`, ...flags, STRIPPED);

/** Names of functions by address; an address may have several. */
function symbols(path: string): Map<number, string[]> {
  const names = new Map<number, string[]>();
  for (const [, address, name] of judge("readelf", ["-sW", path]).matchAll(
    /^\s*\d+: ([0-9a-f]+) +\S+ (?:FUNC|NOTYPE) +\w+ +\w+ +\d+ (.+)$/gm,
  )) {
    const at = Number.parseInt(address, 16);
    names.set(at, [...(names.get(at) ?? []), name]);
  }
  return names;
}

/** Symbols tell by which convention a function is called, and the arguments of types; the runtime does not. */
const plain = (name: string) => name.replace(/\.abi(0|internal)$/, "").replace(/\[.*\]/, "[...]");

const valueAt = (table: Pclntab, address: number, which: PcTable) => {
  const values = table.values(table.indexOf(address), which);
  while (values.to <= address) if (!values.next()) return Number.NaN;
  return values.from <= address ? values.value : Number.NaN;
};

describe("the table of Go's runtime in stripped programs", () => {
  test.each(GO_WAYS)("%s: its functions are those of the symbols", (_what, source, suffix, flags) => {
    const table = value(findPclntab(open(stripped(source, suffix, flags))));
    const names = symbols(buildGo(source, suffix, ...flags));
    const [from, to] = [table.starts[0], table.starts[table.count]];
    const differences: string[] = [];
    let compared = 0;
    for (const [address, known] of names) {
      if (address < from || address >= to) continue;
      compared++;
      const index = table.indexOf(address);
      const name = table.name(index);
      if (table.starts[index] !== address || !known.map(plain).includes(name))
        differences.push(`${address.toString(16)}: ${name}, judged ${known.join(" ")}`);
    }
    for (let i = 0; i < table.count; i++)
      if (!names.has(table.starts[i])) differences.push(`${table.starts[i].toString(16)}: no function`);
    // These symbols mark where Go's code begins and ends.
    expect(differences.filter((text) => !/judged .*runtime\.e?text/.test(text))).toEqual([]);
    expect(compared).toBeGreaterThan(1000);
  });

  test.each(GO_WAYS)("%s: stacks are as deep as .debug_frame tells", (_what, source, suffix, flags) => {
    const table = value(findPclntab(open(stripped(source, suffix, flags))));
    const differences: string[] = [];
    let rows = 0;
    const compare = (address: number, cfa: string) => {
      rows++;
      const ours = `rsp+${valueAt(table, address, "stack") + 8}`;
      if (ours !== cfa) differences.push(`${address.toString(16)}: ${ours}, judged ${cfa}`);
    };
    for (const { start, end, rows } of readelfFunctions(buildGo(source, suffix, ...flags))) {
      if (start < table.starts[0] || start >= table.starts[table.count]) continue;
      for (const row of rows) for (const address of [row.address, row.end - 1]) compare(address, row.cfa);
      const values = table.values(table.indexOf(start), "stack");
      while (values.next());
      if (values.to !== end) differences.push(`${start.toString(16)}: ends at ${values.to}, judged ${end}`);
    }
    expect(differences.slice(0, 10)).toEqual([]);
    expect(rows).toBeGreaterThan(5000);
  });

  test.each(GO_WAYS)(
    "%s: places in the source are as Go's addr2line tells",
    (_what, source, suffix, flags) => {
      const table = value(findPclntab(open(stripped(source, suffix, flags))));
      const next = random(7);
      const addresses = Array.from({ length: 4000 }, () => {
        const index = Math.floor(next() * table.count);
        const values = table.values(index, "line");
        while (values.next());
        return table.starts[index] + Math.floor(next() * (values.to - table.starts[index]));
      });
      const input = addresses.map((address) => `0x${address.toString(16)}\n`).join("");
      const path = buildGo(source, suffix, ...flags);
      const judged =
        suffix === "-pie"
          ? judge("addr2line", ["-e", path], input).split("\n")
          : judge("/usr/bin/go", ["tool", "addr2line", path], input).split("\n");
      const differences: string[] = [];
      addresses.forEach((address, i) => {
        const index = table.indexOf(address);
        const place = `${table.file(index, valueAt(table, address, "file"))}:${valueAt(table, address, "line")}`;
        const [ours, told] =
          suffix === "-pie"
            ? [place, judged[i].replace(/ \(discriminator.*|^\.\//g, "")]
            : [`${table.name(index)} ${place}`, `${plain(judged[2 * i])} ${judged[2 * i + 1]}`];
        if (ours !== told) differences.push(`${address.toString(16)}: ${ours}, judged ${told}`);
      });

      expect(differences.slice(0, 10)).toEqual([]);
    },
  );

  test("without section headers, and where its word for the beginning of code is not filled in", () => {
    for (const [, source, suffix, flags] of GO_WAYS) {
      const path = stripped(source, suffix, flags);
      const expected = value(findPclntab(open(path)));
      const bytes = readFileSync(path);
      const headless = Buffer.from(bytes);
      headless.writeBigUInt64LE(0n, 40);
      headless.writeUInt16LE(0, 60);
      const magic = Buffer.from("f0ffffff00000108", "hex");
      for (
        const at = { place: bytes.indexOf(magic) };
        at.place >= 0;
        at.place = bytes.indexOf(magic, at.place + 1)
      )
        bytes.writeBigUInt64LE(0n, at.place + 24);
      for (const changed of [headless, bytes]) {
        const found = value(findPclntab(readElf(memorySource(changed))));
        expect([found.starts[0], found.count, found.name(100)]).toEqual([
          expected.starts[0],
          expected.count,
          expected.name(100),
        ]);
      }
    }
  });

  test("files of other linkers have none", () => {
    expect(findPclntab(open("/bin/bash"))).toMatchObject({ absent: true });
  });
});

/** All that a table tells, counted, so that reading it is bounded. */
function readAll(table: Pclntab): number {
  let steps = 0;
  for (let i = 0; i < table.count; i++) {
    expect(table.starts[i + 1]).toBeGreaterThan(table.starts[i]);
    expect(table.indexOf(table.starts[i])).toBe(i);
    table.name(i);
    for (const which of ["stack", "file", "line", "inlined"] as const) {
      const values = table.values(i, which);
      let last = table.starts[i];
      for (; values.next(); steps++) {
        expect([values.from, values.to > last, values.to <= table.starts[i + 1]]).toEqual([last, true, true]);
        last = values.to;
        if (which === "file") table.file(i, values.value);
      }
    }
  }
  return steps;
}

describe("any bytes", () => {
  test("for a table", () => {
    const elf = open(buildGo("work.go"));
    const original = contentOf(elf, ".gopclntab");
    const header = readPclntabLayout(original);
    if (header === undefined) throw new Error("no table");
    // Small enough for many runs: a few functions of it, with all their records.
    const small = Buffer.from(original.subarray(0, header.rows + header.rowsBytes + 20_000));
    const change = fc.record({
      part: fc.constantFrom(0, 8, header.unitFiles, header.files, header.tables, header.rows),
      offset: fc.nat(600),
      byte: fc.nat(255),
    });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 40 }),
        fc.nat(small.length),
        (changes, length) => {
          const bytes = Buffer.from(small);
          for (const { part, offset, byte } of changes) bytes[part + offset] = byte;
          bytes.writeBigUInt64LE(BigInt(changes[0].byte), 8);
          for (const part of [bytes, bytes.subarray(0, length)]) {
            const layout = readPclntabLayout(part);
            if (layout !== undefined) readAll(new Pclntab(part, layout, 0x401000));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("for a file", () => {
    const original = readFileSync(stripped("work.go", "", []));
    const [from, next] = [original.indexOf(Buffer.from("f0ffffff00000108", "hex")), random(3)];
    for (let run = 0; run < 60; run++) {
      const bytes = Buffer.from(original);
      for (let i = 0; i < 8; i++) bytes[Math.floor(next() * 64) + from] = Math.floor(next() * 256);
      const answer = findPclntab(readElf(memorySource(bytes)));
      expect(answer.found !== undefined || answer.missing !== "").toBe(true);
    }
  });

  test("numbers by address are what was packed, and end where they are damaged", () => {
    const part = fc.record({
      difference: fc.integer({ min: -5000, max: 5000 }),
      length: fc.integer({ min: 1, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.nat(100), (parts, cut) => {
        const real = parts.filter(({ difference }, i) => i === 0 || difference !== 0);
        const packed = real.flatMap(({ difference, length }) => [
          ...varint(difference < 0 ? -2 * difference - 1 : 2 * difference),
          ...varint(length),
        ]);
        const bytes = Uint8Array.from([...packed, 0]);
        const values = new PcValues(bytes, 0, 1000, 1e9, 1);
        let expected = -1;
        let at = 1000;
        for (const { difference, length } of real) {
          expected += difference;
          expect([values.next(), values.value, values.from, values.to]).toEqual([
            true,
            expected,
            at,
            at + length,
          ]);
          at += length;
        }
        expect(values.next()).toBe(false);
        const damaged = new PcValues(bytes.subarray(0, cut), 0, 1000, 1e9, 1);
        while (damaged.next()) expect(damaged.to).toBeLessThanOrEqual(at);
      }),
    );
    const bytes = new Uint8Array(100).fill(0xff);
    expect(new PcValues(bytes, 0, 0, 10, 1).next()).toBe(false);
    expect(new PcValues(bytes, 200, 0, 10, 1).next()).toBe(false);
  });
});

function varint(number: number): number[] {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...varint(number >>> 7)];
}

function contentOf(elf: ElfFile, name: string): Uint8Array {
  const section = elf.sections.find((each) => sectionName(elf, each) === name);
  if (section === undefined) throw new Error(`no ${name}`);
  return elf.source.read(section.offset, section.size);
}
