import { ensureBuilt } from "./build.ts";
import { ensureCommands } from "./debian.ts";

/** Benchmarks compare with other people's tools in the same run. */
export default function setup(): void {
  if (process.getuid?.() !== 0) throw new Error("Benchmarks sample the kernel: run them as root.");
  ensureCommands({ gcc: "gcc", perf: "linux-perf" });
  ensureBuilt();
}
