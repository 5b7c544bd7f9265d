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
];
const LITTLE_INLINING = "--max-inlined-bytecode-size-cumulative=200";

/**
 * By the version of Node that it was measured with; V8 says it aloud when it does not know a flag. Node 22 has another compiler
 * between (Maglev), and no such budget: 10,000 addresses of a C library cost 0.48 s for 0.61 with what is left.
 */
const FLAGS_OF = new Map([
  ["20", [...FLAGS, LITTLE_INLINING]],
  ["22", [LITTLE_INLINING]],
]);

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

/** To be called when a command's modules are loaded (loaded.ts), and before its work. */
export function tuneV8(version: string = process.versions.node): void {
  setFlags(FLAGS_OF.get(major(version)) ?? []);
}

/** Whether what comes now is over in half a second. */
export function tuneV8ForBrief(isBrief: boolean, version: string = process.versions.node): void {
  if (FLAGS_OF.has(major(version))) setFlags(isBrief ? BRIEF : NOT_BRIEF);
}

function major(version: string): string {
  return version.split(".")[0];
}

function setFlags(flags: readonly string[]): void {
  for (const flag of flags) setFlagsFromString(flag);
}
