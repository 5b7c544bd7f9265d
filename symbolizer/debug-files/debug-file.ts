import { crc32 } from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { hasDwarf } from "../elf/dwarf-file.ts";
import { ElfError } from "../elf/elf-error.ts";
import { type ElfFile, readElf, SectionType } from "../elf/elf-file.ts";
import { buildIdOf } from "../elf/notes.ts";
import { fileSource } from "../file-source.ts";
import { type Found, found, missing } from "../found.ts";

/** An opened file with debug information. Who gets it closes `elf.source`. */
export interface DebugFile {
  /** Path as we open it, with the container's root before it. */
  path: string;
  elf: ElfFile;
}

/** What a candidate must bear to be taken. */
export interface Expected {
  /** The build ID; "" when the binary has none. */
  buildId: string;
  /** The CRC-32 of the debuglink; decides where not both files have a build ID. */
  crc?: number;
  /** A candidate by a name alone is taken when neither build ID nor CRC can be compared (a `.dwo`, a kernel). */
  nameSuffices?: boolean;
  /** What makes the file worth it. Default: DWARF or a symbol table with content. */
  holds?: (elf: ElfFile) => boolean;
}

/** Opens a candidate and checks that it belongs to what it is wanted for; a wrong one is closed and said. */
export function openCandidate(path: string, expected: Expected): Found<DebugFile> {
  const source = fileSource(path);
  if (source.found === undefined) {
    return missing(source.missing, /\(E(?:NOENT|NOTDIR)\)|^ENOTDIR$/.test(source.missing));
  }
  const checked = checkCandidate(source.found, expected);
  if (checked.found === undefined) {
    source.found.close();
    return checked;
  }
  return found({ path, elf: checked.found });
}

/** The same for bytes already opened. Does not close them. */
export function checkCandidate(source: ByteSource, expected: Expected): Found<ElfFile> {
  let elf: ElfFile;
  try {
    elf = readElf(source);
  } catch (error) {
    if (error instanceof ElfError) return missing(error.message);
    throw error;
  }
  const buildId = buildIdOf(elf) ?? "";
  if (buildId !== "" && expected.buildId !== "") {
    if (buildId !== expected.buildId)
      return missing(`has build ID ${buildId}, wanted was ${expected.buildId}`);
  } else if (expected.crc !== undefined) {
    if (crcOf(source) !== expected.crc) return missing("has another checksum than the debug link wants");
  } else if (expected.nameSuffices !== true) {
    return missing(
      buildId === "" ? "has no build ID to know it by" : "can't be told to belong to a file without build ID",
    );
  }
  return (expected.holds ?? hasNames)(elf) ? found(elf) : missing("holds no debug information");
}

function hasNames(elf: ElfFile): boolean {
  return (
    hasDwarf(elf) || elf.sections.some((section) => section.type === SectionType.symtab && section.size > 0)
  );
}

/** What is read at a time; the file itself may have gigabytes. */
const CRC_PIECE_BYTES = 1 << 20;

/** The CRC-32 of all bytes of a source. A gigabyte takes about a second. */
export function crcOf(source: ByteSource): number {
  let crc = 0;
  for (let at = 0; at < source.size; at += CRC_PIECE_BYTES)
    crc = crc32(source.read(at, CRC_PIECE_BYTES), crc);
  return crc >>> 0;
}
