import { type CounterName, counterOffset } from "../../arena/counters.ts";
import { type Assembler, FP, imm, R0, R1, R2, R3, R7, R8, R9, type Register } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import type { KernelLayout } from "../kernel-layout.ts";

/**
 * Pieces of code that several programs share. Each says which registers it uses; all helpers spoil r1–r5.
 */

/** r0 = pointer to the value of `map` under the key at `FP + keySlot`, or 0. */
export function lookUp(asm: Assembler, map: number, keySlot: number): void {
  asm.loadMap(R1, map).mov(R2, FP).add(R2, imm(keySlot)).call(Helper.mapLookupElem);
}

/**
 * Copies `bytes` of kernel memory from `base + offset` to `FP + slot`; jumps to `failed` when it cannot be read.
 * Spoils r0–r5; `base` may be any other register.
 */
export function readKernel(
  asm: Assembler,
  slot: number,
  bytes: number,
  base: Register,
  offset: number,
  failed: string,
): void {
  asm
    .mov(R3, base)
    .add(R3, imm(offset))
    .mov(R1, FP)
    .add(R1, imm(slot))
    .mov(R2, imm(bytes))
    .call(Helper.probeReadKernel)
    .jumpIf(R0, "ne", imm(0), failed);
}

/** *(row + counter) += 1, spoiling `scratch`. Only this CPU writes the row, so it need not be atomic. */
export function increment(asm: Assembler, row: Register, counter: CounterName, scratch: Register): void {
  const offset = counterOffset(counter);
  asm.load("u64", scratch, row, offset).add(scratch, imm(1)).store("u64", row, offset, scratch);
}

/** Deepest nesting of PID namespaces (MAX_PID_NS_LEVEL, include/linux/pid_namespace.h). */
const MAX_NAMESPACE_LEVEL = 32;

/**
 * The id that a task has in the PID namespace with inode number `namespaceInode`, as u32 in r0; 0 when the task is not
 * visible there. The task's address is the u64 at `FP + taskSlot`; 32 bytes at `FP + scratchSlot` are used.
 * Spoils r0–r5 and r7–r9.
 */
export function namespaceId(
  asm: Assembler,
  layout: KernelLayout,
  namespaceInode: number,
  taskSlot: number,
  scratchSlot: number,
): void {
  const upidSlot = scratchSlot;
  const numberSlot = scratchSlot + 16;
  const none = asm.fresh("no-namespace-id");
  const done = asm.fresh("namespace-id-done");
  const loop = asm.fresh("namespace-level");
  const next = asm.fresh("next-namespace-level");

  asm.load("u64", R8, FP, taskSlot);
  readKernel(asm, numberSlot, 8, R8, layout.task.threadPid, none);
  asm.load("u64", R8, FP, numberSlot);
  readKernel(asm, numberSlot, 4, R8, layout.pid.level, none);
  asm.load("u32", R9, FP, numberSlot).mov(R7, imm(0));

  asm.label(loop).jumpIf(R7, "gt", imm(MAX_NAMESPACE_LEVEL), none).jumpIf(R7, "gt", R9, none);
  asm.mov(R3, R7).alu("mul", R3, imm(layout.upid.size)).add(R3, R8).add(R3, imm(layout.pid.numbers));
  asm.mov(R1, FP).add(R1, imm(upidSlot)).mov(R2, imm(16)).call(Helper.probeReadKernel);
  asm.jumpIf(R0, "ne", imm(0), none);
  asm.load("u64", R3, FP, upidSlot + layout.upid.ns).add(R3, imm(layout.pidNamespace.inum));
  asm.mov(R1, FP).add(R1, imm(numberSlot)).mov(R2, imm(4)).call(Helper.probeReadKernel);
  asm.jumpIf(R0, "ne", imm(0), none);
  asm.load("u32", R1, FP, numberSlot).loadImmediate64(R2, BigInt(namespaceInode)).jumpIf(R1, "ne", R2, next);
  asm.load("u32", R0, FP, upidSlot + layout.upid.nr).jump(done);
  asm.label(next).add(R7, imm(1)).jump(loop);

  asm.label(none).mov(R0, imm(0));
  asm.label(done);
}
