import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { debugFileFinder } from "../../../symbolizer/debug-files/finder.ts";
import { hasDwarf } from "../../../symbolizer/elf/dwarf-file.ts";
import { ElfType } from "../../../symbolizer/elf/elf-file.ts";
import { openSection } from "../../../symbolizer/elf/section-bytes.ts";
import { consecutiveLayout } from "../../../symbolizer/elf/section-layout.ts";
import { judge } from "../judges.ts";
import { idOf, open, run, value, workshop } from "./workshop.ts";

/** A kernel package of Debian, 26 MiB, fetched once a machine: `unsigned` ones hold all modules, and nothing to boot is run. */
const STORE = "/var/cache/stapflame-debug";
const folder = workshop("kernel");
let release = "";
let modules = "";

function kernelPackage(): string {
  mkdirSync(STORE, { recursive: true });
  const known = () => readdirSync(STORE).find((name) => /^linux-image-.*-unsigned_.*\.deb$/.test(name));
  if (known() === undefined) {
    const list = execFileSync("apt-cache", ["depends", "linux-image-cloud-amd64"]).toString();
    const signed = /Depends: (linux-image-\S+)/.exec(list)?.[1];
    execFileSync("apt-get", ["download", "-q", `${signed}-unsigned`], { cwd: STORE, stdio: "pipe" });
  }
  return join(STORE, known() ?? "missing");
}

beforeAll(() => {
  const archive = join(STORE, "unpacked");
  if (!existsSync(archive)) {
    const fresh = `${archive}.${process.pid}`;
    run(STORE, "dpkg-deb", "-x", kernelPackage(), fresh);
    renameSync(fresh, archive);
  }
  release = readdirSync(join(archive, "lib/modules"))[0];
  modules = join(archive, "lib/modules", release, "kernel");
}, 300_000);

describe("a real kernel module of Debian", () => {
  test("is laid out as elfutils does", () => {
    const path = join(modules, "lib/zstd/zstd_compress.ko");
    const elf = open(path);
    expect(elf.type).toBe(ElfType.relocatable);
    const layout = consecutiveLayout(elf);
    // eu-unstrip tells a module's whole range, eu-addr2line the function at an address of the layout.
    const text = elf.sections.findIndex(
      (section) => section.type === 1 && section.flags === 6 && section.size > 10_000,
    );
    const symbols = judge("eu-readelf", ["-s", path]).split("\n");
    const functions = symbols.flatMap((line) => {
      const match = /^\s*\d+: ([0-9a-f]+)\s+\d+ FUNC\s+GLOBAL\s+\S+\s+(\d+) (\S+)/.exec(line);
      return match === null || Number(match[2]) !== text
        ? []
        : [{ address: layout(text) + Number.parseInt(match[1], 16), name: match[3] }];
    });
    expect(functions.length).toBeGreaterThan(20);
    const addresses = functions.map(({ address }) => `0x${address.toString(16)}`);
    const answers = judge("eu-addr2line", ["-S", "-e", path, ...addresses]).split("\n");
    functions.forEach(({ name }, i) => {
      expect([name, answers[2 * i]]).toEqual([name, name]);
    });
  });

  test("has no debug information itself", () => {
    const elf = open(join(modules, "lib/crc7.ko"));
    expect([hasDwarf(elf), openSection(elf, ".debug_info").missing]).toEqual([
      false,
      "has no section .debug_info",
    ]);
  });
});

describe("the files of a kernel", () => {
  const debug = join(folder, "debug");
  const finder = () => debugFileFinder({ standardFolder: debug });

  test.each([
    ["crc7", "crc7", "plain"],
    ["crc-itu-t", "crc_itu_t", "xz"],
    ["libchacha", "libchacha", "zst"],
    ["cordic", "cordic", "gz"],
  ])("%s.ko for %s, packed as %s", async (file, name, packing) => {
    const inside = ["crc7", "crc-itu-t"].includes(file) ? "" : file === "cordic" ? "math" : "crypto";
    const from = join(modules, "lib", inside, `${file}.ko`);
    const kind = `6.6.6-${packing}`;
    const to = join(debug, "lib/modules", kind, "kernel/lib", `${file}.ko`);
    mkdirSync(join(to, ".."), { recursive: true });
    copyFileSync(from, to);
    if (packing === "xz") run(folder, "xz", "--check=crc32", "--lzma2=dict=1MiB", to);
    if (packing === "zst") run(folder, "zstd", "-q", "--rm", to);
    if (packing === "gz") run(folder, "gzip", to);
    const found = value(await finder().module(kind, name, idOf(from)));
    expect(found.path).toBe(packing === "plain" ? to : `${to}.${packing}`);
    expect(found.elf.sections).toHaveLength(open(from).sections.length);
    const wrong = await finder().module(kind, name, "00".repeat(20));
    expect(wrong.missing).toMatch(
      new RegExp(`^no file of the kernel module ${name} for ${kind}; .* has build ID`),
    );
  });

  test("vmlinux by release and by build ID; a wrong one is said", async () => {
    // Any ELF file with symbols does for a kernel here.
    const path = join(debug, "boot", `vmlinux-${release}`);
    mkdirSync(join(path, ".."), { recursive: true });
    run(folder, "sh", "-c", "echo 'int start_kernel;' | gcc -xc - -shared -g -Wl,--build-id -o vmlinux");
    copyFileSync(join(folder, "vmlinux"), path);
    const id = idOf(path);
    expect(value(await finder().vmlinux(release, "")).path).toBe(path);
    expect(value(await finder().vmlinux(release, id)).path).toBe(path);
    expect((await finder().vmlinux(release, "ab".repeat(20))).missing).toBe(
      `no vmlinux with symbols for ${release}; ${path} has build ID ${id}, wanted was ${"ab".repeat(20)}`,
    );
    const byId = join(debug, ".build-id", id.slice(0, 2), `${id.slice(2)}.debug`);
    mkdirSync(join(byId, ".."), { recursive: true });
    renameSync(path, byId);
    expect(value(await finder().vmlinux(release, id)).path).toBe(byId);
    expect(await finder().vmlinux("9.9.9-none", "")).toEqual({
      missing: "no vmlinux with symbols for 9.9.9-none",
      absent: true,
    });
  });

  test("names that would leave the folders are refused", async () => {
    for (const evil of ["../../etc", "..", "a/b", "", "a\0b"]) {
      expect((await finder().vmlinux(evil, "")).missing).toBe("is no kernel release");
      expect((await finder().module("6.1", evil, "")).missing).toBe("is no kernel module's name");
    }
  });
});
