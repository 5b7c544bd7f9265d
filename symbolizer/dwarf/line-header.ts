import type { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { readInitialLength } from "./unit-header.ts";

/** The header of a line table (section 6.2.4). Positions count from the first byte of `bytes`. */
export interface LineHeader {
  /** The table, header included. */
  bytes: Uint8Array;
  version: number;
  offsetSize: number;
  addressSize: number;
  minimumInstructionLength: number;
  /** Operations of an instruction word; more than 1 on VLIW machines. */
  maximumOperations: number;
  lineBase: number;
  lineRange: number;
  opcodeBase: number;
  /** Operands of the standard opcodes: entry i - 1 is of opcode i. */
  operandCounts: Uint8Array;
  /** Where the folders and files are told. */
  files: number;
  /** Where the program begins. */
  program: number;
}

/** Reads the header at `offset` of `.debug_line`, and with it the whole table's bytes. Throws `DwarfDamage`. */
export function readLineHeader(file: DwarfFile, offset: number, addressSize: number): LineHeader {
  const section = file.section(".debug_line");
  const lead = file.cursor(section.read(offset, 12));
  const { length, offsetSize } = readInitialLength(lead);
  const size = lead.position + length;
  if (!(offset + size <= section.size)) throw new DwarfDamage("a table that is longer than its section");
  const cursor: Cursor = file.cursor(section.read(offset, size));
  cursor.skip(lead.position);
  const version = cursor.u16();
  if (version < 2 || version > 5) throw new DwarfDamage(`a table of version ${version}`);
  let ownAddressSize = addressSize;
  if (version >= 5) {
    ownAddressSize = cursor.u8();
    if (cursor.u8() !== 0) throw new DwarfDamage("segments, which no supported machine has");
  }
  const headerLength = cursor.unsigned(offsetSize);
  const program = cursor.position + headerLength;
  const minimumInstructionLength = cursor.u8();
  const maximumOperations = version >= 4 ? cursor.u8() : 1;
  cursor.u8();
  const lineBase = (cursor.u8() << 24) >> 24;
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  const operands = cursor.advance(Math.max(0, opcodeBase - 1));
  if (program > cursor.end || opcodeBase === 0)
    throw new DwarfDamage("a header that is longer than its table");
  return {
    bytes: cursor.bytes,
    version,
    offsetSize,
    addressSize: ownAddressSize,
    minimumInstructionLength,
    maximumOperations: Math.max(1, maximumOperations),
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts: cursor.bytes.subarray(operands, cursor.position),
    files: cursor.position,
    program,
  };
}
