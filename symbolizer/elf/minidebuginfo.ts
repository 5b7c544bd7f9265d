import { memorySource } from "../byte-source.ts";
import { type Found, found, missing } from "../found.ts";
import { ElfError } from "./elf-error.ts";
import { type ElfFile, readElf } from "./elf-file.ts";
import { openSection } from "./section-bytes.ts";
import { unxz } from "./xz.ts";

/** A symbol table without data symbols; those of the largest programs of Fedora have some 20 MiB. */
const MAX_MINIDEBUGINFO_BYTES = 128 << 20;

/**
 * MiniDebugInfo: the symbol table that `strip` took away, without data symbols, as an ELF file packed with xz in the
 * section `.gnu_debugdata` (gdb manual, "Debugging information in a special section"). Its symbols have the addresses of
 * the file around it. It lies in memory, so there is nothing to close.
 */
export function openMiniDebugInfo(elf: ElfFile): Found<ElfFile> {
  const section = openSection(elf, ".gnu_debugdata");
  if (section.found === undefined) return section;
  if (section.found.size > MAX_MINIDEBUGINFO_BYTES) return missing("has MiniDebugInfo too large to unpack");
  const unpacked = unxz(section.found.read(0, section.found.size), MAX_MINIDEBUGINFO_BYTES);
  if (unpacked.found === undefined) return missing(`has MiniDebugInfo that ${unpacked.missing}`);
  try {
    return found(readElf(memorySource(unpacked.found)));
  } catch (error) {
    if (error instanceof ElfError) return missing(`has MiniDebugInfo that ${error.message}`);
    throw error;
  }
}
