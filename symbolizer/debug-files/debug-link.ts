import { type ElfFile, ElfType } from "../elf/elf-file.ts";
import { Fields } from "../elf/layout.ts";
import { sectionBytes } from "../elf/section-bytes.ts";
import { decodeName } from "../symbol-text.ts";

/** A path (PATH_MAX) and what comes behind it. */
const MAX_LINK_BYTES = 4096 + 64;

/** `.gnu_debuglink`: the debug file's name and the CRC-32 of all its bytes (gdb manual, "Separate Debug Files"). */
export interface DebugLink {
  /** Without folders. */
  name: string;
  crc: number;
}

/** `.gnu_debugaltlink`: dwz's common file, by path (absolute, or relative to the file that names it) and build ID. */
export interface AlternateLink {
  path: string;
  buildId: string;
}

/** undefined: none, or one that names no plain file. */
export function debugLinkOf(elf: ElfFile): DebugLink | undefined {
  const link = linkBytes(elf, ".gnu_debuglink");
  if (link === undefined) return undefined;
  // The CRC stands at the next multiple of four.
  const at = Math.ceil((link.nameEnd + 1) / 4) * 4;
  if (at + 4 > link.bytes.length || link.name.includes("/") || link.name === "." || link.name === "..") {
    return undefined;
  }
  return { name: link.name, crc: new Fields(link.bytes, elf).u32(at) };
}

export function alternateLinkOf(elf: ElfFile): AlternateLink | undefined {
  const link = linkBytes(elf, ".gnu_debugaltlink");
  if (link === undefined) return undefined;
  const buildId = Buffer.from(link.bytes.subarray(link.nameEnd + 1)).toString("hex");
  return isBuildId(buildId) ? { path: link.name, buildId } : undefined;
}

/** Build IDs become parts of paths and URLs: only hex of whole bytes, at least two of them, is one. */
export function isBuildId(text: string): boolean {
  return /^(?:[0-9a-f]{2}){2,64}$/.test(text);
}

function linkBytes(
  elf: ElfFile,
  section: string,
): { bytes: Uint8Array; name: string; nameEnd: number } | undefined {
  if (elf.type === ElfType.core) return undefined;
  const content = sectionBytes(elf).open(section);
  if (content.found === undefined || content.found.size > MAX_LINK_BYTES) return undefined;
  const bytes = content.found.read(0, content.found.size);
  const nameEnd = bytes.indexOf(0);
  return nameEnd <= 0 ? undefined : { bytes, name: decodeName(bytes.subarray(0, nameEnd)), nameEnd };
}
