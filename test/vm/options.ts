import { GUESTS } from "./guests.ts";

export interface VmOptions {
  /** Also what is too long for every run. */
  full: boolean;
  /** Test files to run, without `.test.ts`; none: all. */
  files: string[];
}

/** All test files of this folder. */
export const FILES = [...GUESTS.map(({ name }) => name), "headers", "signed", "rules"];

/** Reads what follows `--` in `npm run test:vm -- [--full] [FILE…]`. Throws on anything else. */
export function readOptions(argv: readonly string[]): VmOptions {
  const separator = argv.indexOf("--");
  const words = separator < 0 ? [] : argv.slice(separator + 1);
  const files = words.filter((word) => word !== "--full");
  const unknown = files.find((word) => !FILES.includes(word));
  if (unknown !== undefined) {
    throw new Error(`There is no vm test ${unknown}: say --full, or some of ${FILES.join(", ")}.`);
  }
  return { full: words.includes("--full"), files };
}
