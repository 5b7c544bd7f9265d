import type { ElfFile } from "../elf/elf-file.ts";
import { Fields } from "../elf/layout.ts";
import { openSection } from "../elf/section-bytes.ts";

/** 8 bytes a slot, half of them used: a package of a hundred thousand units has some 2 MiB. */
const MAX_INDEX_BYTES = 64 << 20;

/**
 * Whether a package (`.dwp`) holds the split unit of an id (16 hex digits), by the hash table of `.debug_cu_index`: header
 * of 16 bytes with the number of slots last, then the ids (DWARF 5, 7.3.5.3; GNU's version 2 has the same shape).
 */
export function packageHolds(elf: ElfFile, id: string): boolean {
  const index = openSection(elf, ".debug_cu_index");
  if (index.found === undefined || index.found.size > MAX_INDEX_BYTES || !/^[0-9a-f]{16}$/.test(id))
    return false;
  const bytes = index.found.read(0, index.found.size);
  if (bytes.length < 16) return false;
  const fields = new Fields(bytes, elf);
  const slots = Math.min(fields.u32(12), Math.floor((bytes.length - 16) / 8));
  const high = Number.parseInt(id.slice(0, 8), 16);
  const low = Number.parseInt(id.slice(8), 16);
  for (let at = 16; at < 16 + slots * 8; at += 8) {
    const first = fields.u32(at);
    const second = fields.u32(at + 4);
    if (elf.littleEndian ? first === low && second === high : first === high && second === low) return true;
  }
  return false;
}
