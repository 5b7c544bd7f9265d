import { binaryResolver } from "../../../../symbolizer/binary-resolver.ts";
import { memorySource } from "../../../../symbolizer/byte-source.ts";
import { dwarfResolver } from "../../../../symbolizer/dwarf/dwarf-resolver.ts";
import { dwarfSections, hasDwarf } from "../../../../symbolizer/elf/dwarf-file.ts";
import { ElfError } from "../../../../symbolizer/elf/elf-error.ts";
import { type ElfFile, readElf } from "../../../../symbolizer/elf/elf-file.ts";
import { found, missing } from "../../../../symbolizer/found.ts";
import type { ResolvedFrames } from "../../../../symbolizer/resolver.ts";
import { type FuzzInput, sectionsOf, WHOLE_FILE } from "./input.ts";

const NONE = missing("is not there", true);

/** Resolves an input's addresses. Throws where the resolver does, and when what it gives does not hold together. */
export function resolveInput(input: FuzzInput): void {
  const whole = input.files[0][WHOLE_FILE];
  const answer = whole === undefined ? bySections(input) : byWholeFile(input, whole);
  if (answer === undefined) return;
  const { frames, problems } = answer;
  const { frameStart, name, file = [], line = [], column = [], startLine = [] } = frames;
  const rows = name.length;
  check(frameStart.length === input.addresses.length + 1, "a start for each address");
  check(frameStart[0] === 0 && frameStart[frameStart.length - 1] === rows, "all rows are someone's");
  for (let i = 1; i < frameStart.length; i++) check(frameStart[i] >= frameStart[i - 1], "starts ascend");
  for (const one of name) check(typeof one === "string" && one !== "", "every frame has a name");
  for (const one of file) check(typeof one === "string", "every file is text");
  for (const one of [file, line, column, startLine]) {
    check(one.length === rows || one.length === 0, "columns are of one length");
  }
  for (const one of problems) check(one.length < 10_000, "problems are sentences");
}

interface Answer {
  frames: ResolvedFrames;
  problems: string[];
}

function bySections(input: FuzzInput): Answer {
  const other = Object.keys(input.files[1]).length > 0 ? found(sectionsOf(input, 1)) : NONE;
  const companions = { alternate: () => other, split: () => other };
  const resolver = dwarfResolver(sectionsOf(input, 0), companions, { inlines: true });
  return { frames: resolver.resolve(input.addresses), problems: resolver.problems() };
}

/** The same from the ELF header on; undefined where that is refused, as it may be. */
function byWholeFile({ addresses }: FuzzInput, bytes: Uint8Array): Answer | undefined {
  let elf: ElfFile;
  try {
    elf = readElf(memorySource(bytes));
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
  const companions = { alternate: () => NONE, split: () => NONE };
  const dwarf = hasDwarf(elf) ? dwarfResolver(dwarfSections(elf), companions, { inlines: true }) : undefined;
  const problems = () => dwarf?.problems() ?? [];
  const resolver = binaryResolver(elf, { dwarf, symbolFiles: [], problems, close() {} });
  return { frames: resolver.resolve(addresses), problems: problems() };
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the answer does not hold together: ${what}`);
}
