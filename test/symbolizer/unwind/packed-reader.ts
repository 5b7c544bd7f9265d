import type { TablePiece } from "../../../symbolizer/unwind/pack-table.ts";
import type { UnwindRule } from "../../../symbolizer/unwind/rule.ts";

/** Reads packed pieces as docs/unwinding.md tells, byte by byte, by other means than the code that writes them. */
export class PackedReader {
  readonly #pieces: readonly TablePiece[];

  constructor(pieces: readonly TablePiece[]) {
    this.#pieces = pieces;
  }

  /** undefined: no piece has the address. Throws where the format is not kept. */
  lookUp(address: number): UnwindRule | undefined {
    const piece = this.#pieces.find(({ base, end }) => address >= base && address < end);
    return piece === undefined ? undefined : readPiece(piece.bytes, address - piece.base);
  }
}

function readPiece(bytes: Uint8Array, address: number): UnwindRule {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (index: number) => buffer.readUInt32LE(4 * index);
  const [rowCount, pageCount, ruleCount, ruleBytes] = [0, 1, 2, 3].map(word);
  const [pages, starts, ruleIndexes, rules] = [4, 5, 6, 7].map(word);
  const page = Math.floor(address / 0x10000);
  if (page >= pageCount) throw new Error(`page ${page} of ${pageCount}`);
  const first = buffer.readUInt32LE(pages + 4 * page);
  const end = buffer.readUInt32LE(pages + 4 * page + 4);
  if (!(first < end && end <= rowCount)) throw new Error(`rows ${first} … ${end} of ${rowCount}`);
  if (buffer.readUInt16LE(starts + 2 * first) !== 0) throw new Error("a page without a row at its beginning");
  // The kernel's way: halves of a range whose first row is known to fit, 16 steps at most.
  let row = first;
  let count = end - first;
  let steps = 0;
  while (count > 1) {
    const half = count >>> 1;
    if (buffer.readUInt16LE(starts + 2 * (row + half)) <= address % 0x10000) row += half;
    count -= half;
    steps++;
  }
  if (steps > 16) throw new Error(`${steps} steps`);
  const index = ruleBytes === 1 ? buffer[ruleIndexes + row] : buffer.readUInt16LE(ruleIndexes + 2 * row);
  if (index >= ruleCount) throw new Error(`rule ${index} of ${ruleCount}`);
  const at = rules + 16 * index;
  if (at % 8 !== 0 || at + 16 > buffer.length) throw new Error(`rule at ${at}`);
  return {
    cfa: buffer.readUInt8(at),
    ra: buffer.readUInt8(at + 1),
    fp: buffer.readUInt8(at + 2),
    register: buffer.readUInt8(at + 3),
    cfaOffset: buffer.readInt32LE(at + 4),
    cfaAdd: buffer.readInt32LE(at + 8),
    raOffset: buffer.readInt16LE(at + 12),
    fpOffset: buffer.readInt16LE(at + 14),
  };
}
