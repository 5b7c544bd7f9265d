import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where administrators' commands lie, which is not in the PATH of all users. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

/** Path of an executable in PATH or where the system keeps its own; undefined if there is none. */
export function commandPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
