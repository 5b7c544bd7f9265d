import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kmodCollector } from "../../../collector/kmod/collector.ts";
import { kmodSource } from "../../../collector/kmod/source.ts";
import { ROOT } from "../../setup/build.ts";
import { RECORD_SPEC } from "../../setup/record-spec.ts";

const TEMPLATES = join(ROOT, "kmod-templates/kmod");

describe("the module's sources", () => {
  const { files, moduleName, deviceName, hash } = kmodSource();

  it("are all the templates, rendered", () => {
    const onDisk = readdirSync(TEMPLATES, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(TEMPLATES.length + 1));
    expect([...files.keys()].sort()).toEqual(onDisk.sort());
    for (const [path, text] of files) {
      expect(text, path).not.toMatch(/@[A-Z]+@/);
      expect(text.length, path).toBeGreaterThanOrEqual(readFileSync(join(TEMPLATES, path), "utf8").length);
    }
    expect(files.get("Kbuild")).toContain(`obj-m := ${moduleName}.o\n${moduleName}-y := main.o`);
  });

  it("bear a hash, so that modules of two versions can be loaded side by side", () => {
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    expect([moduleName, deviceName]).toEqual([`stapflame_kmod_${hash}`, `stapflame-${hash}`]);
    // MODULE_NAME_LEN is 64 - sizeof(long).
    expect(moduleName.length).toBeLessThan(56);
  });

  it("ask for each probe by the name of its file, and use what they find out", () => {
    const kbuild = files.get("Kbuild") ?? "";
    const asked = [...kbuild.matchAll(/call sf-probe,([\w-]+),(\w+)\)/g)];
    const probes = [...files.keys()].filter((path) => path.startsWith("probes/"));
    expect(asked.map(([, file]) => `probes/${file}.c`).sort()).toEqual(probes.sort());
    const code = [...files].filter(([path]) => /\.[ch]$/.test(path) && !path.startsWith("probes/"));
    for (const [, file, macro] of asked) {
      expect(macro).toBe(file.replaceAll("-", "_").toUpperCase());
      expect(
        code.some(([, text]) => text.includes(`SF_HAS_${macro}`)),
        macro,
      ).toBe(true);
    }
  });

  it("are what `script` prints, file by file", async () => {
    const text = await kmodCollector.script(RECORD_SPEC);
    for (const [path, source] of files) expect(text).toContain(`==> ${path} <==\n${source}`);
  });
});
