/** Debug information that contradicts itself or ends too early. The message is a phrase: "a string without end". */
export class DwarfDamage extends Error {
  override readonly name = "DwarfDamage";
}

/** Kept out of line, so that the reading methods stay small enough to be inlined. */
export function endsInside(): never {
  throw new DwarfDamage("a value reaches beyond the end");
}
