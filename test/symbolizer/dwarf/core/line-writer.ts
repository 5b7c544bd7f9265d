import { type Style, Writer } from "./dwarf-writer.ts";

export interface LineOptions {
  minimumInstructionLength?: number;
  maximumOperations?: number;
  lineBase?: number;
  lineRange?: number;
  opcodeBase?: number;
  operandCounts?: number[];
  /** Writes folders and files; none when absent. */
  files?: (writer: Writer) => void;
}

/** A line table with the program that `write` writes; `header` tells what its opcodes mean. */
export function lineTable(
  style: Style,
  write: (program: LineProgram) => void,
  options: LineOptions = {},
): Writer {
  const { lineBase = -5, lineRange = 14, opcodeBase = 13 } = options;
  const rest = new Writer(style);
  rest.u8(options.minimumInstructionLength ?? 1);
  if (style.version >= 4) rest.u8(options.maximumOperations ?? 1);
  rest.u8(1, lineBase, lineRange, opcodeBase);
  rest.u8(...(options.operandCounts ?? [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]).slice(0, opcodeBase - 1));
  if (options.files !== undefined) options.files(rest);
  else rest.raw(style.version >= 5 ? [0, 0, 0, 0] : [0, 0]);
  const program = new LineProgram(style, lineBase, lineRange, opcodeBase);
  write(program);
  const body = new Writer(style).u16(style.version);
  if (style.version >= 5) body.u8(style.addressSize, 0);
  body.offset(rest.size).raw(rest.bytes).raw(program.bytes);
  return new Writer(style).sized(body);
}

/** Folders and files as versions 2 to 4 have them: files as [name, folder]. */
export function oldFiles(folders: string[], files: [string, number][]): (writer: Writer) => void {
  return (writer) => {
    for (const folder of folders) writer.text(folder);
    writer.u8(0);
    for (const [name, folder] of files) writer.text(name).uleb(folder).uleb(0).uleb(0);
    writer.u8(0);
  };
}

/** The opcodes of a line program by their names in the standard. */
export class LineProgram extends Writer {
  readonly #lineBase: number;
  readonly #lineRange: number;
  readonly #opcodeBase: number;

  constructor(style: Style, lineBase: number, lineRange: number, opcodeBase: number) {
    super(style);
    this.#lineBase = lineBase;
    this.#lineRange = lineRange;
    this.#opcodeBase = opcodeBase;
  }

  extended(opcode: number, operands: Writer = new Writer(this.style)): this {
    return this.u8(0)
      .uleb(operands.size + 1)
      .u8(opcode)
      .raw(operands.bytes);
  }

  setAddress(address: number): this {
    return this.extended(2, new Writer(this.style).address(address));
  }

  endSequence(): this {
    return this.extended(1);
  }

  special(advance: number, lines: number): this {
    return this.u8(lines - this.#lineBase + this.#lineRange * advance + this.#opcodeBase);
  }

  copy(): this {
    return this.u8(1);
  }

  advancePc(operations: number): this {
    return this.u8(2).uleb(operations);
  }

  advanceLine(lines: number): this {
    return this.u8(3).sleb(lines);
  }

  setFile(file: number): this {
    return this.u8(4).uleb(file);
  }

  setColumn(column: number): this {
    return this.u8(5).uleb(column);
  }
}
