import { chmodSync, copyFileSync, renameSync, rmSync } from "node:fs";
import type { StartListener } from "../contract.ts";
import type { BuildRequest } from "../modules/build-request.ts";
import { headersOf } from "../modules/headers.ts";
import { signModule } from "../modules/sign-module.ts";
import { StapCompiler } from "./compile.ts";
import { BUILT_HZ, planOf } from "./plan.ts";

/** The other machine is not known: for more CPUs, the same memory holds fewer samples. */
const CPUS = 16;
/** SystemTap leaves what it writes open to all. */
const MODULE_MODE = 0o644;
const DEPTHS = { kernel: 127, user: 127 }; // PERF_MAX_STACK_DEPTH
const KERNEL_MEMORY_BYTES = 64 * 1024 * 1024;

/**
 * Builds a module that any recording can use: its targets are told to it when it runs. Unwind data of programs is compiled
 * in for those that are named, with their libraries; user stacks in others end at their leaf. Throws CollectorError.
 */
export async function buildStapModule(request: BuildRequest, listener: StartListener): Promise<void> {
  const headers = headersOf(request.release, request.headers);
  const frequencyHz = request.frequencyHz ?? BUILT_HZ;
  const kernelMemoryBytes = request.kernelMemoryBytes ?? KERNEL_MEMORY_BYTES;
  const plan = planOf({ frequencyHz, depths: DEPTHS, mode: "all", kernelMemoryBytes }, CPUS);
  const known =
    request.unwind.length > 0 ? `only those in ${request.unwind.join(", ")} and their libraries` : "none";
  listener.detail(`it samples at ${frequencyHz} Hz; callers of user code that it can tell: ${known}`);
  const compiler = new StapCompiler();
  const compiled = await compiler.compile(
    {
      plan,
      unwind: { files: request.unwind, libraries: request.unwind.length > 0 },
      release: request.release,
      headers: request.headers === undefined ? undefined : headers,
    },
    listener,
  );
  const part = `${request.output}.part`;
  try {
    copyFileSync(compiled, part);
    chmodSync(part, MODULE_MODE);
    if (request.signing) await signModule(part, headers, request.signing);
    renameSync(part, request.output);
  } finally {
    rmSync(part, { force: true });
  }
}
