import type { ByteSource } from "../byte-source.ts";
import { ElfError } from "./elf-error.ts";

/** Word size and byte order, from `e_ident` (ELF gABI, chapter 4, "ELF Identification"). */
export interface Layout {
  is64: boolean;
  littleEndian: boolean;
}

/** Numbers out of a piece of an ELF file. Offsets must lie inside; callers check lengths before. */
export class Fields {
  readonly #view: DataView;
  readonly #layout: Layout;

  constructor(bytes: Uint8Array, layout: Layout) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#layout = layout;
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.#layout.littleEndian);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.#layout.littleEndian);
  }

  i32(offset: number): number {
    return this.#view.getInt32(offset, this.#layout.littleEndian);
  }

  /** 64 bits as unsigned; exact to 2^53, beyond which no file or size reaches. */
  u64(offset: number): number {
    const first = this.u32(offset);
    const second = this.u32(offset + 4);
    return this.#layout.littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }

  /** 64 bits as signed, as the profile keeps addresses. */
  i64(offset: number): number {
    const { littleEndian } = this.#layout;
    const high = this.i32(littleEndian ? offset + 4 : offset);
    return high * 2 ** 32 + this.u32(littleEndian ? offset : offset + 4);
  }

  /** A file offset or size: a word of the file's class. */
  size(offset: number): number {
    return this.#layout.is64 ? this.u64(offset) : this.u32(offset);
  }

  /** An address: sign-extended in 64-bit files, unsigned in 32-bit ones. */
  address(offset: number): number {
    return this.#layout.is64 ? this.i64(offset) : this.u32(offset);
  }
}

/** Exactly `length` bytes at `offset`, or an error naming `what`. The length must be bounded by the caller. */
export function readExactly(source: ByteSource, offset: number, length: number, what: string): Uint8Array {
  const bytes = source.read(offset, length);
  if (bytes.length < length) throw new ElfError("truncated", `the file ends inside its ${what}`);
  return bytes;
}
