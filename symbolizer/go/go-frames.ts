import { FramesBuilder } from "../frames-builder.ts";
import type { ResolvedFrames } from "../resolver.ts";
import type { InlineTrees } from "./inline-trees.ts";
import type { Pclntab } from "./pclntab.ts";
import { Places } from "./places.ts";

/** Deeper chains of inlined calls are forged. */
const MAX_INLINED = 256;

export interface GoFrameOptions {
  /** Whether inlined calls become frames; without them a function's frame tells the line of its outermost call. */
  inlines: boolean;
}

/**
 * Frames of addresses, ascending, by the table of Go's runtime: functions with file and line, and what was inlined, as far as `trees` are
 * known. Without them code of an inlined call has its function's name and no line, as the line is in another function.
 */
export function goFrames(
  table: Pclntab,
  trees: InlineTrees | undefined,
  addresses: Float64Array,
  { inlines }: GoFrameOptions,
): Required<ResolvedFrames> {
  const frames = new FramesBuilder();
  let last = -1;
  let places = new Places(table, -1);
  let name = "";
  for (const address of addresses) {
    const index = table.indexOf(address);
    if (index !== last) {
      places = new Places(table, index);
      name = index < 0 ? "" : table.name(index);
      last = index;
    }
    if (name !== "" && places.covers(address)) addFrames(address, index);
    frames.endAddress();
  }
  return frames.finish();

  function addFrames(address: number, index: number): void {
    let at = address;
    for (let depth = 0; depth < MAX_INLINED; depth++) {
      const number = places.inlined(at);
      if (number < 0) break;
      const call = trees?.call(index, number);
      // Nothing tells where it stands.
      if (call === undefined || call.name === "" || !places.covers(call.calledAt)) {
        frames.add(name, "", 0, 0, table.startLine(index));
        return;
      }
      if (inlines) frames.add(call.name, places.file(at), places.line(at), 0, call.startLine);
      at = call.calledAt;
    }
    frames.add(name, places.file(at), places.line(at), 0, table.startLine(index));
  }
}
