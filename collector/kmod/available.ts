import { existsSync } from "node:fs";
import { release } from "node:os";
import { type Availability, CollectorError } from "../contract.ts";
import { environmentNotes } from "../environment-notes.ts";
import { commandPath } from "../modules/command-path.ts";
import { installPackages } from "../modules/distribution.ts";
import { headersOf } from "../modules/headers.ts";
import { checkRelease } from "../modules/kernel-module.ts";
import { readModuleInfo } from "../modules/module-info.ts";
import { modulesForbidden } from "../modules/modules-forbidden.ts";
import { cachedModule } from "./build.ts";

const no = (reason: string, remedy: string): Availability => ({ available: false, reason, remedy });

/** Whether the module can be had and loaded here. Compiles and loads nothing. `module`: one built beforehand. */
export function kmodAvailability(module: string | undefined): Availability {
  if (process.platform !== "linux") {
    return no(`kernel modules need Linux, this is ${process.platform}`, "Record on a Linux machine.");
  }
  if (process.arch !== "x64" && process.arch !== "arm64") {
    return no(`stapflame's module does not know ${process.arch}`, "x64 and arm64 are known.");
  }
  return modulesForbidden() ?? moduleMissing(module) ?? { available: true, notes: environmentNotes() };
}

/** A module given, one in the cache, or all that compiling one takes. */
function moduleMissing(module: string | undefined): Availability | undefined {
  try {
    if (module !== undefined) {
      checkRelease(module, readModuleInfo(module));
      return undefined;
    }
    if (existsSync(cachedModule(release()))) return undefined;
    headersOf(release(), undefined);
  } catch (error) {
    if (error instanceof CollectorError) return no(error.message, error.remedy);
    throw error;
  }
  const missing = ["make", "gcc"].filter((command) => commandPath(command) === undefined);
  if (missing.length === 0) return undefined;
  return no(`the module cannot be compiled here: no ${missing.join(", no ")}`, installPackages(missing));
}
