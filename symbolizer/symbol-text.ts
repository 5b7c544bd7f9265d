/** Longest name kept, in bytes of the file. Real C++ names reach tens of thousands of characters; none is read beyond. */
export const MAX_NAME_BYTES = 64 * 1024;

const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * A name from a binary, from /proc/kallsyms or from a perf map. Whoever made those chose the bytes, and names are
 * printed on terminals and in line-oriented formats: invalid UTF-8 and control characters (C0, DEL, C1) become U+FFFD.
 */
export function decodeName(bytes: Uint8Array): string {
  let plain = bytes.length < 256;
  for (let i = 0; plain && i < bytes.length; i++) plain = bytes[i] >= 0x20 && bytes[i] < 0x7f;
  // For the short ASCII names that nearly all are, this is some times faster than the decoder, and twice as fast as `...`.
  if (plain) return Reflect.apply(String.fromCharCode, undefined, bytes);
  return decoder.decode(bytes.subarray(0, MAX_NAME_BYTES)).replace(CONTROL_CHARACTERS, "\ufffd");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g;

/** What lies before the first NUL; all, where there is none. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
