import { pageSize } from "../../sys/page-size.ts";
import { Assembler, FP, imm, R0, R1, R2, R3, R4, R6, R7, R8, R9 } from "../assembler.ts";
import { Helper } from "../helpers.ts";
import type { MappingLayout } from "../kernel-layout.ts";
import { lookUp } from "./fragments.ts";
import { FILE_KEY, MAPPED, MAPPED_ENTRY, MAPPED_ENTRY_BYTES, MOST_MAPPED } from "./mapped.ts";
import type { ProgramPlan, UnwindPlan } from "./plan.ts";

/** Slot of the thread group's id. */
const KEY = -8;
/** VM_EXEC, include/linux/mm.h. */
const EXECUTABLE = 4;

/**
 * At the entry of `perf_event_mmap(vma)`, which the kernel calls in the process itself with each mapping that it makes: keeps
 * the executable ones of files, so that stacks can be walked before anybody has read of them. No work is done for processes
 * that are not recorded, as far as that is told by process.
 */
export function noteMappingProgram(plan: ProgramPlan, unwind: UnwindPlan, layout: MappingLayout): Assembler {
  const asm = new Assembler();
  const { vma, file, inode, superBlock } = layout;
  const { mapped, blank } = unwind.maps;
  asm.load("u64", R6, R1);
  asm.load("u64", R1, R6, vma.flags).alu("and", R1, imm(EXECUTABLE)).jumpIf(R1, "eq", imm(0), "exit");
  asm.load("u64", R7, R6, vma.file).jumpIf(R7, "eq", imm(0), "exit");
  asm.load("u64", R7, R7, file.inode).jumpIf(R7, "eq", imm(0), "exit");

  asm.call(Helper.getCurrentPidTgid).alu("shr", R0, imm(32)).store("u64", FP, KEY, R0);
  if (plan.filter.kind === "tasks" && !plan.filter.tids) {
    lookUp(asm, plan.maps.targets, KEY);
    asm.jumpIf(R0, "eq", imm(0), "exit");
  }
  lookUp(asm, mapped, KEY);
  asm.jumpIf(R0, "ne", imm(0), "there");
  asm.loadMap(R1, mapped).mov(R2, FP).add(R2, imm(KEY)).loadMapValue(R3, blank).mov(R4, imm(0));
  asm.call(Helper.mapUpdateElem);
  lookUp(asm, mapped, KEY);
  asm.jumpIf(R0, "eq", imm(0), "exit").label("there").mov(R8, R0);

  // r9: when the process was started. Of another image nothing holds any more.
  asm.call(Helper.getCurrentTaskBtf).load("u64", R1, R0, unwind.layout.task.groupLeader);
  asm.load("u64", R9, R1, unwind.layout.task.startTime).load("u64", R2, R6, vma.mm);
  asm.load("u64", R1, R8, MAPPED.mm).jumpIf(R1, "ne", R2, "another-image");
  asm.load("u64", R1, R8, MAPPED.startTime).jumpIf(R1, "eq", R9, "same-image");
  asm.label("another-image").store("u64", R8, MAPPED.mm, R2).store("u64", R8, MAPPED.startTime, R9);
  asm.storeImmediate("u64", R8, MAPPED.count, 0);
  for (let entry = 0; entry < MOST_MAPPED; entry++) {
    const at = MAPPED.entries + entry * MAPPED_ENTRY_BYTES;
    asm.storeImmediate("u64", R8, at + MAPPED_ENTRY.end, 0);
  }

  // r1: the number of entries, r9: the next.
  asm.label("same-image").load("u64", R1, R8, MAPPED.count).jumpIf(R1, "ge", imm(MOST_MAPPED), "exit");
  asm.mov(R2, R1).alu("mul", R2, imm(MAPPED_ENTRY_BYTES)).mov(R9, R8).add(R9, R2);
  const keep = (offset: number) => asm.store("u64", R9, MAPPED.entries + offset, R3);
  asm.load("u64", R4, R7, inode.superBlock).jumpIf(R4, "eq", imm(0), "exit");
  asm.load("u32", R3, R4, superBlock.device);
  keep(MAPPED_ENTRY.file + FILE_KEY.device);
  asm.load("u64", R3, R7, inode.number);
  keep(MAPPED_ENTRY.file + FILE_KEY.inode);
  asm.load("u64", R3, R7, inode.size);
  keep(MAPPED_ENTRY.file + FILE_KEY.size);
  asm.load("u64", R3, R6, vma.pageOffset).alu("shl", R3, imm(Math.log2(pageSize())));
  keep(MAPPED_ENTRY.fileOffset);
  asm.load("u64", R3, R6, vma.start);
  keep(MAPPED_ENTRY.start);
  // With its end it is one.
  asm.load("u64", R3, R6, vma.end);
  keep(MAPPED_ENTRY.end);
  asm.add(R1, imm(1)).store("u64", R8, MAPPED.count, R1);
  return asm.label("exit").mov(R0, imm(0)).exit();
}
