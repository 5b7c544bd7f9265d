import type { ElfFile } from "./elf/elf-file.ts";
import { elfResolver } from "./elf/elf-resolver.ts";
import type { Resolver } from "./resolver.ts";

/**
 * The names of a binary. Here later resolvers join, the one that knows most first: DWARF (lines and inlined frames),
 * separate debug files, MiniDebugInfo; each would answer what the ones before it left open.
 */
export function binaryResolver(elf: ElfFile): Resolver {
  return elfResolver(elf);
}
