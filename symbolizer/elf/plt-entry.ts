/**
 * What one entry of an x86-64 procedure linkage table jumps through: the address of its slot in the global offset
 * table, or, where the entry only pushes a number for the dynamic linker, that index into `.rela.plt`.
 *
 * The forms (System V ABI, x86-64 supplement, "Procedure Linkage Table"; binutils bfd/elfxx-x86.c):
 *
 *     [f3 0f 1e fa] [f2] ff 25 d32 …      [endbr64] [bnd] jmp *d32(%rip)       .plt, .plt.sec, .plt.got
 *     [f3 0f 1e fa] 68 n32 [f2] e9 …      [endbr64] push n; [bnd] jmp .plt     .plt of files with .plt.sec
 */
export type PltTarget = { kind: "slot"; address: number } | { kind: "index"; index: number };

/** Entries have 16 bytes, but for the 8 of a `.plt.got` without endbr64 (`jmp; xchg %ax,%ax`). */
export function decodeX86PltEntry(bytes: Uint8Array, address: number): PltTarget | undefined {
  let at = 0;
  if (bytes[0] === 0xf3 && bytes[1] === 0x0f && bytes[2] === 0x1e && bytes[3] === 0xfa) at = 4;
  if (bytes[at] === 0x68 && at + 5 <= bytes.length)
    return { kind: "index", index: int32(bytes, at + 1) >>> 0 };
  if (bytes[at] === 0xf2) at++;
  if (bytes[at] !== 0xff || bytes[at + 1] !== 0x25 || at + 6 > bytes.length) return undefined;
  return { kind: "slot", address: address + at + 6 + int32(bytes, at + 2) };
}

function int32(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}
