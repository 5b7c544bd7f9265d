import type { RecordSpec } from "../../collector/contract.ts";

/** A recording of the whole machine as the command line's defaults ask for it, without unwind tables. */
export const RECORD_SPEC: RecordSpec = {
  targets: { kind: "all" },
  frequencyHz: 99,
  depths: { kernel: 127, user: 127 },
  mode: "all",
  idle: false,
  perThread: false,
  sliceNanos: 1e9,
  kernelMemoryBytes: 64 * 1024 * 1024,
};
