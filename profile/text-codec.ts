/**
 * UTF-8 in both worlds that profile/ runs in. Declared by hand: neither the DOM's types nor Node's belong here, and a
 * global declaration would clash with whichever of them the importing room has.
 */
interface Platform {
  TextDecoder: new (label: string, options: { ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string };
  TextEncoder: new () => {
    encode(text: string): Uint8Array;
    encodeInto(text: string, target: Uint8Array): { read: number; written: number };
  };
}

const platform = globalThis as unknown as Platform;
/** A byte order mark is text like any other: names must come back as they went in. */
const decoder = new platform.TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new platform.TextEncoder();

/** Bytes that are no UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Lone surrogates become U+FFFD, one for one: the length in UTF-16 units stays. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Writes `text` from `offset` on and returns the number of bytes; `target` must have room for 3 a UTF-16 unit. */
export function encodeUtf8Into(text: string, target: Uint8Array, offset: number): number {
  return encoder.encodeInto(text, target.subarray(offset)).written;
}
