const decoder = new TextDecoder("utf-8");

/** Text up to the first NUL (or the end); invalid UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
