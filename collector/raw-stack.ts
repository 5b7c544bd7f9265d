import type { RawStack } from "./contract.ts";

/** A stack to be filled in again and again, with room for `maxDepth` frames of the kernel and as many of the user. */
export function emptyRawStack(maxDepth: number): RawStack {
  return {
    tgid: 0,
    tid: 0,
    comm: "",
    slice: 0,
    firstNanos: 0,
    count: 0,
    kernel: new Float64Array(maxDepth),
    kernelLength: 0,
    user: new Float64Array(maxDepth),
    userLength: 0,
    userEnd: 0,
  };
}
