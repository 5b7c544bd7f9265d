import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unpackZstd } from "../../../symbolizer/zstd/unpack-zstd.ts";
import { ZstdDamage } from "../../../symbolizer/zstd/zstd-damage.ts";
import { random } from "../judges.ts";

const MOST = 64 << 20;

/** By the zstd command, whose output is the judge of our reading. */
function packed(content: Uint8Array, ...options: string[]): Uint8Array {
  return execFileSync("zstd", ["-q", "-c", ...options], { input: content, maxBuffer: 1 << 28 });
}

/** Text-like, runs, noise and long repeats: what makes the packer use each kind of block and table. */
function contents(seed: number): Uint8Array {
  const next = random(seed);
  const parts: Buffer[] = [];
  for (let part = 0; part < 12; part++) {
    const kind = Math.floor(next() * 5);
    const length = Math.floor(next() ** 3 * 200_000);
    if (kind === 0) parts.push(Buffer.alloc(length, Math.floor(next() * 256)));
    else if (kind === 1) parts.push(Buffer.from(Array.from({ length }, () => Math.floor(next() * 256))));
    else if (kind === 2) {
      const letters = 2 + Math.floor(next() * 30);
      parts.push(Buffer.from(Array.from({ length }, () => 97 + Math.floor(next() ** 2 * letters))));
    } else if (kind === 3) {
      const words = Array.from({ length: 50 }, () => Math.floor(next() * 1e9).toString(36));
      const text = Array.from({ length: length / 8 }, () => words[Math.floor(next() * 50)]).join(" ");
      parts.push(Buffer.from(text));
    } else if (parts.length > 0) parts.push(parts[Math.floor(next() * parts.length)]);
  }
  return Buffer.concat(parts);
}

describe("what the zstd command packs", () => {
  const WAYS = [["-1"], ["-3"], ["-9"], ["-19"], ["--fast=5"], ["-3", "--no-check"], ["--ultra", "-22"]];

  test.each(WAYS.map((way) => [way.join(" "), way] as const))("%s", (_, way) => {
    for (let seed = 1; seed <= (way.includes("-22") ? 2 : 6); seed++) {
      const content = contents(seed);
      expect(Buffer.compare(unpackZstd(packed(content, ...way), MOST), content)).toBe(0);
    }
  });

  test("real files: this program's code, a library, nothing at all", () => {
    const files = [process.execPath, "/bin/bash"].map((path) => readFileSync(path).subarray(0, 20 << 20));
    for (const content of [...files, new Uint8Array(0), Uint8Array.of(1)]) {
      expect(Buffer.compare(unpackZstd(packed(content, "-6"), MOST), content)).toBe(0);
    }
  });

  test("several frames, and ones to be skipped", () => {
    const [a, b] = [contents(20), contents(21)];
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const all = Buffer.concat([skipped, packed(a), skipped, packed(b, "-19"), skipped]);
    expect(Buffer.compare(unpackZstd(all, MOST), Buffer.concat([a, b]))).toBe(0);
  });

  test("no more than was allowed", () => {
    const content = contents(30);
    const frame = packed(content);
    expect(unpackZstd(frame, content.length)).toHaveLength(content.length);
    expect(() => unpackZstd(frame, content.length - 1)).toThrow(ZstdDamage);
  });
});

describe("forged data", () => {
  /** A frame of one block, without a size told. */
  function frame(block: number[]): Uint8Array {
    const head = (block.length << 3) | (2 << 1) | 1;
    return Uint8Array.of(
      0x28,
      0xb5,
      0x2f,
      0xfd,
      0,
      0x58,
      head & 255,
      (head >> 8) & 255,
      head >> 16,
      ...block,
    );
  }

  test("a code whose weights take no bits ends", () => {
    // Weights by a table in which one symbol has all the probability: each step reads nothing.
    const allOne = [0x00 | ((33 << 4) % 256), (33 << 4) >> 8];
    const block = [0x02 | (4 << 4), 8 << 6, 0, 3, ...allOne, 1, 0, 0, 0];
    expect(() => unpackZstd(frame(block), MOST)).toThrow(ZstdDamage);
  });

  test("98,000 sequences that take no bits and are long are refused at the block's bound", () => {
    // One literal; then the count, tables of one symbol each: literal length 0, offset code 0, match length 131,074.
    const block = [0x01 | (1 << 3), 65, 255, 255, 255, 0b01010100, 0, 0, 52, 1];
    const before = performance.now();
    expect(() => unpackZstd(frame(block), MOST)).toThrow(ZstdDamage);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test("any change of packed data is refused or unpacks within the bound", () => {
    const frames = [1, 2, 3].map((seed) => packed(contents(seed).subarray(0, 20_000), "-19", "--no-check"));
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
        (original, changes) => {
          const bytes = Uint8Array.from(original);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            expect(unpackZstd(bytes, 200_000).length).toBeLessThanOrEqual(200_000);
          } catch (error) {
            if (!(error instanceof ZstdDamage)) throw error;
          }
        },
      ),
      { numRuns: 3000, seed: 7 },
    );
  });

  test("every cut end is refused", () => {
    const whole = packed(contents(2).subarray(0, 3000), "--no-check");
    for (let length = 1; length < whole.length; length++) {
      expect(() => unpackZstd(whole.subarray(0, length), MOST), `${length} bytes`).toThrow(ZstdDamage);
    }
  });
});
