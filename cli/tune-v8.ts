import { setFlagsFromString } from "node:v8";

/**
 * For work that is over in half a second or two. V8 compiles for speed what has executed so many bytes of bytecode: at its
 * own 132 KiB the compiler takes more CPU time than it saves (a recording of 6,000 samples costs 12% less with this).
 * What does run so long is compiled at once then, also long functions, which V8 would have wait for a multiple; and not
 * with all that they call, for that is most of the compiler's work. Naming 10,000 addresses of a C library or a kernel
 * costs 8 to 11% less than with the budget alone.
 */
const FLAGS = [
  "--interrupt-budget=2000000",
  "--ticks-before-optimization=1",
  "--bytecode-size-allowance-per-tick=2000",
  "--max-inlined-bytecode-size-cumulative=200",
];

/**
 * For one batch of addresses, besides: the compiler's work that pays only in longer runs (a long loop compiled a second time
 * while it runs, loops taken apart), 7% of the CPU time; and new objects' space stays small, which saves 11 MiB.
 */
const BRIEF = [
  "--no-use-osr",
  "--no-turbo-loop-peeling",
  "--no-turbo-loop-variable",
  "--semi-space-growth-factor=1",
];
const NOT_BRIEF = [
  "--use-osr",
  "--turbo-loop-peeling",
  "--turbo-loop-variable",
  "--semi-space-growth-factor=2",
];
/** Measured with Node 20. Later versions have another compiler between (Maglev), and keep their own settings. */
const MEASURED_WITH = "20";

/** To be called when a command's modules are loaded (loaded.ts), and before its work. */
export function tuneV8(version: string = process.versions.node): void {
  setFlags(FLAGS, version);
}

/** Whether what comes now is over in half a second. */
export function tuneV8ForBrief(isBrief: boolean, version: string = process.versions.node): void {
  setFlags(isBrief ? BRIEF : NOT_BRIEF, version);
}

function setFlags(flags: readonly string[], version: string): void {
  if (version.split(".")[0] !== MEASURED_WITH) return;
  for (const flag of flags) setFlagsFromString(flag);
}
