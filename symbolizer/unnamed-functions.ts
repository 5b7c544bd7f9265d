import { lowerBound } from "./cover-tree.ts";
import { type Resolver, singleFrames } from "./resolver.ts";
import type { CodeRanges } from "./unwind/fde-ranges.ts";

/**
 * Names a function by where it begins: for what nothing else names (`firstNamed`). So the samples of a function are one frame,
 * and not one an address, in what was stripped too. `ranges`: the functions, asked for when something is to be named.
 */
export function unnamedFunctions(
  ranges: () => CodeRanges | undefined,
  nameOf: (start: number) => string,
): Resolver {
  return {
    resolve(addresses) {
      const functions = ranges();
      const names = Array.from(addresses, (address) => {
        const start = functions && startAround(functions, address);
        return start === undefined ? undefined : nameOf(start);
      });
      return singleFrames(names);
    },
  };
}

function startAround({ starts, ends }: CodeRanges, address: number): number | undefined {
  // The first that ends behind it.
  const index = lowerBound(ends, address + 1);
  return index < starts.length && starts[index] <= address ? starts[index] : undefined;
}
