/** Writes jitdump files as the specification has them (linux/tools/perf/Documentation/jitdump-specification.txt). */
export class JitDumpWriter {
  readonly #parts: Buffer[] = [];

  constructor(magic = 0x4a695444, version = 1) {
    const header = Buffer.alloc(40);
    header.writeUInt32LE(magic, 0);
    header.writeUInt32LE(version, 4);
    header.writeUInt32LE(header.length, 8);
    header.writeUInt32LE(62, 12);
    this.#parts.push(header);
  }

  /** Code at `address`; `index` tells it from other code. */
  load(address: number, size: number, name: string, index = 0): this {
    const fixed = numbers([address, address, size, index], 8);
    return this.record(0, Buffer.concat([fixed, text(name), Buffer.alloc(Math.min(size, 64), 0xcc)]));
  }

  move(from: number, to: number, size: number, index: number): this {
    return this.record(1, numbers([to, from, to, size, index], 8));
  }

  /** Of the code that is loaded next: address, line, column, file. */
  lines(address: number, lines: readonly (readonly [number, number, number, string])[]): this {
    const entries = lines.map(([at, line, column, file]) => {
      const place = Buffer.alloc(8);
      place.writeInt32LE(line, 0);
      place.writeInt32LE(column, 4);
      return Buffer.concat([numbers([at]), place, text(file)]);
    });
    return this.record(2, Buffer.concat([numbers([address, lines.length]), ...entries]));
  }

  /** Any record; `length`: what it says of itself. */
  record(kind: number, body: Uint8Array, length = 16 + body.length): this {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(kind, 0);
    head.writeUInt32LE(length, 4);
    this.#parts.push(head, Buffer.from(body));
    return this;
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

/** Numbers of 64 bits, after `before` bytes. */
function numbers(values: readonly number[], before = 0): Buffer {
  const bytes = Buffer.alloc(before + 8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), before + 8 * i);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from(value, "latin1"), Buffer.alloc(1)]);
}
