import type { ProcessEvents } from "../../collector/contract.ts";

/** For who has no use for what happens to processes. */
export const NO_EVENTS: ProcessEvents = {
  mmap() {},
  comm() {},
  fork() {},
  newThread() {},
  exit() {},
  gap() {},
};
