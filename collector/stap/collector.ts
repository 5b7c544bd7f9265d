import { readFileSync } from "node:fs";
import { release } from "node:os";
import {
  type Availability,
  type Collector,
  CollectorError,
  type RecordSpec,
  type Session,
  type StartListener,
} from "../contract.ts";
import { thisDistribution } from "../modules/distribution.ts";
import { checkRelease } from "../modules/kernel-module.ts";
import { MODULE_PREFIX } from "../modules/leftovers.ts";
import { readModuleInfo } from "../modules/module-info.ts";
import { presentCpuCount } from "../sys/cpus.ts";
import { SyscallError } from "../sys/errno.ts";
import { stapAvailability } from "./available.ts";
import { StapCompiler } from "./compile.ts";
import { explainFailure } from "./errors.ts";
import { limitMacros } from "./limits.ts";
import { LoadedModule, LoadFailure, missingUnwindData } from "./load.ts";
import { uniqueCopy } from "./module-file.ts";
import { progressOf } from "./passes.ts";
import { checkBuiltPlan, planOf } from "./plan.ts";
import { PROFILE_HZ, planOfModule, renderScript, type ScriptPlan } from "./script.ts";
import { StapSession } from "./session.ts";
import { chooseUnwindFiles, type UnwindFiles } from "./unwind-files.ts";

/** Samples by a SystemTap script with a `timer.profile` probe, compiled to a kernel module. */
export const stapCollector: Collector = {
  name: "stap",
  description: "a SystemTap script counts stacks in the kernel; needs stap, a compiler and kernel headers",
  defaultFrequencyHz: PROFILE_HZ,

  async available(module?: string): Promise<Availability> {
    return stapAvailability(module);
  },

  async start(spec: RecordSpec, listener: StartListener): Promise<Session> {
    try {
      return spec.module === undefined
        ? await startCompiled(spec, listener)
        : await startBuilt(spec, spec.module, listener);
    } catch (error) {
      throw asCollectorError(error);
    }
  },

  async script(spec: RecordSpec): Promise<string> {
    const plan = planOf(spec, presentCpuCount());
    const unwind = unwindFilesFor(plan, spec);
    const args = StapCompiler.arguments(
      { plan, unwind, release: release(), headers: undefined },
      `${MODULE_PREFIX.stap}NAME`,
    );
    const reasons = limitMacros(plan.limits).map(({ name, why }) => `#   ${name}: ${why}`);
    return [
      "# Compiled by:",
      `#   stap ${args.join(" ")} stapflame.stp`,
      "# The limits, and why:",
      ...reasons,
      ...unwind.problems.map((problem) => `# Note: ${problem}`),
      "",
      renderScript(plan),
    ].join("\n");
  },
};

async function startCompiled(spec: RecordSpec, listener: StartListener): Promise<Session> {
  const plan = planOf(spec, presentCpuCount());
  tellOfDepth(plan, spec, listener);
  const unwind = unwindFilesFor(plan, spec);
  if (plan.userStacks) tellOfUnwinding(unwind, listener);
  const compiler = new StapCompiler();
  const request = { plan, unwind, release: release(), headers: undefined };
  for (;;) {
    const path = await compiler.compile(request, listener);
    try {
      return await load(path, spec, plan, listener);
    } catch (error) {
      if (!(error instanceof LoadFailure)) throw error;
      if (!compiler.learn(error.said, request, listener)) throw compiler.explain(error.said, request.release);
    }
  }
}

async function startBuilt(spec: RecordSpec, path: string, listener: StartListener): Promise<Session> {
  checkRelease(path, readModuleInfo(path));
  const plan = checkBuiltPlan(planOfModule(readFileSync(path, "latin1")), spec, path);
  tellOfDepth(plan, spec, listener);
  const tableMiB = (plan.limits.memoryBytes / 2 ** 20).toFixed(0);
  listener.detail(
    `its tables take ${tableMiB} MiB, as it was built with; --kernel-memory does not change that`,
  );
  listener.detail(`user stacks are whole only in programs that ${path} was built with --unwind for`);
  try {
    return await load(path, spec, plan, listener);
  } catch (error) {
    if (!(error instanceof LoadFailure)) throw error;
    throw explainFailure(error.said, {
      release: release(),
      distribution: thisDistribution(),
      stapVersion: undefined,
    });
  }
}

async function load(
  path: string,
  spec: RecordSpec,
  plan: ScriptPlan,
  listener: StartListener,
): Promise<Session> {
  listener.progress(progressOf(5, []));
  const began = performance.now();
  const told = new Set<string>();
  const module = await LoadedModule.load(uniqueCopy(path, readModuleInfo(path)), (line) => {
    const file = missingUnwindData(line);
    if (file === undefined || told.has(file)) return;
    told.add(file);
    listener.detail(
      `SystemTap cannot tell the callers of code in ${file}: its unwind data was not compiled in`,
    );
  });
  listener.detail(
    `SystemTap: pass 5 (loading the module) ${((performance.now() - began) / 1000).toFixed(2)} s`,
  );
  return StapSession.start(module, spec, plan);
}

function unwindFilesFor(plan: ScriptPlan, spec: RecordSpec): UnwindFiles {
  return plan.userStacks ? chooseUnwindFiles(spec.targets) : { files: [], libraries: false, problems: [] };
}

function tellOfUnwinding({ files, libraries, problems }: UnwindFiles, listener: StartListener): void {
  const also = libraries ? " and their libraries" : "";
  listener.detail(
    files.length === 0
      ? "no unwind data is compiled in: user stacks show only where user code was"
      : `unwind data compiled in: ${files.join(", ")}${also}`,
  );
  for (const problem of problems) listener.detail(problem);
}

function tellOfDepth({ limits }: ScriptPlan, spec: RecordSpec, listener: StartListener): void {
  if (limits.depth < spec.depths.user) {
    listener.detail(`stacks are cut at ${limits.depth} frames, the most that SystemTap's strings hold`);
  }
}

function asCollectorError(error: unknown): unknown {
  if (!(error instanceof SyscallError)) return error;
  return new CollectorError(
    `the kernel refused to start sampling (${error.message})`,
    error.code === "EMFILE"
      ? "Raise the limit of open files (ulimit -n)."
      : "`stapflame doctor` shows what works here.",
    { cause: error },
  );
}
