import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ByteSource } from "../../../symbolizer/byte-source.ts";
import { readElf } from "../../../symbolizer/elf/elf-file.ts";
import { elfResolver } from "../../../symbolizer/elf/elf-resolver.ts";
import { fileSource } from "../../../symbolizer/file-source.ts";
import { elfPieces } from "../elf-writer.ts";

const GIB = 2 ** 30;
const directory = mkdtempSync(join(tmpdir(), "stapflame-sparse-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Counts the bytes that are asked for. */
function counting(source: ByteSource): { source: ByteSource; bytes: () => number } {
  let bytes = 0;
  return {
    bytes: () => bytes,
    source: {
      ...source,
      read(offset, length) {
        const result = source.read(offset, length);
        bytes += result.length;
        return result;
      },
    },
  };
}

test("of a binary of more than 4 GiB only headers, symbols and a few names are read", () => {
  const path = join(directory, "huge");
  const fd = openSync(path, "w");
  const symbols = Array.from({ length: 5000 }, (_, i) => ({
    name: `function_${i}`,
    value: 0x401000 + i * 16,
    size: 16,
  }));
  const text = { address: 0x401000, offset: 0x1000, size: 16 * 5000 };
  for (const { offset, bytes } of elfPieces({ text, symbols, tablesOffset: 4.5 * GIB })) {
    writeSync(fd, bytes, 0, bytes.length, offset);
  }
  ftruncateSync(fd, 6 * GIB);
  closeSync(fd);
  expect(statSync(path).size).toBe(6 * GIB);

  const opened = fileSource(path);
  if (opened.found === undefined) throw new Error(opened.missing);
  const { source, bytes } = counting(opened.found);
  const before = performance.now();
  const { name } = elfResolver(readElf(source)).resolve(Float64Array.of(0x401000, 0x401008 + 16 * 4321));
  expect(name).toEqual(["function_0", "function_4321"]);
  expect(bytes()).toBeLessThan(5001 * 24 + 16 * 1024);
  expect(performance.now() - before).toBeLessThan(500);
  source.close();
});

test("a symbol table that claims terabytes ends after a bounded number of symbols", () => {
  const path = join(directory, "terabyte");
  const fd = openSync(path, "w");
  for (const { offset, bytes } of elfPieces({ symbols: [{ name: "main", value: 0x401000, size: 16 }] })) {
    // The header of section 4 (.symtab) claims the rest of a sparse terabyte.
    if (bytes.length === 9 * 64) new DataView(bytes.buffer).setBigUint64(4 * 64 + 32, BigInt(2 ** 39), true);
    writeSync(fd, bytes, 0, bytes.length, offset);
  }
  ftruncateSync(fd, 2 ** 40);
  closeSync(fd);
  const opened = fileSource(path);
  if (opened.found === undefined) throw new Error(opened.missing);
  const before = performance.now();
  expect(elfResolver(readElf(opened.found)).resolve(Float64Array.of(0x401000)).name).toEqual(["main"]);
  expect(performance.now() - before).toBeLessThan(20_000);
  opened.found.close();
}, 30_000);
