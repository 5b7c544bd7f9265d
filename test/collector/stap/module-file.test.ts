import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { replaceAll, uniqueCopy } from "../../../collector/stap/module-file.ts";

const NAME = "stapflame_stap_0000000000000000";
const info = {
  name: NAME,
  vermagic: "6.12.1 SMP",
  collector: "stap" as const,
  device: undefined,
  isSigned: false,
};
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function moduleFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "module-"));
  folders.push(folder);
  const path = join(folder, "cached.ko");
  writeFileSync(path, Buffer.from(`\x7fELF\0name=${NAME}\0 .. ${NAME}\0`, "latin1"));
  return path;
}

describe("a module's copy to be loaded", () => {
  it("has a name of its own in file name and file, and the same size", () => {
    const path = moduleFile();
    const copies = [uniqueCopy(path, info), uniqueCopy(path, info)];
    folders.push(...copies.map(({ folder }) => folder));
    for (const copy of copies) {
      const bytes = readFileSync(copy.path, "latin1");
      expect(copy.name).toMatch(/^stapflame_stap_[0-9a-f]{16}$/);
      expect(basename(copy.path)).toBe(`${copy.name}.ko`);
      expect(bytes.split(copy.name)).toHaveLength(3);
      expect(bytes).not.toContain(NAME);
      expect(bytes).toHaveLength(readFileSync(path).length);
    }
    expect(copies[0].name).not.toBe(copies[1].name);
    expect(readFileSync(path, "latin1")).toContain(NAME);
  });

  it("keeps its name when it is signed: the signature covers it", () => {
    const copy = uniqueCopy(moduleFile(), { ...info, isSigned: true });
    folders.push(copy.folder);
    expect(copy.name).toBe(NAME);
    expect(existsSync(copy.path)).toBe(true);
  });
});

describe("replacing text in a binary", () => {
  it("needs text of equal length", () => {
    expect(() => replaceAll(Buffer.from("abc"), Buffer.from("b"), Buffer.from("bb"))).toThrow(RangeError);
  });

  it("takes every place", () => {
    const bytes = Buffer.from("xaxaax");
    expect(replaceAll(bytes, Buffer.from("a"), Buffer.from("b"))).toBe(3);
    expect(bytes.toString()).toBe("xbxbbx");
  });
});
