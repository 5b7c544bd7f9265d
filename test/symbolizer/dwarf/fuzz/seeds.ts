import { readFileSync } from "node:fs";
import { type ElfFile, readElf } from "../../../../symbolizer/elf/elf-file.ts";
import { sectionName } from "../../../../symbolizer/elf/strings.ts";
import { fileSource } from "../../../../symbolizer/file-source.ts";
import { codeAddresses } from "../agreement/addresses.ts";
import { corpusFiles } from "../corpus/corpus.ts";
import { type FuzzInput, type Sections, WHOLE_FILE } from "./input.ts";

/** Addresses an input asks for: enough to reach most functions of a tiny program. */
const ADDRESSES = 24;

/** The unchanged programs that all inputs come from. */
export function fuzzSeeds(): FuzzInput[] {
  return corpusFiles("fuzz").map(({ name, path, judgedBy }) => {
    const { sections, layout } = debugSections(path);
    const whole: Sections = { [WHOLE_FILE]: readFileSync(path) };
    const code = codeAddresses(path, 1 << 20, 1);
    const step = Math.max(1, Math.floor(code.length / ADDRESSES));
    // Also some that no program has: zero, the end of the address space, what is beyond exact numbers.
    const addresses = new Set([0, 1, -1, 2 ** 52, ...code.filter((_, i) => i % step === 0)]);
    return {
      name,
      ...layout,
      files: [
        name.startsWith("whole") ? whole : sections,
        path === judgedBy ? {} : debugSections(judgedBy).sections,
      ],
      addresses: Float64Array.from(addresses).sort(),
    };
  });
}

function debugSections(path: string): { sections: Sections; layout: Pick<ElfFile, "is64" | "littleEndian"> } {
  const opened = fileSource(path);
  if (opened.found === undefined) throw new Error(`${path} ${opened.missing}`);
  const source = opened.found;
  const elf = readElf(source);
  const sections: Sections = {};
  for (const section of elf.sections) {
    const name = sectionName(elf, section);
    if (name.startsWith(".debug_")) sections[name] = source.read(section.offset, section.size).slice();
  }
  source.close();
  return { sections, layout: { is64: elf.is64, littleEndian: elf.littleEndian } };
}
