import { companionsOf } from "./debug-files/companions.ts";
import type { DebugFile } from "./debug-files/debug-file.ts";
import type { NamingOptions } from "./debug-info.ts";
import { type DwarfFrames, dwarfResolver } from "./dwarf/dwarf-resolver.ts";
import { dwarfSections, hasDwarf } from "./elf/dwarf-file.ts";
import type { ElfFile } from "./elf/elf-file.ts";
import { sectionName } from "./elf/strings.ts";
import type { KernelSymbolTable } from "./kallsyms.ts";
import type { KernelFacts } from "./name-kernel.ts";
import type { LoadedKernel, SymbolSources } from "./symbol-sources.ts";

/** What `sources` know of the kernel; `onProblem` is told what kept debug information of `[file]` from being read. */
export function kernelFacts(
  sources: SymbolSources,
  table: KernelSymbolTable,
  options: NamingOptions,
  onProblem: (file: string, problem: string) => void,
): KernelFacts {
  const buildId = (module: string | undefined) => sources.kernelBuildId?.(module);
  return {
    buildId,
    async debugFrames(module, addresses) {
      const { kernel } = sources;
      const textStart = table.addressOf(TEXT_START);
      if (kernel === undefined || textStart === undefined) return undefined;
      const id = buildId(module) ?? "";
      const known =
        module === undefined
          ? await imageFrames(kernel, id, textStart, addresses, options)
          : await moduleFrames(kernel, module, id, addresses, options);
      for (const problem of known?.problems ?? []) onProblem(`[${module ?? "kernel"}]`, problem);
      return known?.frames;
    },
  };
}

/** Frames for kernel addresses out of DWARF, and what kept it from being read. */
interface KernelFrames {
  frames: DwarfFrames;
  problems: string[];
}

/** Where the code of a relocatable kernel begins, in /proc/kallsyms and, as a section, in vmlinux. */
const TEXT_START = "_stext";
const TEXT_SECTION = ".text";
/** For sections that are not in memory: no kernel has code there. */
const NOWHERE = 0;

/**
 * Looks up addresses (ascending, each once, as recorded) of the kernel image in vmlinux. `textStart`: where `_stext` lies
 * in memory, for with address space randomization the kernel does not lie where vmlinux says. undefined: no vmlinux with
 * debug information is there.
 */
async function imageFrames(
  kernel: LoadedKernel,
  buildId: string,
  textStart: number,
  addresses: Float64Array,
  options: NamingOptions,
): Promise<KernelFrames | undefined> {
  const file = await options.finder?.vmlinux(kernel.release, buildId);
  if (file?.found === undefined) return undefined;
  const { elf } = file.found;
  try {
    const text = elf.sections.find((section) => sectionName(elf, section) === TEXT_SECTION);
    if (text === undefined || !hasDwarf(elf)) return undefined;
    const slide = textStart - text.address;
    return lookUp(
      file.found,
      addresses.map((address) => address - slide),
      options,
    );
  } finally {
    elf.source.close();
  }
}

/** The same for addresses of a module. Its file is relocatable: its sections are put where the kernel loaded them. */
async function moduleFrames(
  kernel: LoadedKernel,
  module: string,
  buildId: string,
  addresses: Float64Array,
  options: NamingOptions,
): Promise<KernelFrames | undefined> {
  const file = await options.finder?.module(kernel.release, module, buildId);
  if (file?.found === undefined) return undefined;
  const { elf } = file.found;
  try {
    if (!hasDwarf(elf)) return undefined;
    const sectionAddress = (index: number) =>
      kernel.moduleSection(module, sectionName(elf, elf.sections[index])) ?? NOWHERE;
    return lookUp(file.found, addresses, options, sectionAddress);
  } finally {
    elf.source.close();
  }
}

function lookUp(
  file: DebugFile,
  addresses: Float64Array,
  { inlines, finder }: NamingOptions,
  sectionAddress?: (index: number) => number,
): KernelFrames | undefined {
  if (finder === undefined) return undefined;
  const binary: { elf: ElfFile; path: string } = { elf: file.elf, path: file.path };
  const companions = companionsOf(finder, binary, undefined);
  try {
    const sections = dwarfSections(file.elf, sectionAddress === undefined ? {} : { sectionAddress });
    const dwarf = dwarfResolver(sections, companions, { inlines });
    return { frames: dwarf.lookup(addresses), problems: dwarf.problems() };
  } finally {
    companions.close();
  }
}
