/**
 * Reads x86-64 instructions as far as following the stack pointer needs it: how long each is, and of which registers and bytes it is
 * made. Intel SDM, volume 2, chapter 2 "Instruction Format" and appendix A "Opcode Map"; XOP: AMD APM, volume 6.
 */

/** Where an opcode is looked up. EVEX has further ones, 5 and 6; XOP has 8 to 10. */
export const OpcodeMap = { one: 0, two: 1, three38: 2, three3a: 3 } as const;

/** What follows an opcode. */
const Shape = { known: 1, modrm: 2, one: 4, two: 8, four: 16, eight: 32, relative: 64, wide: 128 } as const;

/** Whether each opcode is followed by a ModRM byte ("m") and an immediate: "1" and "2" bytes, "4" (2 with 66), "8" (moffs). "-" is none, "?" unknown. */
const ONE_BYTE = table(`
  m m m m 1 4 ? ? m m m m 1 4 ? ?  m m m m 1 4 ? ? m m m m 1 4 ? ?
  m m m m 1 4 ? ? m m m m 1 4 ? ?  m m m m 1 4 ? ? m m m m 1 4 ? ?
  ? ? ? ? ? ? ? ? ? ? ? ? ? ? ? ?  - - - - - - - - - - - - - - - -
  ? ? ? m ? ? ? ? 4 m4 1 m1 - - - -  1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
  m1 m4 ? m1 m m m m m m m m m m m m  - - - - - - - - - - ? - - - - -
  8 8 8 8 - - - - 1 4 - - - - - -  1 1 1 1 1 1 1 1 v v v v v v v v
  m1 m1 2 - ? ? m1 m4 3 - 2 - - 1 ? -  m m m m ? ? ? - m m m m m m m m
  1 1 1 1 1 1 1 1 r r ? 1 - - - -  ? - ? ? - - m m - - - - - - m m`);

const TWO_BYTE = table(`
  m m m m ? - - - - - ? - ? m - m1  m m m m m m m m m m m m m m m m
  m m m m ? ? ? ? m m m m m m m m  - - - - - - - - ? ? ? ? ? ? ? ?
  m m m m m m m m m m m m m m m m  m m m m m m m m m m m m m m m m
  m m m m m m m m m m m m m m m m  m1 m1 m1 m1 m m m - m m m m m m m m
  r r r r r r r r r r r r r r r r  m m m m m m m m m m m m m m m m
  - - - m m1 m ? ? - - - m m1 m m m  m m m m m m m m m m m1 m m m m m
  m m m1 m m1 m1 m1 m - - - - - - - -  m m m m m m m m m m m m m m m m
  m m m m m m m m m m m m m m m m  m m m m m m m m m m m m m m m m`);

function table(text: string): Uint8Array {
  const shapes: Record<string, number> = {
    "?": 0,
    "-": Shape.known,
    m: Shape.known | Shape.modrm,
    "1": Shape.known | Shape.one,
    "2": Shape.known | Shape.two,
    "3": Shape.known | Shape.one | Shape.two,
    "4": Shape.known | Shape.four,
    "8": Shape.known | Shape.eight,
    r: Shape.known | Shape.relative,
    v: Shape.known | Shape.wide,
    m1: Shape.known | Shape.modrm | Shape.one,
    m4: Shape.known | Shape.modrm | Shape.four,
  };
  return Uint8Array.from(text.trim().split(/\s+/), (word) => shapes[word]);
}

const MAX_LENGTH = 15;
/** No register: of `base` and `index`. */
export const NONE = -1;
/** Of `base`: the operand lies at the next instruction and a number. */
export const RIP = 16;

/** One instruction; `read` fills it anew. Registers have the processor's numbers: 4 is rsp, 5 is rbp. */
export class Instruction {
  length = 0;
  map = 0;
  opcode = 0;
  /** By VEX, EVEX or XOP. */
  isVector = false;
  /** 66, F2 or F3, or what VEX has in their place. */
  has66 = false;
  hasF2 = false;
  hasF3 = false;
  /** Operands of 64 bits. */
  isWide = false;
  /** Without one, byte registers 4 to 7 are the second bytes of 0 to 3. */
  hasRex = false;
  hasModrm = false;
  /** Whether the second operand is in memory. */
  isMemory = false;
  /** The register field, or what it stands for; bit 3 by the prefix. */
  reg = 0;
  /** The second operand's register; of memory the base is `base`. */
  rm = 0;
  base = NONE;
  index = NONE;
  displacement = 0;
  /** Sign-extended; of a jump or call the distance from the next instruction. */
  immediate = 0;
  /** The register that VEX has for a third operand. */
  third = 0;

  /** Reads what is at `at`. Returns whether it is known and whole. */
  read(code: Uint8Array, at: number): boolean {
    const limit = Math.min(code.length, at + MAX_LENGTH);
    let place = at;
    let rex = 0;
    this.isVector = false;
    this.has66 = false;
    this.hasF2 = false;
    this.hasF3 = false;
    this.map = OpcodeMap.one;
    let byte = 0;
    for (;;) {
      if (place >= limit) return false;
      byte = code[place++];
      if (byte === 0x66) this.has66 = true;
      else if (byte === 0xf2) this.hasF2 = true;
      else if (byte === 0xf3) this.hasF3 = true;
      else if ((byte & 0xf0) === 0x40) {
        rex = byte;
        continue;
      } else if (!isPlainPrefix(byte)) break;
      // A REX counts only right before the opcode.
      rex = 0;
    }
    if (byte === 0xc4 || byte === 0xc5 || byte === 0x62 || (byte === 0x8f && (code[place] & 0x1f) >= 8)) {
      const behind = this.#readVector(code, place, byte);
      if (behind < 0 || behind >= limit) return false;
      rex = this.#vectorRex;
      place = behind;
      byte = code[place++];
      this.isVector = true;
    } else if (byte === 0x0f) {
      if (place >= limit) return false;
      byte = code[place++];
      this.map = OpcodeMap.two;
      if (byte === 0x38 || byte === 0x3a) {
        this.map = byte === 0x38 ? OpcodeMap.three38 : OpcodeMap.three3a;
        if (place >= limit) return false;
        byte = code[place++];
      }
    }
    this.opcode = byte;
    this.isWide = (rex & 8) !== 0;
    this.hasRex = rex !== 0;
    const shape = this.#shape(byte);
    if (shape === 0) return false;
    this.hasModrm = (shape & Shape.modrm) !== 0;
    this.isMemory = false;
    this.base = NONE;
    this.index = NONE;
    this.displacement = 0;
    this.immediate = 0;
    // Of an opcode that has its register in itself.
    this.rm = (byte & 7) | ((rex & 1) << 3);
    if (this.hasModrm) {
      place = this.#readOperand(code, place, rex);
      if (place > limit) return false;
    }
    const bytes = this.#immediateBytes(shape);
    if (place + bytes > limit) return false;
    if (bytes > 0) this.immediate = signed(code, place, bytes);
    this.length = place + bytes - at;
    return true;
  }

  #vectorRex = 0;

  /** What VEX, EVEX and XOP say behind their first byte. Returns where the opcode is; -1: unknown. */
  #readVector(code: Uint8Array, at: number, kind: number): number {
    const first = code[at] ?? 0;
    if (kind === 0xc5) {
      this.#vectorRex = (~first >> 5) & 4;
      this.map = OpcodeMap.two;
      this.#readMandatory(first);
      return at + 1;
    }
    const second = code[at + 1] ?? 0;
    // R, X and B come inverted, W does not.
    this.#vectorRex = ((~first >> 5) & 7) | ((second >> 4) & 8);
    this.map = kind === 0x62 ? first & 7 : first & 0x1f;
    this.#readMandatory(second);
    if (kind === 0x62) return this.map === 0 || this.map === 4 || this.map === 7 ? -1 : at + 3;
    const isKnown = kind === 0xc4 ? this.map >= 1 && this.map <= 3 : this.map >= 8 && this.map <= 10;
    return isKnown ? at + 2 : -1;
  }

  #readMandatory(bits: number): void {
    this.third = (~bits >> 3) & 15;
    this.has66 = (bits & 3) === 1;
    this.hasF3 = (bits & 3) === 2;
    this.hasF2 = (bits & 3) === 3;
  }

  #shape(opcode: number): number {
    if (this.isVector && (this.map === 8 || this.map === OpcodeMap.three3a))
      return Shape.known | Shape.modrm | Shape.one;
    if (this.map === 10) return Shape.known | Shape.modrm | Shape.wide;
    if (this.isVector && this.map === OpcodeMap.two)
      return opcode === 0x77 ? Shape.known : Shape.known | Shape.modrm | (TWO_BYTE[opcode] & Shape.one);
    if (this.map === OpcodeMap.one) return ONE_BYTE[opcode];
    if (this.map === OpcodeMap.two) {
      // extrq and insertq of SSE4a have two bytes behind.
      const isSse4a = opcode === 0x78 && (this.has66 || this.hasF2);
      return TWO_BYTE[opcode] | (isSse4a ? Shape.two : 0);
    }
    return Shape.known | Shape.modrm | (this.map === OpcodeMap.three3a ? Shape.one : 0);
  }

  #readOperand(code: Uint8Array, at: number, rex: number): number {
    const modrm = code[at] ?? 0;
    let place = at + 1;
    const mod = modrm >> 6;
    this.reg = ((modrm >> 3) & 7) | ((rex & 4) << 1);
    this.rm = (modrm & 7) | ((rex & 1) << 3);
    if (mod === 3) return place;
    this.isMemory = true;
    this.base = this.rm;
    let bytes = mod === 1 ? 1 : mod === 2 ? 4 : 0;
    if ((modrm & 7) === 4) {
      const sib = code[place++] ?? 0;
      this.base = (sib & 7) | ((rex & 1) << 3);
      const index = ((sib >> 3) & 7) | ((rex & 2) << 2);
      this.index = index === 4 ? NONE : index;
      if ((sib & 7) === 5 && mod === 0) {
        this.base = NONE;
        bytes = 4;
      }
    } else if ((modrm & 7) === 5 && mod === 0) {
      this.base = RIP;
      bytes = 4;
    }
    if (bytes > 0) this.displacement = signed(code, place, bytes);
    return place + bytes;
  }

  #immediateBytes(shape: number): number {
    let bytes = 0;
    if (shape & Shape.one) bytes += 1;
    if (shape & Shape.two) bytes += 2;
    if (shape & Shape.four) bytes += this.has66 && !this.isWide ? 2 : 4;
    if (shape & Shape.eight) bytes += 8;
    if (shape & Shape.relative) bytes += 4;
    if (shape & Shape.wide) bytes += this.map === OpcodeMap.one ? this.#wideBytes() : 4;
    // test is the only one of its group that has a number.
    if (this.map === OpcodeMap.one && (this.opcode === 0xf6 || this.opcode === 0xf7) && (this.reg & 7) < 2)
      bytes += this.opcode === 0xf6 ? 1 : this.has66 && !this.isWide ? 2 : 4;
    return bytes;
  }

  #wideBytes(): number {
    if (this.isWide) return 8;
    return this.has66 ? 2 : 4;
  }
}

/** Those of segments, of addresses of 32 bits, and lock. */
function isPlainPrefix(byte: number): boolean {
  return (
    byte === 0x2e ||
    byte === 0x36 ||
    byte === 0x3e ||
    byte === 0x26 ||
    byte === 0x64 ||
    byte === 0x65 ||
    byte === 0x67 ||
    byte === 0xf0
  );
}

/** Little-endian, of at most four bytes: of more the first four. */
function signed(code: Uint8Array, at: number, bytes: number): number {
  if (bytes === 1) return (code[at] << 24) >> 24;
  if (bytes === 2) return ((code[at] | (code[at + 1] << 8)) << 16) >> 16;
  if (bytes === 3) return code[at] | (code[at + 1] << 8);
  return code[at] | (code[at + 1] << 8) | (code[at + 2] << 16) | (code[at + 3] << 24);
}
