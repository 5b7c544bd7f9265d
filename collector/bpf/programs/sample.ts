import { ADDRESS_WORD, INDEX_OFFSET, KEY_WORD, MAX_PROBES, WORDS_OFFSET } from "../../arena/layout.ts";
import { Assembler, FP, imm, R0, R1, R2, R3, R4, R5, R6, R7, R8, R9 } from "../assembler.ts";
import { BPF_F_USER_STACK, Helper } from "../helpers.ts";
import { increment, lookUp, namespaceId, readKernel } from "./fragments.ts";
import { type ProgramPlan, TID_KEY_HIGH } from "./plan.ts";

/** Stack slots, as offsets from the frame pointer. */
const KEY = -8; // u64 key or u32 index of a look-up
const COUNTERS = -16; // pointer to this CPU's counters
const IDS = -24; // u32 tgid, u32 tid, as the user sees them
const NOW = -32; // CLOCK_MONOTONIC nanoseconds
const TASK = -40; // task_struct of the current or a related task
const START_TIME = -48;
const SCRATCH = -80; // 32 bytes for namespaceId
const NS_KEY = -88;

/**
 * The sampling program: run by each CPU's clock event in the timer interrupt. Filters the current task before any
 * stack is walked, writes the stack to the end of this CPU's arena, and either counts it as one already there or
 * keeps it. Bounded by the depth: two passes over at most 2 * depth words and MAX_PROBES look-ups.
 */
export function sampleProgram(plan: ProgramPlan): Assembler {
  const asm = new Assembler();
  const { arena, maps } = plan;
  const depthBytes = arena.maxDepth * 8;

  asm.mov(R6, R1); // the context: registers of what was interrupted

  // This CPU's counters.
  asm.call(Helper.getSmpProcessorId).store("u32", FP, KEY, R0);
  lookUp(asm, maps.counters, KEY);
  asm.jumpIf(R0, "eq", imm(0), "exit").store("u64", FP, COUNTERS, R0);

  filterTask(asm, plan);

  // This CPU's arena, on the side that is written now: element cpu * 2 + side.
  asm.call(Helper.getSmpProcessorId).alu("shl", R0, imm(1));
  asm.loadMapValue(R1, maps.control).load("u32", R1, R1).alu("and", R1, imm(1)).add(R0, R1);
  asm.store("u32", FP, KEY, R0);
  lookUp(asm, maps.arenas, KEY);
  asm.jumpIf(R0, "eq", imm(0), "no-arena").mov(R9, R0);

  // r8 = where the next record goes. The mask tells the verifier what the test before it has made sure of.
  asm.load("u64", R7, R9, 0).jumpIf(R7, "ge", imm(arena.dataBytes), "arena-full");
  asm.alu("and", R7, imm(arena.dataBytes - 8));
  asm.mov(R8, R9).add(R8, R7).add(R8, imm(arena.dataOffset));

  walkStacks(asm, plan, depthBytes);

  asm.load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "samples", R2);

  // The fixed words of the record.
  asm.call(Helper.ktimeGetNs).store("u64", FP, NOW, R0);
  asm.storeImmediate("u64", R8, 0, 1).store("u64", R8, 8, R0).store("u64", R8, 16, R0);
  asm.load("u64", R1, FP, IDS).store("u64", R8, KEY_WORD * 8, R1);
  asm.loadImmediate64(R1, plan.startNanos).alu("sub", R0, R1);
  asm.loadImmediate64(R1, BigInt(plan.sliceNanos)).alu("div", R0, R1).store("u32", R8, 48, R0);
  asm.mov(R1, R8).add(R1, imm(32)).mov(R2, imm(16)).call(Helper.getCurrentComm);

  hashKey(asm, arena.maxDepth, plan.hashMultiplier);
  findOrAppend(asm, plan);

  asm.label("no-arena").load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "samples", R2);
  increment(asm, R1, "noArena", R2);
  asm.jump("exit");
  asm.label("arena-full").load("u64", R1, FP, COUNTERS);
  increment(asm, R1, "samples", R2);
  increment(asm, R1, "arenaFull", R2);
  return asm.label("exit").mov(R0, imm(0)).exit();
}

/** Goes on only for a task that is wanted, with its ids as the user sees them in IDS. */
function filterTask(asm: Assembler, plan: ProgramPlan): void {
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

/**
 * Writes the kernel's and the user's addresses to the record at r8 and their number to its word 6. The mode is judged
 * by the kernel stack, which is empty exactly when user code was interrupted.
 */
function walkStacks(asm: Assembler, plan: ProgramPlan, depthBytes: number): void {
  const addresses = ADDRESS_WORD * 8;
  const kernelWanted = plan.mode !== "user";
  asm
    .mov(R1, R6)
    .mov(R2, R8)
    .add(R2, imm(addresses))
    .mov(R3, imm(kernelWanted ? depthBytes : 8))
    .mov(R4, imm(0));
  asm.call(Helper.getStack);
  asm.jumpIf(R0, "signedGe", imm(0), "kernel-walked").mov(R0, imm(0)).label("kernel-walked");
  if (plan.mode === "kernel") asm.jumpIf(R0, "eq", imm(0), "exit");
  if (plan.mode === "user") asm.jumpIf(R0, "ne", imm(0), "exit");
  // The mask tells the verifier that whole words were written.
  asm.alu("and", R0, imm(0xffff8)).jumpIf(R0, "gt", imm(depthBytes), "exit");
  asm.mov(R7, R0).mov(R1, R0).alu("shr", R1, imm(3)).store("u16", R8, 52, R1);

  if (plan.mode === "kernel") {
    asm.mov(R0, imm(0));
  } else {
    asm.mov(R1, R6).mov(R2, R8).add(R2, R7).add(R2, imm(addresses)).mov(R3, imm(depthBytes));
    asm.mov(R4, imm(BPF_F_USER_STACK)).call(Helper.getStack);
    asm.jumpIf(R0, "signedGe", imm(0), "user-walked").mov(R0, imm(0)).label("user-walked");
    asm.alu("and", R0, imm(0xffff8)).jumpIf(R0, "gt", imm(depthBytes), "exit");
  }
  asm.alu("shr", R0, imm(3)).store("u16", R8, 54, R0);
  asm
    .alu("shr", R7, imm(3))
    .add(R0, R7)
    .add(R0, imm(ADDRESS_WORD - KEY_WORD))
    .store("u64", R9, WORDS_OFFSET, R0);
}

/** r0 = a hash of the record's key. */
function hashKey(asm: Assembler, maxDepth: number, multiplier: bigint): void {
  const mostWords = 2 * maxDepth + ADDRESS_WORD - KEY_WORD;
  asm
    .mov(R1, R8)
    .add(R1, imm(KEY_WORD * 8))
    .load("u64", R2, R9, WORDS_OFFSET);
  asm.jumpIf(R2, "gt", imm(mostWords), "exit");
  asm.mov(R0, imm(0)).mov(R3, imm(0)).loadImmediate64(R5, multiplier);
  asm.label("hash").jumpIf(R3, "ge", R2, "hashed");
  asm.mov(R4, R3).alu("shl", R4, imm(3)).add(R4, R1).load("u64", R4, R4);
  asm.alu("xor", R0, R4).alu("mul", R0, R5).mov(R4, R0).alu("shr", R4, imm(32)).alu("xor", R0, R4);
  asm.add(R3, imm(1)).jump("hash");
  asm.label("hashed");
}

/** Counts the record at r8 (hash in r0) as an equal one that is there, or keeps it. */
function findOrAppend(asm: Assembler, plan: ProgramPlan): void {
  const { arena } = plan;
  const mostWords = 2 * arena.maxDepth + ADDRESS_WORD - KEY_WORD;
  asm.mov(R7, R0).alu("shr", R7, imm(32)); // tag
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    asm
      .mov(R3, R0)
      .add(R3, imm(probe))
      .alu("and", R3, imm(arena.indexSlots - 1))
      .alu("shl", R3, imm(3));
    asm.add(R3, R9).load("u64", R4, R3, INDEX_OFFSET);
    asm.jumpIf(R4, "eq", imm(0), "free-slot");
    asm.mov(R5, R4).alu("shr", R5, imm(32)).jumpIf(R5, "eq", R7, "candidate");
  }
  asm.jump("append");

  // r4: an index entry with the same tag. Compare word for word; the tag alone proves nothing.
  asm.label("candidate").alu("shl", R4, imm(32)).alu("shr", R4, imm(32)).alu("sub", R4, imm(1));
  asm.alu("shl", R4, imm(3)).alu("and", R4, imm(arena.dataBytes - 8));
  asm.add(R4, R9).add(R4, imm(arena.dataOffset)).mov(R6, R4); // r6: no stack is walked any more
  asm.load("u64", R2, R9, WORDS_OFFSET).jumpIf(R2, "gt", imm(mostWords), "exit").mov(R3, imm(0));
  asm.label("compare").jumpIf(R3, "ge", R2, "same");
  asm.mov(R4, R3).alu("shl", R4, imm(3)).mov(R5, R4).add(R4, R6).add(R5, R8);
  asm.load("u64", R4, R4, KEY_WORD * 8).load("u64", R5, R5, KEY_WORD * 8);
  asm.jumpIf(R4, "ne", R5, "append").add(R3, imm(1)).jump("compare");

  asm.label("same").load("u64", R1, R6, 0).add(R1, imm(1)).store("u64", R6, 0, R1);
  asm.load("u64", R1, FP, NOW).store("u64", R6, 16, R1).jump("exit");

  // r3: a free place in the index.
  asm.label("free-slot").load("u64", R1, R9, 0).alu("shr", R1, imm(3)).add(R1, imm(1));
  asm.alu("shl", R7, imm(32)).alu("or", R1, R7).store("u64", R3, INDEX_OFFSET, R1);

  asm.label("append").load("u64", R1, R9, WORDS_OFFSET).add(R1, imm(KEY_WORD)).alu("shl", R1, imm(3));
  asm.load("u64", R2, R9, 0).add(R1, R2).store("u64", R9, 0, R1).jump("exit");
}
