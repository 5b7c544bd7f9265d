import type { TreeFrameKind } from "../../profile/frames.ts";

/** The kinds of frames as people call them. */
export const KIND_WORDS: Record<TreeFrameKind, string> = {
  root: "everything",
  process: "process",
  thread: "thread",
  kernel: "kernel",
  user: "program",
  library: "library",
  jit: "JIT-compiled",
  unknown: "unknown code",
};
