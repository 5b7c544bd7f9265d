/** Small ELF files with call frame information made by hand, byte by byte. */

const TEXT = 0x1000;

export interface WrittenSection {
  name: string;
  bytes: number[] | Uint8Array;
  address?: number;
}

export interface WrittenFile {
  /** Executable segments; default: one at 0x1000 of 0x10000 bytes. */
  segments?: { address: number; bytes: number }[];
  sections: WrittenSection[];
  /** `e_machine`: x86-64. */
  machine?: number;
  type?: number;
}

/** Where `.eh_frame` lies, unless told otherwise. */
export const EH_ADDRESS = 0x80000;

export function writeFile({ segments, sections, machine = 62, type = 3 }: WrittenFile): Uint8Array {
  const loads = segments ?? [{ address: TEXT, bytes: 0x10000 }];
  const headerBytes = 64 + 56 * loads.length;
  const names = ["", ".shstrtab", ...sections.map(({ name }) => name)];
  const strings = Buffer.from(names.map((name) => `${name}\0`).join(""));
  const contents = [Buffer.alloc(0), strings, ...sections.map(({ bytes }) => Buffer.from(bytes))];
  const offsets: number[] = [];
  let at = headerBytes;
  for (const content of contents) {
    offsets.push(at);
    at = Math.ceil((at + content.length) / 8) * 8;
  }
  const file = Buffer.alloc(at + 64 * names.length);
  contents.forEach((content, i) => {
    content.copy(file, offsets[i]);
  });
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(type, 16);
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(64, 32);
  file.writeUInt32LE(at, 40);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(loads.length, 56);
  file.writeUInt16LE(64, 58);
  file.writeUInt16LE(names.length, 60);
  file.writeUInt16LE(1, 62);
  loads.forEach(({ address, bytes }, i) => {
    const header = 64 + 56 * i;
    file.writeUInt32LE(1, header);
    file.writeUInt32LE(5, header + 4);
    file.writeBigInt64LE(BigInt(address), header + 16);
    file.writeBigInt64LE(BigInt(bytes), header + 40);
  });
  let nameOffset = 0;
  names.forEach((name, i) => {
    const header = at + 64 * i;
    file.writeUInt32LE(nameOffset, header);
    nameOffset += name.length + 1;
    if (i === 0) return;
    file.writeUInt32LE(i === 1 ? 3 : 1, header + 4);
    file.writeUInt32LE(i === 1 ? 0 : 2, header + 8);
    file.writeUInt32LE(sections[i - 2]?.address ?? EH_ADDRESS, header + 16);
    file.writeUInt32LE(offsets[i], header + 24);
    file.writeUInt32LE(contents[i].length, header + 32);
  });
  return new Uint8Array(file);
}

export function uleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}

export function sleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

export function word(value: number, bytes = 4): number[] {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(BigInt(value));
  return [...buffer.subarray(0, bytes)];
}

const text = (value: string) => [...Buffer.from(`${value}\0`)];

/** DWARF numbers of x86-64's registers. */
export const RBX = 3;
export const RBP = 6;
export const RSP = 7;
export const R10 = 10;
export const RIP = 16;

/** Call frame instructions. */
export const cfa = {
  nop: [0],
  advance: (bytes: number) => [0x40 | bytes],
  advance1: (bytes: number) => [0x02, bytes],
  advance2: (bytes: number) => [0x03, ...word(bytes, 2)],
  advance4: (bytes: number) => [0x04, ...word(bytes)],
  advance8: (bytes: number) => [0x1d, ...word(bytes, 8)],
  setLocation: (bytes: number[]) => [0x01, ...bytes],
  offset: (register: number, factored: number) => [0x80 | register, ...uleb(factored)],
  restore: (register: number) => [0xc0 | register],
  offsetExtended: (register: number, factored: number) => [0x05, ...uleb(register), ...uleb(factored)],
  offsetExtendedSf: (register: number, factored: number) => [0x11, ...uleb(register), ...sleb(factored)],
  negativeOffset: (register: number, factored: number) => [0x2f, ...uleb(register), ...uleb(factored)],
  restoreExtended: (register: number) => [0x06, ...uleb(register)],
  undefined: (register: number) => [0x07, ...uleb(register)],
  same: (register: number) => [0x08, ...uleb(register)],
  register: (register: number, other: number) => [0x09, ...uleb(register), ...uleb(other)],
  remember: [0x0a],
  restoreState: [0x0b],
  define: (register: number, offset: number) => [0x0c, ...uleb(register), ...uleb(offset)],
  defineSf: (register: number, factored: number) => [0x12, ...uleb(register), ...sleb(factored)],
  defineRegister: (register: number) => [0x0d, ...uleb(register)],
  defineOffset: (offset: number) => [0x0e, ...uleb(offset)],
  defineOffsetSf: (factored: number) => [0x13, ...sleb(factored)],
  defineExpression: (bytes: number[]) => [0x0f, ...uleb(bytes.length), ...bytes],
  expression: (register: number, bytes: number[]) => [
    0x10,
    ...uleb(register),
    ...uleb(bytes.length),
    ...bytes,
  ],
  valueOffset: (register: number, factored: number) => [0x14, ...uleb(register), ...uleb(factored)],
  valueOffsetSf: (register: number, factored: number) => [0x15, ...uleb(register), ...sleb(factored)],
  valueExpression: (register: number, bytes: number[]) => [
    0x16,
    ...uleb(register),
    ...uleb(bytes.length),
    ...bytes,
  ],
  argumentsSize: (bytes: number) => [0x2e, ...uleb(bytes)],
  windowSave: [0x2d],
};

/** Operations of expressions. */
export const op = {
  breg: (register: number, offset: number) => [0x70 + register, ...sleb(offset)],
  bregx: (register: number, offset: number) => [0x92, ...uleb(register), ...sleb(offset)],
  deref: [0x06],
  plus: [0x22],
  minus: [0x1c],
  multiply: [0x1e],
  plusConstant: (value: number) => [0x23, ...uleb(value)],
  literal: (value: number) => [0x30 + value],
  constant1s: (value: number) => [0x09, value & 0xff],
};

export interface WrittenCie {
  version?: number;
  augmentation?: string;
  /** Behind the length of the augmentation; of "eh" behind its name. */
  augmentationData?: number[];
  codeAlign?: number;
  dataAlign?: number;
  returnAddress?: number;
  instructions?: number[];
}

export interface WrittenFde {
  start: number;
  bytes: number;
  instructions?: number[];
  /** Index of its CIE among all entries; default: the last one before. */
  cie?: number;
}

/** `.eh_frame` with 4-byte addresses relative to their place, or `.debug_frame` with 8-byte ones. */
export class FrameWriter {
  readonly #kind: "eh" | "debug";
  readonly #bytes: number[] = [];
  readonly #offsets: number[] = [];
  #lastCie = 0;

  constructor(kind: "eh" | "debug" = "eh") {
    this.#kind = kind;
  }

  /** With x86-64's usual beginning: the CFA is rsp + 8, the return address below it. */
  cie(written: WrittenCie = {}): this {
    const { version = 1, augmentation = this.#kind === "eh" ? "zR" : "" } = written;
    const data = written.augmentationData ?? (augmentation === "zR" ? [0x1b] : []);
    const returnAddress = written.returnAddress ?? RIP;
    this.#lastCie = this.#bytes.length;
    return this.raw([
      ...word(this.#kind === "eh" ? 0 : -1),
      version,
      ...text(augmentation),
      ...(version === 4 ? [8, 0] : []),
      ...(augmentation === "eh" ? data : []),
      ...uleb(written.codeAlign ?? 1),
      ...sleb(written.dataAlign ?? -8),
      ...(version === 1 ? [returnAddress] : uleb(returnAddress)),
      ...(augmentation.startsWith("z") ? [...uleb(data.length), ...data] : []),
      ...(written.instructions ?? [...cfa.define(RSP, 8), ...cfa.offset(RIP, 1)]),
    ]);
  }

  fde({ start, bytes, instructions = [], cie }: WrittenFde): this {
    const place = this.#bytes.length + 4;
    const cieOffset = cie === undefined ? this.#lastCie : this.#offsets[cie];
    const header =
      this.#kind === "eh"
        ? [...word(place - cieOffset), ...word(start - (EH_ADDRESS + place + 4)), ...word(bytes), 0]
        : [...word(cieOffset), ...word(start, 8), ...word(bytes, 8)];
    return this.raw([...header, ...instructions]);
  }

  /** An entry of any content; its length is put before it. */
  raw(content: number[]): this {
    this.#offsets.push(this.#bytes.length);
    this.#bytes.push(...word(content.length));
    return this.append(content);
  }

  /** Bytes that are no entry. */
  append(bytes: number[]): this {
    // Too many for one call's arguments, maybe.
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  bytes(): number[] {
    return this.#bytes;
  }

  section(): WrittenSection {
    return this.#kind === "eh"
      ? { name: ".eh_frame", bytes: this.#bytes, address: EH_ADDRESS }
      : { name: ".debug_frame", bytes: this.#bytes, address: 0 };
  }
}
