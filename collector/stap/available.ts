import { release } from "node:os";
import { type Availability, CollectorError } from "../contract.ts";
import { environmentNotes } from "../environment-notes.ts";
import { commandPath } from "../modules/command-path.ts";
import { installPackages } from "../modules/distribution.ts";
import { headersOf } from "../modules/headers.ts";
import { checkRelease } from "../modules/kernel-module.ts";
import { readModuleInfo } from "../modules/module-info.ts";
import { modulesForbidden } from "../modules/modules-forbidden.ts";

const no = (reason: string, remedy: string): Availability => ({ available: false, reason, remedy });

/** Whether SystemTap can work here, as far as can be told without compiling. `module`: one built beforehand. */
export function stapAvailability(module: string | undefined): Availability {
  if (process.platform !== "linux") {
    return no(`SystemTap needs Linux, this is ${process.platform}`, "Record on a Linux machine.");
  }
  return (
    notRoot() ??
    modulesForbidden() ??
    somethingMissing(module) ?? { available: true, notes: environmentNotes() }
  );
}

/** Its script holds C, which the groups stapdev and stapusr may not use; the process records beside it want root too. */
function notRoot(): Availability | undefined {
  if (process.geteuid?.() === 0) return undefined;
  return no("only root may record with SystemTap", "Run with sudo.");
}

function somethingMissing(module: string | undefined): Availability | undefined {
  if (commandPath("staprun") === undefined) {
    return no(
      "SystemTap is not installed (no staprun)",
      installPackages([module === undefined ? "systemtap" : "systemtap-runtime"]),
    );
  }
  try {
    if (module !== undefined) {
      checkRelease(module, readModuleInfo(module));
      return undefined;
    }
    if (commandPath("stap") === undefined) {
      return no("SystemTap is not installed (no stap)", installPackages(["systemtap"]));
    }
    headersOf(release(), undefined);
  } catch (error) {
    if (error instanceof CollectorError) return no(error.message, error.remedy);
    throw error;
  }
  const missing = ["make", "gcc"].filter((command) => commandPath(command) === undefined);
  if (missing.length === 0) return undefined;
  return no(`SystemTap cannot compile here: no ${missing.join(", no ")}`, installPackages(missing));
}
