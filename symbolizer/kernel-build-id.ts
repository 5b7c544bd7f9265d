import { readFileSync } from "node:fs";
import { buildIdOfNotes } from "./elf/notes.ts";

/**
 * Build ID of the running kernel (/sys/kernel/notes) or of a loaded module (its note section in /sys/module), both of
 * which hold ELF notes in the machine's own byte order (kernel/ksysfs.c, kernel/module/sysfs.c).
 */
export function kernelBuildId(module: string | undefined): string | undefined {
  // A module's name comes from /proc/kallsyms; only names that a module can have become a path.
  if (module !== undefined && !/^\w+$/.test(module)) return undefined;
  const path = module === undefined ? "/sys/kernel/notes" : `/sys/module/${module}/notes/.note.gnu.build-id`;
  try {
    const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
    return buildIdOfNotes(readFileSync(path), littleEndian, 4);
  } catch {
    return undefined;
  }
}
