import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type ByteSource, memorySource } from "../../symbolizer/byte-source.ts";
import { sectionWindow } from "../../symbolizer/elf/section-window.ts";
import { fileSource } from "../../symbolizer/file-source.ts";
import { judge, random } from "./judges.ts";

const directory = mkdtempSync(join(tmpdir(), "stapflame-source-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const path = join(directory, "file");
const next = random(41);
const content = Uint8Array.from({ length: 300_000 }, () => Math.floor(next() * 256));
const padded = Uint8Array.from([1, 2, 3, 4, 5, ...content, 6, 7]);
writeFileSync(path, content);

function opened(file: number | string): ByteSource {
  const result = fileSource(file);
  if (result.found === undefined) throw new Error(result.missing);
  return result.found;
}

describe.each([
  ["of a file", () => opened(path)],
  ["of memory", () => memorySource(content)],
  ["of a Buffer", () => memorySource(Buffer.from(content))],
  ["of a section, read ahead", () => sectionWindow(memorySource(padded), 5, content.length)],
])("a source %s", (_, open) => {
  test("reads any range, and what it gave stays", () => {
    const source = open();
    const pieces: { start: number; bytes: Uint8Array }[] = [];
    for (let i = 0; i < 2000; i++) {
      const start = Math.floor(next() * content.length);
      const length = Math.floor(next() ** 4 * 100_000);
      pieces.push({ start, bytes: source.read(start, length) });
      expect(pieces[i].bytes.length).toBe(Math.min(length, content.length - start));
    }
    for (const { start, bytes } of pieces) {
      expect(Buffer.compare(bytes, content.subarray(start, start + bytes.length))).toBe(0);
    }
    source.close();
  });

  test("gives bytes to be written to, of which nobody else has any", () => {
    const source = open();
    for (const [start, length] of [
      [10, 100],
      [0, 300_000],
      [200_000, 90_000],
    ]) {
      const before = source.read(start, length);
      const own = source.readOwn(start, length);
      expect(Buffer.compare(own, content.subarray(start, start + length))).toBe(0);
      own.fill(0);
      for (const bytes of [before, source.read(start, length), source.readOwn(start, length)]) {
        expect(Buffer.compare(bytes, content.subarray(start, start + length))).toBe(0);
      }
    }
    expect(source.readOwn(299_990, 100)).toHaveLength(10);
    expect(source.readOwn(-1, 10)).toHaveLength(0);
    source.close();
  });

  test("ends where it ends, and gives nothing for nonsense", () => {
    const source = open();
    expect(source.size).toBe(300_000);
    expect(source.read(299_990, 100)).toHaveLength(10);
    for (const [offset, length] of [
      [300_000, 1],
      [-1, 10],
      [Number.NaN, 10],
      [0, Number.NaN],
      [0, -5],
      [2 ** 70, 10],
      [0, 0],
    ]) {
      expect(source.read(offset, length)).toHaveLength(0);
    }
    expect(source.read(0, Number.POSITIVE_INFINITY)).toHaveLength(300_000);
    source.close();
  });
});

describe("a file", () => {
  test("given as a descriptor stays open, given as a path does not", () => {
    const fd = openSync(path, "r");
    const source = opened(fd);
    expect(source.read(5, 3)).toEqual(content.subarray(5, 8));
    source.close();
    expect(readSync(fd, new Uint8Array(1), 0, 1, 0)).toBe(1);
    closeSync(fd);
  });

  test("that shrinks meanwhile ends earlier", () => {
    const shrinking = join(directory, "shrinking");
    writeFileSync(shrinking, content);
    const source = opened(shrinking);
    writeFileSync(shrinking, content.subarray(0, 100));
    expect(source.read(50, 200_000)).toHaveLength(50);
    expect(source.read(200_000, 10)).toHaveLength(0);
    source.close();
  });

  test("that is none is told in words, without waiting", () => {
    judge("mkfifo", [join(directory, "fifo")]);
    expect(fileSource(join(directory, "absent"))).toMatchObject({ missing: "no such file (ENOENT)" });
    expect(fileSource(join(directory, "fifo"))).toMatchObject({ missing: "is not a regular file" });
    expect(fileSource(directory)).toMatchObject({ missing: "is not a regular file" });
    expect(fileSource(9999)).toMatchObject({ missing: expect.stringContaining("EBADF") });
  });
});
