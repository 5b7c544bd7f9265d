/** An address that was asked for. */
export interface AskedAddress {
  /** As it is shown: `0x401136`; of text that is no address, the text itself. */
  text: string;
  /** Canonical 64-bit address, sign-extended; NaN where there can be no code. */
  value: number;
  /** Why the text is no address; undefined when it is one. */
  error?: string;
}

/** Longer text is cut where it is repeated in an error. */
const MAX_SHOWN = 80;
const NOT_AN_ADDRESS = "is not a hexadecimal address of at most 64 bits";

/** Hexadecimal with or without `0x`, in either case, as tools for binaries print and take addresses. */
export function parseAddress(text: string): AskedAddress {
  const match = /^(?:0x)?([0-9a-f]+)$/i.exec(text);
  const digits = match?.[1].replace(/^0+(?=.)/, "");
  if (digits === undefined || digits.length > 16) {
    const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
    return { text: shown, value: Number.NaN, error: NOT_AN_ADDRESS };
  }
  const value = Number(BigInt.asIntN(64, BigInt(`0x${digits}`)));
  // Numbers beyond 2^53 would be rounded to other addresses; they are not canonical, so no code is there.
  return { text: `0x${digits.toLowerCase()}`, value: Number.isSafeInteger(value) ? value : Number.NaN };
}
