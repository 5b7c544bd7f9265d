import { type Chain, chainText } from "./frame.ts";

/** What two answers about one address have in common. */
export interface Agreement {
  /** The names of function and inlined callers, in number and order. */
  functions: boolean;
  /** File and line of every frame; of the innermost only where the chains differ in length. */
  places: boolean;
}

/** Whether two names are one function's. */
export type SameName = (a: string, b: string) => boolean;

/** What GCC appends to symbols of functions that it has cloned or split, and Go to an ABI's; DWARF tells the function. */
const CLONE = /(\.(cold|part|constprop|isra|lto_priv|localalias)(\.\d+)?|\.llvm\.\d+|\.abi0)+$/;

/**
 * Whether a name that DWARF tells and a symbol are one function's. Functions of internal linkage have no mangled name in
 * DWARF ("size", "~Triangle", "sorted<int>"); their symbol has the same identifier with its length before it.
 */
function isSymbolOf(symbol: string, name: string): boolean {
  const stem = symbol.replace(CLONE, "");
  if (stem === name.replace(CLONE, "")) return true;
  if (!stem.startsWith("_Z") || name.startsWith("_Z")) return false;
  const identifier = name.replace(/^~/, "").replace(/<.*$/s, "");
  // _ZN…clE…: the call operator, of lambdas for the most part.
  return name.startsWith("operator")
    ? /cl|cv|aS|eq|lt/.test(stem)
    : stem.includes(`${identifier.length}${identifier}`);
}

export function agreement(ours: Chain, theirs: Chain, aliases: SameName): Agreement {
  // No function: padding between functions, which line tables cover nevertheless. There is no frame to tell it with.
  if (ours.length === 0 && theirs.every(({ name }) => name === "")) return { functions: true, places: true };
  // Judges name a function by its symbol, or by one of several; what is inlined has no symbol.
  const last = ours.length - 1;
  const sameFunction = (a: string, b: string) => aliases(a, b) || isSymbolOf(a, b) || isSymbolOf(b, a);
  const functions =
    ours.length === theirs.length &&
    ours.every(
      ({ name }, i) => name === theirs[i].name || (i === last && sameFunction(name, theirs[i].name)),
    );
  const compared = ours.length === theirs.length ? ours.length : Math.min(1, ours.length, theirs.length);
  let places = compared > 0 || ours.length === theirs.length;
  for (let i = 0; i < compared; i++) {
    places &&= ours[i].line === theirs[i].line && (ours[i].file === theirs[i].file || ours[i].line === 0);
  }
  return { functions, places };
}

/** In one phrase, so that differences of the same cause come together. */
export function kindOf(ours: Chain, theirs: Chain): string {
  if (ours.length === 0) return "we know nothing";
  if (theirs.length === 0) return "they know nothing";
  if (ours.length > theirs.length) return "our chain is longer";
  if (ours.length < theirs.length) return "our chain is shorter";
  const where = (i: number) =>
    ours.length === 1 ? "only" : i === 0 ? "inner" : i === ours.length - 1 ? "outer" : "middle";
  for (let i = 0; i < ours.length; i++) {
    const [a, b] = [ours[i], theirs[i]];
    if (a.name !== b.name) return `name of the ${where(i)} frame`;
    if (a.file !== b.file) return `file of the ${where(i)} frame`;
    if (a.line !== b.line)
      return `line of the ${where(i)} frame${a.line === 0 || b.line === 0 ? " (0 in one)" : ""}`;
  }
  return "aliases";
}

export interface Difference {
  kind: string;
  address: string;
  ours: string;
  elfutils: string;
  second: string;
}

export function difference(address: number, ours: Chain, elfutils: Chain, second: Chain): Difference {
  return {
    kind: kindOf(ours, elfutils),
    address: `0x${BigInt.asUintN(64, BigInt(address)).toString(16)}`,
    ours: chainText(ours),
    elfutils: chainText(elfutils),
    second: chainText(second),
  };
}
