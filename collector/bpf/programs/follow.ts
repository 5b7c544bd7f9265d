import { Assembler, FP, imm, R0, R1, R2, R3, R4, R6, R7, R8, R9 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import type { KernelLayout } from "../kernel-layout.ts";
import { increment, lookUp, namespaceId, readKernel } from "./fragments.ts";
import { type ProgramPlan, TID_KEY_HIGH } from "./plan.ts";

/**
 * The programs that keep the set of targets true while the targets fork and end. They run at raw tracepoints: the
 * kernel calls `sched_process_fork` before the child can run, so no child's first instruction is missed.
 */
const KEY = -8;
const START_TIME = -16;
const TGID = -24;
const PID = -32;
const TASK = -40;
const SCRATCH = -72;
const NS_KEY = -80;

interface FollowPlan extends ProgramPlan {
  layout: KernelLayout;
  filter: { kind: "tasks"; tids: boolean };
}

/** At `sched_process_fork(parent, child)`: a child of a target becomes a target. */
export function forkProgram(plan: FollowPlan): Assembler {
  const asm = new Assembler();
  const { maps, layout } = plan;
  asm.load("u64", R6, R1, 8); // the child
  readKernel(asm, TGID, 4, R6, layout.task.tgid, "exit");
  readKernel(asm, PID, 4, R6, layout.task.pid, "exit");
  readKernel(asm, START_TIME, 8, R6, layout.task.startTime, "exit");
  asm.call(Helper.getCurrentPidTgid).mov(R7, R0); // the parent: the tracepoint runs in its context

  // By thread group. A new thread of the same group is a target already.
  asm.mov(R1, R7).alu("shr", R1, imm(32)).store("u64", FP, KEY, R1);
  asm.load("u32", R2, FP, TGID).jumpIf(R1, "eq", R2, "by-tid");
  lookUp(asm, maps.targets, KEY);
  if (plan.pidNamespace === undefined) asm.jumpIf(R0, "eq", imm(0), "by-tid");
  else {
    // The parent may never have been sampled: then it is a target by its id in the user's namespace only.
    asm.jumpIf(R0, "ne", imm(0), "parent-is-target").call(Helper.getCurrentTask).mov(R8, R0);
    readKernel(asm, TASK, 8, R8, layout.task.groupLeader, "by-tid");
    namespaceId(asm, layout, plan.pidNamespace, TASK, SCRATCH);
    asm.store("u64", FP, NS_KEY, R0);
    lookUp(asm, maps.seeds, NS_KEY);
    asm.jumpIf(R0, "eq", imm(0), "by-tid").label("parent-is-target");
  }
  asm.load("u32", R1, FP, TGID).store("u64", FP, KEY, R1);
  addTarget(asm, plan);

  asm.label("by-tid");
  if (plan.filter.tids) {
    asm
      .call(Helper.getCurrentPidTgid)
      .store("u32", FP, KEY, R0)
      .storeImmediate("u32", FP, KEY + 4, TID_KEY_HIGH);
    lookUp(asm, maps.targets, KEY);
    if (plan.pidNamespace === undefined) asm.jumpIf(R0, "eq", imm(0), "exit");
    else {
      asm.jumpIf(R0, "ne", imm(0), "thread-is-target").call(Helper.getCurrentTask).store("u64", FP, TASK, R0);
      namespaceId(asm, layout, plan.pidNamespace, TASK, SCRATCH);
      asm.store("u32", FP, NS_KEY, R0).storeImmediate("u32", FP, NS_KEY + 4, TID_KEY_HIGH);
      lookUp(asm, maps.seeds, NS_KEY);
      asm.jumpIf(R0, "eq", imm(0), "exit").label("thread-is-target");
    }
    asm
      .load("u32", R1, FP, PID)
      .store("u32", FP, KEY, R1)
      .storeImmediate("u32", FP, KEY + 4, TID_KEY_HIGH);
    addTarget(asm, plan);
  }
  return asm.label("exit").mov(R0, imm(0)).exit();
}

/** targets[KEY] = START_TIME; a full table is counted. */
function addTarget(asm: Assembler, plan: FollowPlan): void {
  const added = asm.fresh("target-added");
  asm.loadMap(R1, plan.maps.targets).mov(R2, FP).add(R2, imm(KEY)).mov(R3, FP).add(R3, imm(START_TIME));
  asm.mov(R4, imm(0)).call(Helper.mapUpdateElem).jumpIf(R0, "eq", imm(0), added);
  asm.call(Helper.getSmpProcessorId).store("u32", FP, NS_KEY, R0);
  lookUp(asm, plan.maps.counters, NS_KEY);
  asm.jumpIf(R0, "eq", imm(0), added);
  increment(asm, R0, "targetsFull", R1);
  asm.label(added);
}

/**
 * At `sched_process_free(task)`: the kernel forgets a task, so its id may be another's soon. The start time tells
 * whether the entry is still this task's, should the id have been given away already.
 */
export function freeProgram(plan: FollowPlan): Assembler {
  const asm = new Assembler();
  const { maps, layout } = plan;
  asm.load("u64", R6, R1, 0);
  readKernel(asm, TGID, 4, R6, layout.task.tgid, "exit");
  readKernel(asm, PID, 4, R6, layout.task.pid, "exit");
  readKernel(asm, START_TIME, 8, R6, layout.task.startTime, "exit");

  const forget = (done: string) => {
    const mine = asm.fresh("entry-is-mine");
    lookUp(asm, maps.targets, KEY);
    asm.jumpIf(R0, "eq", imm(0), done).load("u64", R9, R0);
    asm.load("u64", R1, FP, START_TIME).jumpIf(R9, "eq", imm(0), mine).jumpIf(R9, "ne", R1, done);
    asm.label(mine).loadMap(R1, maps.targets).mov(R2, FP).add(R2, imm(KEY)).call(Helper.mapDeleteElem);
    asm.label(done);
  };

  // A thread group ends with its leader: the kernel frees it last.
  asm.load("u32", R7, FP, TGID).load("u32", R8, FP, PID).jumpIf(R7, "ne", R8, "group-done");
  asm.store("u64", FP, KEY, R7);
  forget("group-done");
  if (plan.filter.tids) {
    asm.store("u32", FP, KEY, R8).storeImmediate("u32", FP, KEY + 4, TID_KEY_HIGH);
    forget("thread-done");
  }
  return asm.label("exit").mov(R0, imm(0)).exit();
}
