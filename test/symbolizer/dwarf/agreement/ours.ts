import { debugFileFinder } from "../../../../symbolizer/debug-files/finder.ts";
import { openBinary } from "../../../../symbolizer/open-binary.ts";
import type { ResolvedFrames } from "../../../../symbolizer/resolver.ts";
import { type Chain, type Frame, normalPath } from "./frame.ts";

export interface OurAnswer {
  chains: Chain[];
  problems: readonly string[];
  /** Opening and resolving. */
  milliseconds: number;
}

/** What stapflame tells of each address, from nothing but the file and what it refers to. */
export async function byStapflame(path: string, addresses: Float64Array): Promise<OurAnswer> {
  // Debug files that are installed here are kept out, as they are from the judges.
  const finder = debugFileFinder({ standardFolder: "/nonexistent" });
  const before = performance.now();
  const opened = await openBinary(path, { inlines: true, finder });
  if (opened.found === undefined) throw new Error(`${path} ${opened.missing}`);
  const binary = opened.found;
  try {
    const frames = binary.resolve(addresses);
    const milliseconds = performance.now() - before;
    return { chains: chainsOf(frames, addresses.length), problems: binary.problems(), milliseconds };
  } finally {
    binary.close();
  }
}

function chainsOf({ frameStart, name, file, line }: ResolvedFrames, count: number): Chain[] {
  return Array.from({ length: count }, (_, i) => {
    const chain: Frame[] = [];
    for (let row = frameStart[i]; row < frameStart[i + 1]; row++) {
      chain.push({ name: name[row], file: normalPath(file?.[row] ?? ""), line: line?.[row] ?? 0 });
    }
    return chain;
  });
}
