import type { ProgramFunction } from "./assembler.ts";

/**
 * The types that the kernel wants of a program with more than one function (include/uapi/linux/btf.h): it calls back only such
 * as are told to be static. All of ours return an int, and their arguments are not told, as nothing asks for them.
 *
 *     1 int   2 function that returns 1   3 … the functions, each of type 2
 */
const MAGIC = 0xeb9f;
const VERSION = 1;
const HEADER_BYTES = 24;
const INT = 1;
const PROTOTYPE = 2;
const FIRST_FUNCTION = 3;
const KIND = { int: 1, function: 12, prototype: 13 } as const;
const KIND_SHIFT = 24;
const SIGNED_32 = (1 << 24) | 32;
/** Of a function: not seen outside of its program (BTF_FUNC_STATIC). */
const STATIC = 0;

/** u32 each: a function's first instruction, and its type. */
export const FUNCTION_INFO_BYTES = 8;

/** The types of a program's functions, and which of its functions have which. */
export function functionTypes(functions: readonly ProgramFunction[]): { btf: Uint8Array; info: Uint8Array } {
  const names = ["", "int", ...functions.map(({ name }) => name)];
  const strings = new TextEncoder().encode(names.map((name) => `${name}\0`).join(""));
  const nameAt = (index: number) => names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0);
  const types = new Uint32Array([
    ...[nameAt(1), KIND.int << KIND_SHIFT, 4, SIGNED_32],
    ...[0, KIND.prototype << KIND_SHIFT, INT],
    ...functions.flatMap((_, index) => [
      nameAt(index + 2),
      (KIND.function << KIND_SHIFT) | STATIC,
      PROTOTYPE,
    ]),
  ]);
  const btf = new Uint8Array(HEADER_BYTES + types.byteLength + strings.length);
  const view = new DataView(btf.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, VERSION);
  view.setUint32(4, HEADER_BYTES, true);
  view.setUint32(12, types.byteLength, true);
  view.setUint32(16, types.byteLength, true);
  view.setUint32(20, strings.length, true);
  btf.set(new Uint8Array(types.buffer), HEADER_BYTES);
  btf.set(strings, HEADER_BYTES + types.byteLength);
  const info = new Uint32Array(functions.flatMap(({ index }, i) => [index, FIRST_FUNCTION + i]));
  return { btf, info: new Uint8Array(info.buffer) };
}
