import { CollectorError, type RecordSpec } from "../contract.ts";
import { computeLimits } from "./limits.ts";
import { PROFILE_HZ, type ScriptPlan } from "./script.ts";

/** What a recording compiles to. Throws CollectorError when the memory is too little. */
export function planOf(
  spec: Pick<RecordSpec, "frequencyHz" | "depths" | "mode" | "kernelMemoryBytes">,
  cpus: number,
): ScriptPlan {
  const { frequencyHz, depths, mode, kernelMemoryBytes } = spec;
  const limits = computeLimits({ frequencyHz, cpus, maxDepth: depths.user, kernelMemoryBytes });
  if (limits) return { frequencyHz, userStacks: mode !== "kernel", limits };
  throw new CollectorError(
    `${Math.floor(kernelMemoryBytes / 1024)} KiB of kernel memory are too few for SystemTap on ${cpus} CPUs at ${frequencyHz} Hz`,
    "Give more with --kernel-memory, or lower --max-depth: SystemTap keeps each table once for each CPU.",
  );
}

/** Throws CollectorError where a module built beforehand does not do what is asked. */
export function checkBuiltPlan(built: ScriptPlan | undefined, spec: RecordSpec, path: string): ScriptPlan {
  if (!built) {
    throw new CollectorError(
      `${path} was not built by this version of stapflame's stap collector`,
      "Build it anew: `stapflame build --collector stap`.",
    );
  }
  if (built.frequencyHz !== spec.frequencyHz) {
    throw new CollectorError(
      `${path} samples at ${built.frequencyHz} Hz, which is compiled in, and ${spec.frequencyHz} Hz were asked for`,
      `Use -F ${built.frequencyHz}, or a collector that compiles here.`,
    );
  }
  return built;
}

/** The rate of modules that are built ahead: that of timer.profile. */
export const BUILT_HZ = PROFILE_HZ;
