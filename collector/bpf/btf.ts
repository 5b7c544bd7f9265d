/**
 * Reads the kernel's type information (BTF, Documentation/bpf/btf.rst) as far as needed to find where a member lies
 * in a struct, so that one program fits each kernel's layout.
 */
const BTF_MAGIC = 0xeb9f;
const Kind = {
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  funcProto: 13,
  variable: 14,
  datasec: 15,
  declTag: 17,
  enum64: 19,
} as const;
const TYPE_BYTES = 12;
const MEMBER_BYTES = 12;
/** Deeper than any nesting of anonymous structs in the kernel. */
const MAX_NESTING = 8;

/** The type information is not what it should be, or lacks what is asked for. */
export class BtfError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BtfError";
  }
}

export class Btf {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #strings: number;
  /** Byte offset of each type; type 0 is void. */
  readonly #types: Uint32Array;
  /** Structs by name, filled in one pass when the first is asked for. */
  #structs: Map<string, number> | undefined;
  readonly #structNames: readonly string[];

  /**
   * `bytes`: the whole of /sys/kernel/btf/vmlinux. `structNames`: those that will be asked for, so that one pass over
   * the kernel's hundred thousand types finds all. Throws BtfError.
   */
  constructor(bytes: Uint8Array, structNames: readonly string[]) {
    this.#bytes = bytes;
    this.#structNames = structNames;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < 24 || this.#view.getUint16(0, true) !== BTF_MAGIC) {
      throw new BtfError("the kernel's type information (BTF) has an unknown format");
    }
    const headerBytes = this.#view.getUint32(4, true);
    const start = headerBytes + this.#view.getUint32(8, true);
    const end = start + this.#view.getUint32(12, true);
    this.#strings = headerBytes + this.#view.getUint32(16, true);
    if (end > bytes.length || this.#strings > bytes.length)
      throw new BtfError("the kernel's BTF is cut short");
    this.#types = this.#indexTypes(start, end);
  }

  /**
   * Byte offset of a member given by a path, e.g. `memberOffset("task_struct", "thread_pid")` or, through embedded
   * structs, `memberOffset("pid_namespace", "ns", "inum")`. Anonymous structs and unions are looked through.
   */
  memberOffset(structName: string, ...path: string[]): number {
    let type = this.#findStruct(structName);
    let offset = 0;
    for (const name of path) {
      const member = this.#findMember(type, name, 0);
      if (!member) throw new BtfError(`this kernel's struct ${structName} has no member ${path.join(".")}`);
      offset += member.offset;
      type = member.type;
    }
    return offset;
  }

  /** Size of a struct in bytes. */
  structSize(structName: string): number {
    return this.#view.getUint32(this.#types[this.#findStruct(structName)] + 8, true);
  }

  #indexTypes(start: number, end: number): Uint32Array {
    // No type is smaller than its header, so this is room enough.
    const offsets = new Uint32Array(Math.floor((end - start) / TYPE_BYTES) + 1);
    let count = 1;
    let offset = start;
    while (offset + TYPE_BYTES <= end) {
      offsets[count++] = offset;
      offset += TYPE_BYTES + this.#trailingBytes(offset);
    }
    return offsets.subarray(0, count);
  }

  #trailingBytes(offset: number): number {
    const info = this.#view.getUint32(offset + 4, true);
    const count = info & 0xffff;
    switch ((info >>> 24) & 0x1f) {
      case 1: // integer
      case Kind.variable:
      case Kind.declTag:
        return 4;
      case Kind.array:
        return 12;
      case Kind.struct:
      case Kind.union:
      case Kind.datasec:
      case Kind.enum64:
        return count * 12;
      case Kind.enum:
      case Kind.funcProto:
        return count * 8;
      default:
        return 0;
    }
  }

  #kind(type: number): number {
    return (this.#view.getUint32(this.#types[type] + 4, true) >>> 24) & 0x1f;
  }

  #findStruct(name: string): number {
    this.#structs ??= this.#findStructs();
    const type = this.#structs.get(name);
    if (type === undefined) throw new BtfError(`this kernel's BTF has no struct ${name}`);
    return type;
  }

  #findStructs(): Map<string, number> {
    const found = new Map<string, number>();
    for (let type = 1; type < this.#types.length && found.size < this.#structNames.length; type++) {
      if (this.#kind(type) !== Kind.struct) continue;
      const nameOffset = this.#view.getUint32(this.#types[type], true);
      for (const name of this.#structNames) {
        if (!found.has(name) && this.#nameIs(nameOffset, name)) found.set(name, type);
      }
    }
    return found;
  }

  #findMember(type: number, name: string, nesting: number): { offset: number; type: number } | undefined {
    if (nesting > MAX_NESTING || type >= this.#types.length) return undefined;
    const kind = this.#kind(type);
    if (kind !== Kind.struct && kind !== Kind.union) return undefined;
    const start = this.#types[type];
    const info = this.#view.getUint32(start + 4, true);
    const bitfields = info >>> 31 === 1;
    const end = start + TYPE_BYTES + (info & 0xffff) * MEMBER_BYTES;
    for (let at = start + TYPE_BYTES; at < end; at += MEMBER_BYTES) {
      const nameOffset = this.#view.getUint32(at, true);
      const memberType = this.#view.getUint32(at + 4, true);
      const rawOffset = this.#view.getUint32(at + 8, true);
      const offset = (bitfields ? rawOffset & 0xffffff : rawOffset) >>> 3;
      if (nameOffset !== 0) {
        if (this.#nameIs(nameOffset, name)) return { offset, type: memberType };
        continue;
      }
      const inner = this.#findMember(memberType, name, nesting + 1);
      if (inner) return { offset: offset + inner.offset, type: inner.type };
    }
    return undefined;
  }

  #nameIs(offset: number, name: string): boolean {
    const start = this.#strings + offset;
    for (let i = 0; i < name.length; i++) if (this.#bytes[start + i] !== name.charCodeAt(i)) return false;
    return this.#bytes[start + name.length] === 0;
  }
}
