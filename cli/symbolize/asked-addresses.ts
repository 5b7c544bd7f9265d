/** Text that was asked for and is no address of code. */
export interface NoAddress {
  /** As it is shown; longer text is cut. */
  text: string;
  /** Why it is no address; undefined where it is one that no code can have. */
  error?: string;
}

/** What was asked for, in its order. Ten thousand addresses are numbers, not ten thousand objects. */
export interface AskedAddresses {
  /** Canonical 64-bit addresses, sign-extended; NaN where there can be no code. */
  values: Float64Array;
  /** Those that are NaN, by their index. */
  without: ReadonlyMap<number, NoAddress>;
}

/** Longer text is cut where it is repeated in an error. */
const MAX_SHOWN = 80;
const NOT_AN_ADDRESS = "is not a hexadecimal address of at most 64 bits";

/** Hexadecimal with or without `0x`, in either case, as tools for binaries print and take addresses. */
export function parseAddresses(texts: readonly string[]): AskedAddresses {
  const values = new Float64Array(texts.length);
  const without = new Map<number, NoAddress>();
  for (let i = 0; i < texts.length; i++) {
    const digits = /^(?:0x)?0*([0-9a-f]{1,16})$/i.exec(texts[i])?.[1];
    values[i] = digits === undefined ? Number.NaN : addressOf(digits);
    if (!Number.isNaN(values[i])) continue;
    without.set(
      i,
      digits === undefined
        ? { text: cut(texts[i]), error: NOT_AN_ADDRESS }
        : { text: `0x${digits.toLowerCase()}` },
    );
  }
  return { values, without };
}

/** What was asked for at `index`, as it is shown: `0x401136`. */
export function shownAddress({ values, without }: AskedAddresses, index: number): string {
  const value = values[index];
  if (value >= 0) return `0x${value.toString(16)}`;
  return without.get(index)?.text ?? `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
}

/** Of 1 to 16 digits. Beyond 2^53 numbers would be rounded to other addresses; those are not canonical, so no code is there: NaN. */
function addressOf(digits: string): number {
  // Two halves of 32 bits, the upper one signed, for a number holds 53.
  const low = Number.parseInt(digits.slice(-8), 16);
  const high = digits.length > 8 ? Number.parseInt(digits.slice(0, -8), 16) | 0 : 0;
  const value = high * 2 ** 32 + low;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
