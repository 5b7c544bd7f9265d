import type { FunctionFinder } from "./function-finder.ts";
import { type Resolver, singleFrames } from "./resolver.ts";

/**
 * Names a function by where it begins: for what nothing else names (`firstNamed`). So the samples of a function are one frame,
 * and not one an address, in what was stripped too.
 */
export function unnamedFunctions(functions: FunctionFinder, nameOf: (start: number) => string): Resolver {
  return {
    resolve(addresses) {
      const names = Array.from(addresses, (address) => {
        const start = functions.startAround(address);
        return start === undefined ? undefined : nameOf(start);
      });
      return singleFrames(names);
    },
  };
}
