import { lowerBound } from "./cover-tree.ts";
import { FramesBuilder } from "./frames-builder.ts";
import type { ResolvedFrames, Resolver } from "./resolver.ts";
import type { CodeRanges } from "./unwind/fde-ranges.ts";

/**
 * `resolver`, but with a frame for each address that it knows none of and that lies in one of the functions of `ranges` (asked for when
 * needed): named by where the function begins. So the samples of a function are one frame, and not one an address, in what
 * was stripped too.
 */
export function withUnnamedFunctions(
  resolver: Resolver,
  ranges: () => CodeRanges | undefined,
  nameOf: (start: number) => string,
): Resolver {
  return {
    resolve(addresses) {
      const known = resolver.resolve(addresses);
      const { frameStart } = known;
      const functions = hasGap(frameStart) ? ranges() : undefined;
      if (functions === undefined) return known;
      const all = new FramesBuilder();
      for (let i = 0; i < addresses.length; i++) {
        if (frameStart[i] < frameStart[i + 1]) all.addAll(known, i);
        else {
          const start = startAround(functions, addresses[i]);
          if (start !== undefined) all.add(nameOf(start), "", 0, 0, 0);
        }
        all.endAddress();
      }
      return all.finish();
    },
  };
}

function hasGap(frameStart: ResolvedFrames["frameStart"]): boolean {
  for (let i = 0; i + 1 < frameStart.length; i++) if (frameStart[i] === frameStart[i + 1]) return true;
  return false;
}

function startAround({ starts, ends }: CodeRanges, address: number): number | undefined {
  // The first that ends behind it.
  const index = lowerBound(ends, address + 1);
  return index < starts.length && starts[index] <= address ? starts[index] : undefined;
}
