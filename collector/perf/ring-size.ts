import { CollectorError, type RecordSpec } from "../contract.ts";
import { pageSize } from "../sys/page-size.ts";
import type { SamplePlan } from "./sample-plan.ts";

/** Of a recording's memory for buffers, where unwind tables have their share too. */
const SHARE_BESIDE_TABLES = 0.6;
/** A buffer holds the samples of so long a time of a busy CPU: the recorder may be kept from the CPU for a while. */
const WANTED_SECONDS = 2;
const LEAST_WANTED_BYTES = 128 * 1024;
const MOST_BYTES = 8 * 1024 * 1024;
/** A smaller one would be full while it is being read. */
const LEAST_SAMPLES = 2;

/** Bytes of memory that there are for one CPU's buffer. `tables`: whether there are unwind tables besides. */
export function ringShare(
  { kernelMemoryBytes }: Pick<RecordSpec, "kernelMemoryBytes">,
  cpus: number,
  tables: boolean,
): number {
  return (kernelMemoryBytes * (tables ? SHARE_BESIDE_TABLES : 1)) / cpus;
}

/** Bytes of each CPU's buffer, powers of two. Throws CollectorError when --kernel-memory has no room for them. */
export function ringSizes(
  spec: RecordSpec,
  plan: SamplePlan,
  cpus: number,
): { wanted: number; least: number } {
  const share = ringShare(spec, cpus, plan.registers !== undefined);
  const least = powerOfTwo(plan.sampleBytes * LEAST_SAMPLES);
  if (least > share) {
    throw new CollectorError(
      `${Math.floor(spec.kernelMemoryBytes / 1024)} KiB of kernel memory are too few for ${cpus} CPUs`,
      "Give more with --kernel-memory, or lower --stack-size or --max-depth.",
    );
  }
  const asked = Math.max(
    LEAST_WANTED_BYTES,
    spec.frequencyHz * plan.ticks * plan.sampleBytes * WANTED_SECONDS,
  );
  let wanted = Math.min(powerOfTwo(asked), MOST_BYTES);
  while (wanted > least && wanted > share) wanted /= 2;
  return { wanted: Math.max(wanted, least), least };
}

function powerOfTwo(atLeast: number): number {
  let bytes = pageSize();
  while (bytes < atLeast) bytes *= 2;
  return bytes;
}
