import { FramesBuilder } from "./frames-builder.ts";
import type { Resolver } from "./resolver.ts";

/** Each resolver is asked for what those before it have no name for. */
export function firstNamed(resolvers: readonly Resolver[]): Resolver {
  const [first, ...rest] = resolvers;
  if (rest.length === 0) return first;
  const others = firstNamed(rest);
  return {
    resolve(addresses) {
      const known = first.resolve(addresses);
      const isGap = (i: number) => known.frameStart[i] === known.frameStart[i + 1];
      const gaps = addresses.filter((_, i) => isGap(i));
      if (gaps.length === 0) return known;
      const more = others.resolve(gaps);
      const all = new FramesBuilder();
      let gap = 0;
      for (let i = 0; i < addresses.length; i++) {
        if (isGap(i)) all.addAll(more, gap++);
        else all.addAll(known, i);
        all.endAddress();
      }
      return all.finish();
    },
  };
}
