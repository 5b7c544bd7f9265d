import { DText } from "./d/d-text.ts";
import { parseMangled } from "./d/parse-name.ts";
import { answerOf, type Endless } from "./unreadable.ts";

/**
 * The readable form of a name by D's ABI (`_D…`), as c++filt writes it: without a function's result and attributes. undefined: it is none, or
 * nests too deep. Never throws. Facts: https://dlang.org/spec/abi.html#name_mangling
 */
export function demangleD(mangled: string): string | Endless | undefined {
  if (mangled === "_Dmain") return "D main";
  if (!mangled.startsWith("_D")) return undefined;
  const text = new DText(mangled);
  return answerOf(() => {
    const name = parseMangled(text);
    return text.isAtEnd ? name : undefined;
  });
}
