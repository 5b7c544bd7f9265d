import type { Assembler, ProgramFunction } from "../assembler.ts";
import { ProgramType } from "../syscall.ts";
import { countProgram } from "./count.ts";
import { forkProgram, freeProgram } from "./follow.ts";
import type { ProgramPlan } from "./plan.ts";
import { sampleProgram } from "./sample.ts";
import { walkProgram } from "./walk.ts";
import { STEP } from "./walk-state.ts";

/** One program of a recording, before the kernel has seen it. */
export interface GeneratedProgram {
  /** As the kernel and bpftool show it. */
  name: string;
  /** Of ProgramType. */
  type: number;
  /** The raw tracepoint that runs it; undefined for the one that the CPUs' clocks run. */
  tracepoint: string | undefined;
  /** Its number in the array of programs, for one that others go over to. */
  step: number | undefined;
  code: Uint8Array;
  functions: readonly ProgramFunction[];
  /** Index of the instruction that each label stands before. */
  labels: ReadonlyMap<string, number>;
}

/** All programs of a recording, the sampling one last: it is to run when the others do already. */
export function generatePrograms(plan: ProgramPlan): GeneratedProgram[] {
  const programs: GeneratedProgram[] = [];
  const { filter, layout } = plan;
  if (filter.kind === "tasks" && layout) {
    const following = { ...plan, filter, layout };
    programs.push(atTracepoint("sf_fork", "sched_process_fork", forkProgram(following)));
    programs.push(atTracepoint("sf_free", "sched_process_free", freeProgram(following)));
  }
  if (plan.unwind) {
    programs.push(asStep("sf_walk", STEP.walk, walkProgram(plan, plan.unwind)));
    programs.push(asStep("sf_count", STEP.count, countProgram(plan, plan.unwind)));
  }
  programs.push(generated("sf_sample", ProgramType.perfEvent, sampleProgram(plan)));
  return programs;
}

function atTracepoint(name: string, tracepoint: string, program: Assembler): GeneratedProgram {
  return { ...generated(name, ProgramType.rawTracepoint, program), tracepoint };
}

/** Runs in the stead of another sampling program, so it is of the same type. */
function asStep(name: string, step: number, program: Assembler): GeneratedProgram {
  return { ...generated(name, ProgramType.perfEvent, program), step };
}

function generated(name: string, type: number, program: Assembler): GeneratedProgram {
  return {
    name,
    type,
    tracepoint: undefined,
    step: undefined,
    code: program.finish(),
    functions: program.functions,
    labels: program.labels,
  };
}
