import { readFileSync } from "node:fs";
import { CollectorError, type CollectorName } from "../contract.ts";
import { SyscallError } from "../sys/errno.ts";
import { unloadModule } from "./kernel-module.ts";

/** What all names of our modules begin with, and the collector that follows. */
export const MODULE_PREFIX: Record<"kmod" | "stap", string> = {
  kmod: "stapflame_kmod_",
  stap: "stapflame_stap_",
};

/** A module of ours in the kernel. One that nobody uses was left by a recording that was killed. */
export interface LeftModule {
  name: string;
  collector: CollectorName;
  inUse: boolean;
}

/** Our modules in the kernel, by the text of /proc/modules. */
export function parseLeftModules(procModules: string): LeftModule[] {
  const found: LeftModule[] = [];
  for (const line of procModules.split("\n")) {
    const [name, , references] = line.split(" ");
    for (const collector of ["kmod", "stap"] as const) {
      if (name.startsWith(MODULE_PREFIX[collector]))
        found.push({ name, collector, inUse: references !== "0" });
    }
  }
  return found;
}

/** Our modules that are in the kernel now; none where there are no modules. */
export function findLeftModules(): LeftModule[] {
  try {
    return parseLeftModules(readFileSync("/proc/modules", "latin1"));
  } catch {
    return [];
  }
}

/** Removes a module that nobody uses. Throws CollectorError. */
export function removeModule(name: string): void {
  try {
    if (unloadModule(name)) return;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw new CollectorError(
      `the module ${name} could not be removed (${error.code})`,
      `Try \`sudo rmmod ${name}\`.`,
    );
  }
  throw new CollectorError(`the module ${name} is in use`, "End the recording that uses it first.");
}
