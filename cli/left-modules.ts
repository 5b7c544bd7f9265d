import { CollectorError } from "../collector/contract.ts";
import { findLeftModules, type LeftModule, removeModule } from "../collector/modules/leftovers.ts";

/** A kernel module of ours that was found, and what became of it. */
export interface FoundModule extends LeftModule {
  removed: boolean;
  /** Why it is still there, and what to do; undefined when it was removed. */
  problem: { reason: string; remedy: string } | undefined;
}

/** The kernel's side, and who asks. */
export interface ModulePort {
  find(): LeftModule[];
  /** Throws CollectorError. */
  remove(name: string): void;
  isRoot: boolean;
}

export const THIS_KERNEL: ModulePort = {
  find: findLeftModules,
  remove: removeModule,
  isRoot: process.geteuid?.() === 0,
};

/**
 * Finds the modules that recordings have loaded. One that nobody uses was left by a recording that was killed, and is
 * removed where this user may do so.
 */
export function tidyModules(port: ModulePort = THIS_KERNEL): FoundModule[] {
  return port.find().map((module) => {
    const problem = module.inUse
      ? { reason: "a recording uses it", remedy: "It goes when that recording ends." }
      : port.isRoot
        ? tryRemove(port, module.name)
        : {
            reason: "left by a recording that was killed; only root may remove it",
            remedy: `\`sudo rmmod ${module.name}\` does.`,
          };
    return { ...module, removed: problem === undefined, problem };
  });
}

function tryRemove(port: ModulePort, name: string): FoundModule["problem"] {
  try {
    port.remove(name);
    return undefined;
  } catch (error) {
    if (error instanceof CollectorError) return { reason: error.message, remedy: error.remedy };
    throw error;
  }
}
