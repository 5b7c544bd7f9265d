import { type Assembler, FP, imm, R0, R1, R2, R3, R4, R7, R8 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import { increment, lookUp, namespaceId, readKernel } from "./fragments.ts";
import { type ProgramPlan, TID_KEY_HIGH } from "./plan.ts";
import { COUNTERS, IDS, KEY, NS_KEY, SCRATCH, START_TIME, TASK } from "./slots.ts";

/** Goes on only for a task that is wanted, with its ids as the user sees them in IDS. */
export function filterTask(asm: Assembler, plan: ProgramPlan): void {
  asm.call(Helper.getCurrentPidTgid).mov(R7, R0); // tgid << 32 | tid, in the machine's own namespace
  const idle = plan.idle && plan.filter.kind === "all" ? "idle" : "exit";
  asm.jumpIf(R7, "eq", imm(0), idle).load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "busyTicks", R2);
  if (idle === "idle") asm.label(idle);
  if (plan.filter.kind === "tasks") filterTargets(asm, plan, plan.filter.tids);
  if (plan.filter.kind === "cgroup") {
    asm.loadMap(R1, plan.maps.cgroup).mov(R2, imm(0)).call(Helper.currentTaskUnderCgroup);
    asm.jumpIf(R0, "ne", imm(1), "exit");
  }
  if (plan.pidNamespace === undefined) {
    asm.mov(R1, R7).alu("shr", R1, imm(32)).store("u32", FP, IDS, R1);
    if (plan.perThread) asm.store("u32", FP, IDS + 4, R7);
    else asm.storeImmediate("u32", FP, IDS + 4, 0);
  } else {
    namespaceIds(asm, plan, plan.pidNamespace);
  }
}

/** Looks the task up among the targets, by thread group and, if any were given by tid, by thread. */
function filterTargets(asm: Assembler, plan: ProgramPlan, tids: boolean): void {
  const { maps } = plan;
  asm.mov(R1, R7).alu("shr", R1, imm(32)).store("u64", FP, KEY, R1);
  lookUp(asm, maps.targets, KEY);
  asm.jumpIf(R0, "ne", imm(0), "wanted");
  if (tids) {
    asm.store("u32", FP, KEY, R7).storeImmediate("u32", FP, KEY + 4, TID_KEY_HIGH);
    lookUp(asm, maps.targets, KEY);
    asm.jumpIf(R0, "ne", imm(0), "wanted");
  }
  if (plan.pidNamespace === undefined) asm.jump("exit");
  else adoptSeed(asm, plan, plan.pidNamespace, tids);
  asm.label("wanted");
}

/**
 * The user's ids are of an inner PID namespace, and what is looked up must stay good when the task has given up its
 * ids there: so a task that is met for the first time is looked up in `seeds` and then known by its outer id.
 */
function adoptSeed(asm: Assembler, plan: ProgramPlan, namespace: number, tids: boolean): void {
  const { maps } = plan;
  const layout = requireLayout(plan);
  const adopt = (keyHigh: number, missing: string) => {
    asm.store("u32", FP, NS_KEY, R0).storeImmediate("u32", FP, NS_KEY + 4, keyHigh);
    lookUp(asm, maps.seeds, NS_KEY);
    asm.jumpIf(R0, "eq", imm(0), missing);
    asm.call(Helper.getCurrentPidTgid).mov(R7, R0);
    if (keyHigh === 0) asm.mov(R1, R7).alu("shr", R1, imm(32)).store("u64", FP, KEY, R1);
    else asm.store("u32", FP, KEY, R7).storeImmediate("u32", FP, KEY + 4, TID_KEY_HIGH);
    asm.load("u64", R8, FP, TASK);
    readKernel(asm, START_TIME, 8, R8, layout.task.startTime, "exit");
    asm.loadMap(R1, maps.targets).mov(R2, FP).add(R2, imm(KEY)).mov(R3, FP).add(R3, imm(START_TIME));
    asm.mov(R4, imm(0)).call(Helper.mapUpdateElem);
    asm.loadMap(R1, maps.seeds).mov(R2, FP).add(R2, imm(NS_KEY)).call(Helper.mapDeleteElem);
    asm.jump("wanted");
  };
  const tidSeed = asm.fresh("tid-seed");
  loadGroupLeader(asm, plan);
  namespaceId(asm, layout, namespace, TASK, SCRATCH);
  adopt(0, tids ? tidSeed : "exit");
  if (tids) {
    asm.label(tidSeed).call(Helper.getCurrentTask).store("u64", FP, TASK, R0);
    namespaceId(asm, layout, namespace, TASK, SCRATCH);
    adopt(TID_KEY_HIGH, "exit");
  }
}

/** IDS = the ids that the current task has in the user's PID namespace (0 outside it). */
function namespaceIds(asm: Assembler, plan: ProgramPlan, namespace: number): void {
  const layout = requireLayout(plan);
  loadGroupLeader(asm, plan);
  namespaceId(asm, layout, namespace, TASK, SCRATCH);
  asm.store("u32", FP, IDS, R0).storeImmediate("u32", FP, IDS + 4, 0);
  if (!plan.perThread) return;
  asm.call(Helper.getCurrentTask).store("u64", FP, TASK, R0);
  namespaceId(asm, layout, namespace, TASK, SCRATCH);
  asm.store("u32", FP, IDS + 4, R0);
}

/** TASK = the main thread of the current task's thread group. */
function loadGroupLeader(asm: Assembler, plan: ProgramPlan): void {
  asm.call(Helper.getCurrentTask).mov(R8, R0);
  readKernel(asm, TASK, 8, R8, requireLayout(plan).task.groupLeader, "exit");
}

function requireLayout(plan: ProgramPlan) {
  if (!plan.layout) throw new Error("a PID namespace needs the kernel's layout");
  return plan.layout;
}
