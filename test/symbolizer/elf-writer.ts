/** Writes small ELF files for tests, of either class and byte order, from a description of sections and symbols. */
export interface ElfDescription {
  is64?: boolean;
  littleEndian?: boolean;
  machine?: number;
  type?: number;
  /** Text section: where it is mapped and where in the file it lies. */
  text?: { address: number; offset: number; size: number };
  symbols?: SymbolDescription[];
  dynamicSymbols?: SymbolDescription[];
  buildId?: number[];
  /** File offset of the symbol table, strings and section headers; far out for sparse files. */
  tablesOffset?: number;
  /** Write section count and name index in section 0, as files with 65,280 sections and more do. */
  extendedNumbering?: boolean;
}

export interface SymbolDescription {
  name: string | Uint8Array;
  value: number;
  size?: number;
  type?: "func" | "notype" | "object" | "ifunc" | "file" | "section" | "tls";
  binding?: "local" | "global" | "weak";
  /** 1 is the text section (default), 2 the data section. */
  section?: number;
}

const TYPES = { notype: 0, object: 1, func: 2, section: 3, file: 4, tls: 6, ifunc: 10 };
const BINDINGS = { local: 0, global: 1, weak: 2 };

/** The parts of the file with their offsets; the rest between is zeros. */
export function elfPieces(description: ElfDescription): { offset: number; bytes: Uint8Array }[] {
  const is64 = description.is64 ?? true;
  const little = description.littleEndian ?? true;
  const text = description.text ?? { address: 0x401000, offset: 0x1000, size: 0x1000 };
  const writer = (size: number) => new Writer(size, is64, little);
  const pieces: { offset: number; bytes: Uint8Array }[] = [];
  let at = description.tablesOffset ?? 0x4000;
  const place = (bytes: Uint8Array): { offset: number; size: number } => {
    const offset = at;
    pieces.push({ offset, bytes });
    at = Math.ceil((at + bytes.length) / 16) * 16;
    return { offset, size: bytes.length };
  };

  const note = noteBytes(description.buildId ?? [], little);
  const noteSection = place(note);
  const table = (symbols: SymbolDescription[]) => {
    const entry = is64 ? 24 : 16;
    const bytes = writer(entry * (symbols.length + 1));
    const strings: Uint8Array[] = [Uint8Array.of(0)];
    let stringsSize = 1;
    symbols.forEach((symbol, index) => {
      const raw = typeof symbol.name === "string" ? new TextEncoder().encode(symbol.name) : symbol.name;
      const start = entry * (index + 1);
      const info = (BINDINGS[symbol.binding ?? "global"] << 4) | TYPES[symbol.type ?? "func"];
      bytes.u32(start, raw.length === 0 ? 0 : stringsSize);
      bytes.u8(start + (is64 ? 4 : 12), info);
      bytes.u16(start + (is64 ? 6 : 14), symbol.section ?? 1);
      bytes.word(start + (is64 ? 8 : 4), symbol.value);
      bytes.word(start + (is64 ? 16 : 8), symbol.size ?? 0);
      strings.push(raw, Uint8Array.of(0));
      stringsSize += raw.length + 1;
    });
    return { symbols: place(bytes.bytes), strings: place(concat(strings)) };
  };
  const symtab = description.symbols === undefined ? undefined : table(description.symbols);
  const dynsym = description.dynamicSymbols === undefined ? undefined : table(description.dynamicSymbols);
  const sectionNames = [
    "",
    ".text",
    ".data",
    ".note.gnu.build-id",
    ".symtab",
    ".strtab",
    ".dynsym",
    ".dynstr",
    ".shstrtab",
  ];
  const nameOffsets: number[] = [];
  const nameBytes: Uint8Array[] = [];
  let nameSize = 0;
  for (const name of sectionNames) {
    nameOffsets.push(nameSize);
    nameBytes.push(new TextEncoder().encode(`${name}\0`));
    nameSize += name.length + 1;
  }
  const shstrtab = place(concat(nameBytes));
  const nothing = { offset: 0, size: 0 };
  const sections: [
    type: number,
    flags: number,
    address: number,
    where: { offset: number; size: number },
    link: number,
  ][] = [
    [0, 0, 0, nothing, 0],
    [1, 6, text.address, text, 0],
    [1, 3, 0x900000, { offset: text.offset, size: 0x100 }, 0],
    [description.buildId === undefined ? 0 : 7, 2, 0, noteSection, 0],
    [symtab === undefined ? 0 : 2, 0, 0, symtab?.symbols ?? nothing, 5],
    [3, 0, 0, symtab?.strings ?? nothing, 0],
    [dynsym === undefined ? 0 : 11, 2, 0, dynsym?.symbols ?? nothing, 7],
    [3, 2, 0, dynsym?.strings ?? nothing, 0],
    [3, 0, 0, shstrtab, 0],
  ];
  const sectionEntry = is64 ? 64 : 40;
  const headers = writer(sectionEntry * sections.length);
  sections.forEach(([type, flags, address, where, link], index) => {
    const start = sectionEntry * index;
    const word = is64 ? 8 : 4;
    headers.u32(start, nameOffsets[index]);
    headers.u32(start + 4, type);
    headers.word(start + 8, flags);
    headers.word(start + 8 + word, address);
    headers.word(start + 8 + 2 * word, where.offset);
    headers.word(start + 8 + 3 * word, where.size);
    headers.u32(start + 8 + 4 * word, link);
    headers.word(start + 16 + 5 * word, type === 2 || type === 11 ? (is64 ? 24 : 16) : 0);
  });
  if (description.extendedNumbering) {
    headers.word(8 + 3 * (is64 ? 8 : 4), sections.length);
    headers.u32(8 + 4 * (is64 ? 8 : 4), sections.length - 1);
  }
  const sectionHeaders = place(headers.bytes);

  const header = writer(0x200);
  header.bytes.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, little ? 1 : 2, 1]);
  header.u16(16, description.type ?? 3);
  header.u16(18, description.machine ?? 62);
  header.u32(20, 1);
  const programOffset = is64 ? 64 : 52;
  header.word(is64 ? 32 : 28, programOffset);
  header.word(is64 ? 40 : 32, sectionHeaders.offset);
  const counts = is64 ? 54 : 42;
  const programEntry = is64 ? 56 : 32;
  header.u16(counts, programEntry);
  header.u16(counts + 2, 1);
  header.u16(counts + 4, sectionEntry);
  header.u16(counts + 6, description.extendedNumbering ? 0 : sections.length);
  header.u16(counts + 8, description.extendedNumbering ? 0xffff : sections.length - 1);
  // One segment: the text, readable and executable.
  const p = programOffset;
  header.u32(p, 1);
  header.u32(p + (is64 ? 4 : 24), 5);
  header.word(p + (is64 ? 8 : 4), text.offset);
  header.word(p + (is64 ? 16 : 8), text.address);
  header.word(p + (is64 ? 32 : 16), text.size);
  header.word(p + (is64 ? 40 : 20), text.size);
  header.word(p + (is64 ? 48 : 28), 0x1000);
  return [{ offset: 0, bytes: header.bytes }, ...pieces];
}

export function writeElf(description: ElfDescription): Uint8Array {
  const pieces = elfPieces(description);
  const file = new Uint8Array(Math.max(...pieces.map((piece) => piece.offset + piece.bytes.length)));
  for (const { offset, bytes } of pieces) file.set(bytes, offset);
  return file;
}

export function noteBytes(id: number[], littleEndian: boolean): Uint8Array {
  const writer = new Writer(16 + Math.ceil(id.length / 4) * 4, false, littleEndian);
  writer.u32(0, 4);
  writer.u32(4, id.length);
  writer.u32(8, 3);
  writer.bytes.set(new TextEncoder().encode("GNU\0"), 12);
  writer.bytes.set(id, 16);
  return writer.bytes;
}

function concat(parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

class Writer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(
    size: number,
    private readonly is64: boolean,
    private readonly little: boolean,
  ) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(at: number, value: number): void {
    this.#view.setUint8(at, value);
  }

  u16(at: number, value: number): void {
    this.#view.setUint16(at, value, this.little);
  }

  u32(at: number, value: number): void {
    this.#view.setUint32(at, value, this.little);
  }

  word(at: number, value: number): void {
    if (this.is64) this.#view.setBigInt64(at, BigInt(value), this.little);
    else this.u32(at, value);
  }
}
