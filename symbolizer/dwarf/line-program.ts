import { lowerBound } from "../cover-tree.ts";
import { Cursor } from "./cursor.ts";
import { DwarfDamage } from "./damage.ts";
import * as dw from "./dwarf-constants.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import type { LineHeader } from "./line-header.ts";
import { isDiscarded } from "./range-lists.ts";

/** What line tables tell of wanted addresses: columns, one entry an address. */
export class LineRows {
  /** Index into the table's files as the program counts them; -1: the table has no row for the address. */
  readonly file: Int32Array;
  readonly line: Int32Array;
  readonly column: Int32Array;
  /** Address of the row: of two sequences that cover an address, the one whose row is nearer wins. */
  readonly start: Float64Array;
  /** Where the row ends. */
  readonly end: Float64Array;

  constructor(count: number) {
    this.file = new Int32Array(count).fill(-1);
    this.line = new Int32Array(count);
    this.column = new Int32Array(count);
    this.start = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.end = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  }
}

/**
 * Runs the program of a line table (section 6.2.5) and keeps, for each of the ascending `addresses`, the last row at or
 * before it in a sequence around it. Rows are looked at as they come, one compare each: wanted addresses are as sorted
 * as the rows of a sequence. `indices` are the addresses' entries in `rows`. `definedFiles` takes where in the bytes DW_LNE_define_file told of further files.
 * Throws `DwarfDamage`; what was found until then stays.
 */
export function runLineProgram(
  file: DwarfFile,
  header: LineHeader,
  addresses: Float64Array,
  indices: Int32Array,
  rows: LineRows,
  definedFiles: number[],
): void {
  const cursor = new Cursor(header.bytes, file.littleEndian, header.program);
  const { bytes, end } = cursor;
  const { opcodeBase, lineBase, lineRange, minimumInstructionLength, maximumOperations } = header;
  // Only special opcodes and DW_LNS_const_add_pc divide by it.
  const range = lineRange === 0 ? 1 : lineRange;
  const constantAdvance = Math.floor((255 - opcodeBase) / range);

  // The registers of the state machine, and of the row before: file is -1 where there is none.
  let address = 0;
  let operation = 0;
  let fileIndex = 1;
  let line = 1;
  let column = 0;
  let discarded = false;
  let rowAddress = 0;
  let rowFile = -1;
  let rowLine = 0;
  let rowColumn = 0;
  // The first wanted address not below the row before, and its index.
  let next = 0;
  let nextAddress = Number.POSITIVE_INFINITY;

  file.context.budget.spend(end);
  let at = cursor.position;
  while (at < end) {
    const opcode = bytes[at++];
    let emits = false;
    if (opcode >= opcodeBase) {
      if (lineRange === 0) throw new DwarfDamage("a line range of 0");
      const adjusted = opcode - opcodeBase;
      const advance = (adjusted / lineRange) | 0;
      line += lineBase + (adjusted - advance * lineRange);
      if (maximumOperations === 1) address += minimumInstructionLength * advance;
      else {
        address += minimumInstructionLength * Math.floor((operation + advance) / maximumOperations);
        operation = (operation + advance) % maximumOperations;
      }
      emits = true;
    } else {
      // Operands of one byte are read here, longer ones by the cursor.
      const operand = at < end ? bytes[at] : 0x80;
      switch (opcode) {
        case 0: {
          cursor.position = at;
          const length = cursor.uleb();
          const start = cursor.position;
          at = start;
          if (length === 0) break;
          if (!(length <= end - start)) throw new DwarfDamage("an opcode that is longer than its table");
          switch (bytes[start]) {
            case dw.DW_LNE_end_sequence:
              if (rowFile >= 0 && !discarded) {
                fillRows(rows, addresses, indices, next, address, rowAddress, rowFile, rowLine, rowColumn);
              }
              address = 0;
              operation = 0;
              fileIndex = 1;
              line = 1;
              column = 0;
              discarded = false;
              rowFile = -1;
              break;
            case dw.DW_LNE_set_address: {
              const size = length - 1;
              cursor.position = start + 1;
              address = size === 1 || size === 2 || size === 4 || size === 8 ? cursor.address(size) : 0;
              operation = 0;
              discarded = isDiscarded(address, file);
              break;
            }
            case dw.DW_LNE_define_file:
              definedFiles.push(start + 1);
              break;
            default:
              break;
          }
          at = start + length;
          break;
        }
        case dw.DW_LNS_copy:
          emits = true;
          break;
        case dw.DW_LNS_advance_pc: {
          let advance = operand;
          if (operand < 0x80) at++;
          else {
            cursor.position = at;
            advance = cursor.uleb();
            at = cursor.position;
          }
          if (maximumOperations === 1) address += minimumInstructionLength * advance;
          else {
            address += minimumInstructionLength * Math.floor((operation + advance) / maximumOperations);
            operation = (operation + advance) % maximumOperations;
          }
          break;
        }
        case dw.DW_LNS_advance_line:
          if (operand < 0x80) {
            line += (operand << 25) >> 25;
            at++;
          } else {
            cursor.position = at;
            line += cursor.sleb();
            at = cursor.position;
          }
          break;
        case dw.DW_LNS_set_file:
          if (operand < 0x80) {
            fileIndex = operand;
            at++;
          } else {
            cursor.position = at;
            fileIndex = cursor.uleb();
            at = cursor.position;
          }
          break;
        case dw.DW_LNS_set_column:
          if (operand < 0x80) {
            column = operand;
            at++;
          } else {
            cursor.position = at;
            column = cursor.uleb();
            at = cursor.position;
          }
          break;
        case dw.DW_LNS_const_add_pc:
          if (maximumOperations === 1) address += minimumInstructionLength * constantAdvance;
          else {
            address +=
              minimumInstructionLength * Math.floor((operation + constantAdvance) / maximumOperations);
            operation = (operation + constantAdvance) % maximumOperations;
          }
          break;
        case dw.DW_LNS_fixed_advance_pc:
          cursor.position = at;
          address += cursor.u16();
          at = cursor.position;
          operation = 0;
          break;
        case dw.DW_LNS_negate_stmt:
        case dw.DW_LNS_set_basic_block:
        case dw.DW_LNS_set_prologue_end:
        case dw.DW_LNS_set_epilogue_begin:
          break;
        case dw.DW_LNS_set_isa:
          cursor.position = at;
          cursor.skipLeb();
          at = cursor.position;
          break;
        default:
          cursor.position = at;
          for (let operands = header.operandCounts[opcode - 1]; operands > 0; operands--) cursor.skipLeb();
          at = cursor.position;
          break;
      }
    }
    if (!emits || discarded) continue;
    if (rowFile < 0 || address < rowAddress) {
      next = lowerBound(addresses, address);
      nextAddress = next < addresses.length ? addresses[next] : Number.POSITIVE_INFINITY;
    } else if (nextAddress < address) {
      next = fillRows(rows, addresses, indices, next, address, rowAddress, rowFile, rowLine, rowColumn);
      nextAddress = next < addresses.length ? addresses[next] : Number.POSITIVE_INFINITY;
    }
    rowAddress = address;
    rowFile = fileIndex;
    rowLine = line;
    rowColumn = column;
  }
}

/**
 * Gives a row, which covers [rowAddress, limit), to the wanted addresses from index `next` on that lie below `limit`;
 * gives the index behind the last. A function of many arguments, for the registers must stay local variables: fields
 * or a closure's would be kept on the heap, each change of an address a new object.
 */
function fillRows(
  rows: LineRows,
  addresses: Float64Array,
  indices: Int32Array,
  next: number,
  limit: number,
  rowAddress: number,
  file: number,
  line: number,
  column: number,
): number {
  let i = next;
  for (; i < addresses.length && addresses[i] < limit; i++) {
    const index = indices[i];
    if (rowAddress < rows.start[index]) continue;
    rows.start[index] = rowAddress;
    rows.end[index] = limit;
    rows.file[index] = file;
    rows.line[index] = line;
    rows.column[index] = column;
  }
  return i;
}
