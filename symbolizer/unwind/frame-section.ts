import { Cursor } from "../dwarf/cursor.ts";
import { DwarfDamage } from "../dwarf/damage.ts";
import { Encoding, type EncodingBases, isKnownEncoding, readEncoded } from "./frame-pointer-encoding.ts";
import type { FrameProgram, ProgramTerms } from "./frame-program.ts";
import { STATE_SLOTS } from "./frame-state.ts";
import type { LeftOut, Tally } from "./unwind-stats.ts";

/** A section of call frame information, in memory. */
export interface FrameSectionBytes {
  bytes: Uint8Array;
  littleEndian: boolean;
  /** `.debug_frame` tells CIEs from FDEs, and where an FDE's CIE is, in another way than `.eh_frame`. */
  kind: "eh" | "debug";
  bases: EncodingBases;
  /** Whether code at address 0 is what a linker discarded. Not in a file that is yet to be linked. */
  linked: boolean;
}

/** Common information entry: what many FDEs share. */
export interface Cie extends ProgramTerms {
  /** Whether FDEs have an augmentation of their own, with its length before it. */
  sized: boolean;
  /** Bytes before an FDE's address that select its segment. */
  selectorBytes: number;
  signal: boolean;
}

/** The FDEs of a section as columns, in the order of the section. */
export interface FdeColumns {
  section: FrameSectionBytes;
  cies: Cie[];
  count: number;
  /** ELF virtual addresses of the code, the end exclusive. */
  starts: Float64Array;
  ends: Float64Array;
  /** Where the instructions begin and end in the section. */
  programs: Uint32Array;
  programEnds: Uint32Array;
  /** Indexes into `cies`. */
  cieIndexes: Uint32Array;
}

/** 256 MiB; Chromium's has 20. It lies in memory whole. */
export const MAX_FRAME_SECTION_BYTES = 1 << 28;
/** Chromium has a million functions. Each entry takes 48 bytes while it is compiled. */
const MAX_ENTRIES = 1 << 22;
/** In `.debug_frame` each compiled file has one, which takes 300 bytes. */
const MAX_CIES = 1 << 17;
/** More damage than this in one file is made to cost time: an exception takes some ten microseconds. */
export const MAX_DAMAGED = 1 << 14;
const MAX_AUGMENTATION = 32;
const WORD_BYTES = 8;

/**
 * Finds all entries of a section. What is damaged or not known is counted in `leftOut`, and the rest is read. Linear in the
 * section's size: an FDE's CIE must be an entry itself.
 */
export function readFrameSection(
  section: FrameSectionBytes,
  program: FrameProgram,
  leftOut: Tally<LeftOut>,
): FdeColumns {
  const { bytes } = section;
  const entries = listEntries(section);
  const cies: Cie[] = [];
  let damaged = 0;
  /** By offset of their entry: index, or why not. */
  const cieByOffset = new Map<number, number | LeftOut>();
  for (let i = 0; i < entries.count; i++) {
    if (entries.cieOffsets[i] !== IS_CIE) continue;
    if (cieByOffset.size === MAX_CIES || damaged === MAX_DAMAGED) {
      leftOut.add("too-many");
      break;
    }
    const cursor = new Cursor(bytes, section.littleEndian, entries.bodies[i], entries.ends[i]);
    const cie = readCie(cursor, section, program);
    if (cie === "damaged") damaged++;
    cieByOffset.set(entries.offsets[i], typeof cie === "string" ? cie : cies.push(cie) - 1);
  }
  const most = entries.count;
  const columns: FdeColumns = {
    section,
    cies,
    count: 0,
    starts: new Float64Array(most),
    ends: new Float64Array(most),
    programs: new Uint32Array(most),
    programEnds: new Uint32Array(most),
    cieIndexes: new Uint32Array(most),
  };
  for (let i = 0; i < entries.count; i++) {
    if (entries.cieOffsets[i] === IS_CIE) continue;
    const cieIndex = cieByOffset.get(entries.cieOffsets[i]) ?? "damaged";
    if (typeof cieIndex === "string") {
      leftOut.add(cieIndex);
      continue;
    }
    const cursor = new Cursor(bytes, section.littleEndian, entries.bodies[i], entries.ends[i]);
    const reason = readFde(cursor, columns, cieIndex);
    if (reason !== undefined) leftOut.add(reason);
    if (reason === "damaged" && ++damaged > MAX_DAMAGED) {
      leftOut.add("too-many");
      break;
    }
  }
  if (entries.problem !== undefined) leftOut.add(entries.problem);
  return columns;
}

/** As the offset of an entry's CIE: it is one itself. No entry is at -1. */
const IS_CIE = -1;

interface Entries {
  count: number;
  offsets: Uint32Array;
  /** Behind length and CIE pointer. */
  bodies: Uint32Array;
  ends: Uint32Array;
  /** Where an FDE's CIE begins, IS_CIE for CIEs. */
  cieOffsets: Float64Array;
  /** Why not all of the section was listed: it ends inside an entry, or has too many. */
  problem: "damaged" | "too-many" | undefined;
}

/** The smallest entry is a length and a CIE pointer. */
const MIN_ENTRY_BYTES = 8;
const LONG_FORMAT = 0xffffffff;

/** DWARF 5, section 6.4.1, and LSB Core, "The .eh_frame section". */
function listEntries({ bytes, littleEndian, kind }: FrameSectionBytes): Entries {
  const most = Math.floor(bytes.length / MIN_ENTRY_BYTES);
  let size = Math.min(most, 1024);
  const entries: Entries = {
    count: 0,
    offsets: new Uint32Array(size),
    bodies: new Uint32Array(size),
    ends: new Uint32Array(size),
    cieOffsets: new Float64Array(size),
    problem: undefined,
  };
  const cursor = new Cursor(bytes, littleEndian);
  while (cursor.position + 4 <= bytes.length) {
    const offset = cursor.position;
    let length = cursor.u32();
    // The end of `.eh_frame`; linkers may leave some inside, too.
    if (length === 0) continue;
    const long = length === LONG_FORMAT;
    if (long) {
      if (cursor.position + 8 > bytes.length) return { ...entries, problem: "damaged" };
      length = cursor.u64();
    }
    const start = cursor.position;
    const pointerBytes = long && kind === "debug" ? 8 : 4;
    if (length < pointerBytes || length > bytes.length - start) return { ...entries, problem: "damaged" };
    const pointer = pointerBytes === 8 ? cursor.u64() : cursor.u32();
    if (entries.count === MAX_ENTRIES) return { ...entries, problem: "too-many" };
    if (entries.count === size) {
      size = Math.min(most, 2 * size);
      entries.offsets = grown(entries.offsets, new Uint32Array(size));
      entries.bodies = grown(entries.bodies, new Uint32Array(size));
      entries.ends = grown(entries.ends, new Uint32Array(size));
      entries.cieOffsets = grown(entries.cieOffsets, new Float64Array(size));
    }
    const i = entries.count++;
    entries.offsets[i] = offset;
    entries.bodies[i] = cursor.position;
    entries.ends[i] = start + length;
    entries.cieOffsets[i] = cieOffset(kind, pointer, pointerBytes, start);
    cursor.position = start + length;
  }
  return entries;
}

function cieOffset(kind: "eh" | "debug", pointer: number, pointerBytes: number, place: number): number {
  if (kind === "eh") return pointer === 0 ? IS_CIE : place - (pointer | 0);
  // 2^64 - 1 is 2^64 as a number.
  const mark = pointerBytes === 8 ? 2 ** 64 : 0xffffffff;
  return pointer === mark ? IS_CIE : pointer;
}

function grown<T extends Uint32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

function readCie(cursor: Cursor, section: FrameSectionBytes, program: FrameProgram): Cie | LeftOut {
  try {
    return parseCie(cursor, section, program);
  } catch (error) {
    if (error instanceof DwarfDamage) return "damaged";
    throw error;
  }
}

function parseCie(cursor: Cursor, section: FrameSectionBytes, program: FrameProgram): Cie | LeftOut {
  const version = cursor.u8();
  if (version !== 1 && version !== 3 && version !== 4) return "unknown";
  const augmentation = readAugmentation(cursor);
  let selectorBytes = 0;
  if (version === 4) {
    if (cursor.u8() !== WORD_BYTES) return "unknown";
    selectorBytes = cursor.u8();
  }
  // Of GCC 2: the address of an exception table.
  if (augmentation === "eh") cursor.skip(WORD_BYTES);
  const codeAlign = cursor.uleb();
  const dataAlign = cursor.sleb();
  const returnAddress = version === 1 ? cursor.u8() : cursor.uleb();
  let encoding: number = Encoding.absolute;
  let signal = false;
  const sized = augmentation.startsWith("z");
  if (sized) {
    const length = cursor.uleb();
    const end = cursor.position + length;
    for (const letter of augmentation.slice(1)) {
      if (letter === "R") encoding = cursor.u8();
      else if (letter === "L") cursor.u8();
      else if (letter === "S") signal = true;
      else if (letter === "P") {
        const personality = cursor.u8();
        if (!isKnownEncoding(personality)) return "unknown";
        readEncoded(cursor, personality, section.bases);
      } else if (letter !== "B" && letter !== "G") {
        // B: return addresses are signed with key B; G: memory tags. Of any other it isn't known what it means.
        return "unknown";
      }
    }
    if (!isKnownEncoding(encoding) || cursor.position > end) return "unknown";
    cursor.skip(end - cursor.position);
  } else if (augmentation !== "" && augmentation !== "eh") return "unknown";
  const terms = { codeAlign, dataAlign, encoding, returnAddress };
  program.state.fill(0);
  const initial = new Float64Array(STATE_SLOTS);
  const infinity = Number.POSITIVE_INFINITY;
  const end = program.run(cursor, { ...terms, initial }, 0, infinity, section.bases, () => {});
  if (end !== "done") return end === "damaged" ? "damaged" : "unknown";
  initial.set(program.state);
  return { ...terms, initial, sized, selectorBytes, signal };
}

function readAugmentation(cursor: Cursor): string {
  let text = "";
  for (let byte = cursor.u8(); byte !== 0; byte = cursor.u8()) {
    text += String.fromCharCode(byte);
    if (text.length > MAX_AUGMENTATION) throw new DwarfDamage("an augmentation without end");
  }
  return text;
}

/** Reads an FDE's header into the columns; gives why not. */
function readFde(cursor: Cursor, columns: FdeColumns, cieIndex: number): LeftOut | undefined {
  const { section } = columns;
  const cie = columns.cies[cieIndex];
  try {
    cursor.skip(cie.selectorBytes);
    const place = section.bases.section + cursor.position;
    const start = readEncoded(cursor, cie.encoding, section.bases);
    const bytes = readEncoded(cursor, cie.encoding & Encoding.formatMask, section.bases);
    if (cie.sized) cursor.skip(cursor.uleb());
    if (!Number.isFinite(start) || !Number.isFinite(bytes)) return "unknown";
    // What is relative to its own place was 0 as written when it comes to that place.
    const isZero = (cie.encoding & Encoding.baseMask) === Encoding.pcRelative ? start === place : start === 0;
    if (section.linked && (isZero || start === 0)) return "discarded";
    if (bytes === 0) return "empty";
    const end = start + bytes;
    if (bytes < 0 || !Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return "damaged";
    const i = columns.count++;
    columns.starts[i] = start;
    columns.ends[i] = end;
    columns.programs[i] = cursor.position;
    columns.programEnds[i] = cursor.end;
    columns.cieIndexes[i] = cieIndex;
    return undefined;
  } catch (error) {
    if (error instanceof DwarfDamage) return "damaged";
    throw error;
  }
}
