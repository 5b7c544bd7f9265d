/** The part of an address behind `#` as names and values, as forms are sent, but with what may stand there left readable. */
export class HashWriter {
  readonly #parts: string[] = [];

  /** Leaves out what is `usual`. A name may come several times. */
  put(name: string, value: string, usual?: string): void {
    if (value !== usual) this.#parts.push(`${name}=${escapeValue(value)}`);
  }

  /** With `#`; `""` when nothing was put in. */
  finish(): string {
    return this.#parts.length === 0 ? "" : `#${this.#parts.join("&")}`;
  }
}

/** Reads any text: what makes no sense is not there. */
export class HashReader {
  readonly #parts: URLSearchParams;

  constructor(hash: string) {
    this.#parts = new URLSearchParams(hash.replace(/^#/, ""));
  }

  /** The first value of a name; `""` when there is none. */
  get(name: string): string {
    return this.#parts.get(name) ?? "";
  }

  all(name: string): string[] {
    return this.#parts.getAll(name);
  }

  /** (name, value) of all with one of these names, in order. */
  entries(names: readonly string[]): [name: string, value: string][] {
    return [...this.#parts].filter(([name]) => names.includes(name));
  }
}

/** Several texts as one, `|` between them. */
export function joinFields(fields: readonly string[]): string {
  return fields.map((field) => field.replace(/[%|]/g, (sign) => (sign === "%" ? "%25" : "%7C"))).join("|");
}

export function splitFields(text: string): string[] {
  return text.split("|").map((field) => field.replace(/%(25|7C)/g, (_, code) => (code === "25" ? "%" : "|")));
}

export function oneOf<T extends string>(known: readonly T[], value: string, otherwise: T): T {
  return known.find((each) => each === value) ?? otherwise;
}

/** Characters that RFC 3986 allows in a fragment and that mean nothing in `name=value&…`. */
const READABLE = /%(?:2F|3A|2C|3B|40|24|3F|21|27|28|29|7E)/g;

function escapeValue(value: string): string {
  const [, escaped] = new URLSearchParams([["", value]]).toString().split("=");
  // `+` is a blank there; programs that find addresses in texts know `%20` better.
  return escaped.replace(/\+/g, "%20").replace(READABLE, (code) => decodeURIComponent(code));
}
