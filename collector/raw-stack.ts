import type { RawStack, StackDepths } from "./contract.ts";

/** A stack to be filled in again and again, with room for the frames that are kept. */
export function emptyRawStack(depths: StackDepths): RawStack {
  return {
    tgid: 0,
    tid: 0,
    comm: "",
    slice: 0,
    firstNanos: 0,
    count: 0,
    kernel: new Float64Array(depths.kernel),
    kernelLength: 0,
    user: new Float64Array(depths.user),
    userLength: 0,
    userEnd: 0,
  };
}
