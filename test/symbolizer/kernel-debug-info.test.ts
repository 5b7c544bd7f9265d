import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { debugFileFinder } from "../../symbolizer/debug-files/finder.ts";
import type { ElfFile } from "../../symbolizer/elf/elf-file.ts";
import { consecutiveLayout } from "../../symbolizer/elf/section-layout.ts";
import { sectionName } from "../../symbolizer/elf/strings.ts";
import { parseKallsyms } from "../../symbolizer/kallsyms.ts";
import { kernelFacts } from "../../symbolizer/kernel-debug-info.ts";
import { nameKernel } from "../../symbolizer/name-kernel.ts";
import type { LoadedKernel, SymbolSources } from "../../symbolizer/symbol-sources.ts";
import { idOf, open, put, run, workshop } from "./debug-files/workshop.ts";
import { byElfutils } from "./dwarf/agreement/elfutils.ts";
import type { Chain, Frame } from "./dwarf/agreement/frame.ts";
import { judge } from "./judges.ts";

/** How far address space randomization moved the kernel. */
const SLIDE = 0x2a000000;
const LINKED_AT = 0xffffffff81000000n;
/** Where the module was loaded: not where its file's sections follow one another. */
const MODULE_SECTIONS: Record<string, bigint> = {
  ".text": 0xffffffffc0a6d000n,
  ".text.unlikely": 0xffffffffc0b00000n,
};
const RELEASE = "6.1.0-test";

const SOURCE = `
struct page { unsigned long flags, count; };
static inline __attribute__((always_inline)) void touch(struct page *page) {
  page->flags |= page->count;
}
static inline __attribute__((always_inline)) void touch_twice(struct page *page) {
  touch(page);
  page->count *= 3;
  touch(page + 1);
}
void _stext(void) {}
__attribute__((noinline)) void handle_fault(struct page *page) {
  touch_twice(page);
  page->count++;
}
__attribute__((noinline COLD)) void report(struct page *page) {
  touch(page);
}
`;

const folder = workshop("kernel-debug-info");
put(folder, "fault.c", SOURCE);
const COMPILE = [
  "-g",
  "-O2",
  "-ffreestanding",
  "-mcmodel=kernel",
  "-fno-pic",
  "-fno-pie",
  "-fno-toplevel-reorder",
];

function sources(kernel: LoadedKernel, buildId: string): SymbolSources {
  const nothing = { missing: "is not asked for here", absent: true };
  return {
    openMapping: () => nothing,
    kallsyms: () => nothing,
    perfMap: () => nothing,
    kernelBuildId: () => buildId,
    kernel,
  };
}

/** What we say of each address. */
async function ours(
  buildId: string,
  text: string,
  addresses: number[],
  moduleSection: LoadedKernel["moduleSection"] = () => undefined,
): Promise<Frame[][]> {
  const symbols = parseKallsyms(Buffer.from(text));
  if (symbols.kind !== "symbols") throw new Error("no symbols");
  const finder = debugFileFinder({ debugFolders: [join(folder, "debug")], standardFolder: "/nonexistent" });
  const problems: string[] = [];
  const facts = kernelFacts(
    sources({ release: RELEASE, moduleSection }, buildId),
    symbols.table,
    { inlines: true, finder },
    (file, problem) => problems.push(`${file} ${problem}`),
  );
  const lookups = Float64Array.from(addresses);
  const group = { locations: Int32Array.from(addresses.keys()), addresses: lookups, lookups };
  const { frame, frames } = await nameKernel(symbols.table, group, "[kernel]", facts);
  expect(problems).toEqual([]);
  return addresses.map((_, i) => {
    const chain: Frame[] = [];
    for (let row = frames.frameStart[frame[i]]; row < frames.frameStart[frame[i] + 1]; row++) {
      chain.push({
        name: frames.name[row],
        file: frames.file?.[row] ?? "",
        line: frames.line?.[row] ?? 0,
      });
    }
    return chain;
  });
}

/** The same by elfutils, of addresses as the file has them. */
function theirs(path: string, addresses: readonly bigint[]): Promise<readonly Chain[]> {
  return byElfutils(
    path,
    Float64Array.from(addresses, (address) => Number(BigInt.asIntN(64, address))),
  );
}

/**
 * Of such files elfutils knows inlined functions and all places, but of functions not all names, which it takes from the
 * symbol table: those are ours.
 */
function completed(judged: readonly Chain[], said: readonly Chain[]): Chain[] {
  return judged.map((chain, i) =>
    chain.map((frame, at) => (frame.name === "" ? { ...frame, name: said[i][at]?.name ?? "" } : frame)),
  );
}

/** Every address of a section's code. */
function addressesIn(elf: ElfFile, name: string): { section: number; size: number } {
  const section = elf.sections.findIndex((candidate) => sectionName(elf, candidate) === name);
  return { section, size: elf.sections[section].size };
}

describe("debug information of the kernel", () => {
  test("names the image's code where randomization put it, inlined calls too", async () => {
    const path = join(folder, "vmlinux");
    // A kernel's linker script puts cold code behind _stext too; ld's own does not.
    run(folder, "gcc", ...COMPILE, "-DCOLD=", "-c", "fault.c", "-o", "vmlinux.o");
    run(
      folder,
      "ld",
      `-Ttext=0x${LINKED_AT.toString(16)}`,
      "--build-id=sha1",
      "-e",
      "_stext",
      "-o",
      "vmlinux",
      "vmlinux.o",
    );
    mkdirSync(join(folder, "debug/boot"), { recursive: true });
    copyFileSync(path, join(folder, `debug/boot/vmlinux-${RELEASE}`));
    const elf = open(path);
    const { size } = addressesIn(elf, ".text");
    const linked = Array.from({ length: size }, (_, offset) => LINKED_AT + BigInt(offset));
    const loaded = linked.map((address) => Number(BigInt.asIntN(64, address)) + SLIDE);
    const kallsyms = judge("nm", ["-n", path])
      .trim()
      .split("\n")
      .map((line) => {
        const [address, type, name] = line.split(" ");
        return `${(BigInt(`0x${address}`) + BigInt(SLIDE)).toString(16)} ${type} ${name}\n`;
      });
    const said = await ours(idOf(path), kallsyms.join(""), loaded);
    expect(said).toEqual(completed(await theirs(path, linked), said));
    expect(said.flat().filter(({ name }) => name === "touch").length).toBeGreaterThan(5);
    expect(Math.max(...said.map((chain) => chain.length))).toBe(3);
    const functions = new Set(said.map((chain) => chain.at(-1)?.name));
    expect(functions).toEqual(new Set(["_stext", "handle_fault", "report"]));
  });

  test("names a module's code in each section where it was loaded", async () => {
    mkdirSync(join(folder, `debug/lib/modules/${RELEASE}/kernel/mm`), { recursive: true });
    const path = join(folder, `debug/lib/modules/${RELEASE}/kernel/mm/fault.ko.debug`);
    run(folder, "gcc", ...COMPILE, "-DCOLD=,cold", "-c", "fault.c", "-o", path);
    const elf = open(path);
    const layout = consecutiveLayout(elf);
    const places = Object.entries(MODULE_SECTIONS).flatMap(([name, base]) => {
      const { section, size } = addressesIn(elf, name);
      return Array.from({ length: size }, (_, offset) => ({
        loaded: Number(BigInt.asIntN(64, base)) + offset,
        inFile: BigInt(layout(section) + offset),
      }));
    });
    const kallsyms =
      `${(LINKED_AT + BigInt(SLIDE)).toString(16)} T _stext\n` +
      `${MODULE_SECTIONS[".text"].toString(16)} t handle_fault\t[fault]\n` +
      `${MODULE_SECTIONS[".text.unlikely"].toString(16)} t report\t[fault]\n`;
    const said = await ours(
      "",
      kallsyms,
      places.map(({ loaded }) => loaded),
      (module, section) =>
        module === "fault" && MODULE_SECTIONS[section] !== undefined
          ? Number(BigInt.asIntN(64, MODULE_SECTIONS[section]))
          : undefined,
    );
    const judged = await theirs(
      path,
      places.map(({ inFile }) => inFile),
    );
    expect(said).toEqual(completed(judged, said));
    expect(new Set(said.map((chain) => chain.at(-1)?.name))).toEqual(
      new Set(["_stext", "handle_fault", "report"]),
    );
  });

  test("is left alone when it is another kernel's", async () => {
    const address = Number(BigInt.asIntN(64, LINKED_AT)) + SLIDE;
    const kallsyms = `${(LINKED_AT + BigInt(SLIDE)).toString(16)} T _stext\n`;
    const said = await ours("00".repeat(20), kallsyms, [address]);
    expect(said).toEqual([[{ name: "_stext", file: "", line: 0 }]]);
  });
});
