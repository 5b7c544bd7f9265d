/**
 * 1 GiB, the most that one compressed section or file may unpack to. It has to lie in memory whole. The largest that
 * distributions ship compressed (`.debug_info` of Chromium and of vmlinux) stay below it; linkers leave larger ones plain.
 */
export const MAX_UNPACKED_BYTES = 2 ** 30;
/** Compilers' output shrinks to a third or a tenth, tables of zeros to a hundredth: what claims more wants our memory. */
const MAX_RATIO = 100;
/** So much costs nothing, whatever it shrank to. */
const FREE_BYTES = 4 << 20;

/** Why `claimed` bytes are not unpacked from `packed` ones; undefined: nothing against it. */
export function unpackRefusal(
  packed: number,
  claimed: number,
  most = MAX_UNPACKED_BYTES,
): string | undefined {
  if (claimed > most) return `unpacks to ${claimed} bytes, more than ${most}`;
  if (claimed > FREE_BYTES && claimed > packed * MAX_RATIO) {
    return `claims to unpack from ${packed} to ${claimed} bytes, which no compiler's output does`;
  }
  return undefined;
}
