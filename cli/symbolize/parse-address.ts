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
  const digits = /^(?:0x)?0*([0-9a-f]{1,16})$/i.exec(text)?.[1];
  if (digits === undefined) {
    const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
    return { text: shown, value: Number.NaN, error: NOT_AN_ADDRESS };
  }
  // Two halves of 32 bits, the upper one signed, for a number holds 53.
  const low = Number.parseInt(digits.slice(-8), 16);
  const high = digits.length > 8 ? Number.parseInt(digits.slice(0, -8), 16) | 0 : 0;
  const value = high * 2 ** 32 + low;
  // Numbers beyond 2^53 would be rounded to other addresses; they are not canonical, so no code is there.
  return { text: `0x${digits.toLowerCase()}`, value: Number.isSafeInteger(value) ? value : Number.NaN };
}
