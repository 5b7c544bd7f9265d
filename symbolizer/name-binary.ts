import { placeName } from "../profile/frame-name.ts";
import type { AddressGroup, GroupNames, MappingVariant } from "./address-group.ts";
import { resolveLookups } from "./address-group.ts";
import { binaryResolver } from "./binary-resolver.ts";
import type { ByteSource } from "./byte-source.ts";
import { isNameless, type NamingOptions, openDebugInfo } from "./debug-info.ts";
import { ElfError } from "./elf/elf-error.ts";
import { ElfType, readElf } from "./elf/elf-file.ts";
import { buildIdOf } from "./elf/notes.ts";
import { loadSegments, offsetOfAddress, segmentMapping, segmentOfOffset } from "./elf/segments.ts";
import { firstNamed } from "./first-named.ts";
import { functionFinder } from "./function-finder.ts";
import { unnamedFunctions } from "./unnamed-functions.ts";

/** The mapping row that a group lies in, as far as it matters here. */
export interface FileMapping {
  file: string;
  /** Root of its container, where debug files are looked for first; undefined or "": ours. */
  root: string | undefined;
  start: number;
  fileOffset: number;
  /** Build ID of the file that was recorded, "" when unknown. */
  buildId: string;
}

export interface BinaryNames {
  names: GroupNames;
  buildId: string;
  /** What stands against better names: one sentence without the file's name. */
  problem: string | undefined;
  /** What stood against using debug information, likewise. */
  debugProblems: string[];
}

/**
 * Names a group in a mapped ELF file, by its debug information and symbols. Addresses become the file's virtual addresses, and each segment that code was seen
 * in becomes a mapping of its own, as pprof's tools expect. Throws `ElfError` for a file that is no ELF file, and for
 * one that is not the file that was recorded.
 */
export async function nameBinary(
  source: ByteSource,
  mapping: FileMapping,
  group: AddressGroup,
  options: NamingOptions,
): Promise<BinaryNames> {
  const elf = readElf(source);
  const buildId = buildIdOf(elf) ?? "";
  if (mapping.buildId !== "" && buildId !== mapping.buildId) {
    throw new BuildIdMismatch(mapping.buildId, buildId);
  }
  if (elf.type !== ElfType.executable && elf.type !== ElfType.shared) {
    throw new ElfError("malformed", "is neither a program nor a shared object");
  }
  const segments = loadSegments(elf);
  const addresses = group.addresses.slice();
  const lookups = new Float64Array(addresses.length).fill(Number.NaN);
  const variantOfSegment = new Map<number, number>();
  const mappings: MappingVariant[] = [];
  const variant = new Int32Array(addresses.length).fill(-1);
  for (let i = 0; i < addresses.length; i++) {
    const fileOffset = group.lookups[i] - mapping.start + mapping.fileOffset;
    const index = segmentOfOffset(segments, fileOffset);
    if (index < 0) continue;
    const segment = segments[index];
    let row = variantOfSegment.get(index);
    if (row === undefined) {
      row = mappings.push({ file: mapping.file, buildId, ...segmentMapping(segment) }) - 1;
      variantOfSegment.set(index, row);
    }
    variant[i] = row;
    lookups[i] = fileOffset - segment.offset + segment.vaddr;
    addresses[i] = lookups[i] + (group.addresses[i] - group.lookups[i]);
  }
  const debugInfo = await openDebugInfo(
    { elf, path: mapping.file, ...(mapping.root !== undefined && { root: mapping.root }) },
    options,
  );
  try {
    const functions = functionFinder(elf);
    const unnamed = unnamedFunctions(functions, (start) =>
      placeName(mapping.file, offsetOfAddress(segments, start)),
    );
    const resolver = firstNamed([binaryResolver(elf, debugInfo, functions), unnamed]);
    const resolved = resolveLookups(resolver, lookups);
    const nameless = isNameless(elf, debugInfo);
    return {
      names: { addresses, mapping: variant, mappings, ...resolved },
      buildId,
      problem: nameless ? "has no symbol table (it was stripped)" : undefined,
      debugProblems: debugInfo.problems(),
    };
  } finally {
    debugInfo.close();
  }
}

/** The file at the path is another one than was recorded; its names would be wrong ones. */
export class BuildIdMismatch extends Error {
  override readonly name = "BuildIdMismatch";

  constructor(recorded: string, present: string) {
    super(
      `has build ID ${present === "" ? "(none)" : present}, but ${recorded} was recorded: the file was replaced`,
    );
  }
}
