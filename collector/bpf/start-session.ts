import { CollectorError, type RecordSpec, type StackDepths, type StartListener } from "../contract.ts";
import { DEEPEST_WITHOUT_LOOP, kernelWalkDepths, readKernelLimits } from "../limits.ts";
import { SyscallError } from "../sys/errno.ts";
import { tablesImpossible, tablesRefusal, withoutTables } from "../unwind/unwinding.ts";
import { BtfError } from "./btf.ts";
import { HASH_MULTIPLIER } from "./programs/plan.ts";
import { userRegisters } from "./programs/registers.ts";
import { needsLoop } from "./programs/walk-state.ts";
import { BpfSession } from "./session.ts";
import { VerifierError } from "./syscall.ts";

const SILENT: StartListener = { progress() {}, detail() {} };

/**
 * Begins to sample: with unwind tables where they are asked for and this kernel can; else by frame pointers, which the
 * session's notes say then. `hashMultiplier`: for tests only, see ProgramPlan.
 */
export async function startBpfSession(
  spec: RecordSpec,
  listener: StartListener = SILENT,
  hashMultiplier: bigint = HASH_MULTIPLIER,
): Promise<BpfSession> {
  const unwind = spec.mode === "kernel" ? undefined : spec.unwind;
  const byFramePointers = () => {
    const depths = spec.mode === "kernel" ? spec.depths : kernelWalkDepths(spec, readKernelLimits());
    const shallower = { ...spec, depths };
    return new BpfSession(shallower, false, hashMultiplier).begin(shallower, listener);
  };
  if (!unwind) return byFramePointers();
  let reason = userRegisters() === undefined ? `${process.arch} has no tables` : tablesRefusal(spec);
  let cause: unknown;
  if (reason === undefined) {
    try {
      return await new BpfSession(spec, true, hashMultiplier).begin(spec, listener, unwind.source);
    } catch (error) {
      if (error instanceof VerifierError && needsLoop(spec.depths)) throw tooDeep(spec.depths, error);
      reason = tablesProblem(error);
      if (reason === undefined) throw error;
      cause = error;
    }
  }
  if (unwind.required) throw tablesImpossible(reason, cause);
  const session = await byFramePointers();
  session.notes.push(withoutTables(reason));
  return session;
}

/** Shallower stacks need less of the kernel. */
function tooDeep({ user }: StackDepths, cause: VerifierError): CollectorError {
  return new CollectorError(
    `this kernel's BPF does not walk stacks of ${user} frames: ${cause.message}`,
    `Use --max-depth ${DEEPEST_WITHOUT_LOOP} or less; more needs Linux 5.17.`,
    { cause },
  );
}

/** Whether the kernel refused what only tables need: what it said; undefined: another error. */
function tablesProblem(error: unknown): string | undefined {
  if (error instanceof VerifierError) return error.message;
  if (error instanceof BtfError || error instanceof SyscallError) return error.message;
  // Two arenas a CPU may have room without the share of tables.
  if (error instanceof CollectorError) return error.message;
  return undefined;
}
