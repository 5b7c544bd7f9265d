import { readFileSync } from "node:fs";
import { release } from "node:os";
import type { LoadedKernel } from "./symbol-sources.ts";

/** The kernel of this machine. Where its modules' sections lie only root may read. */
export function runningKernel(): LoadedKernel {
  return { release: release(), moduleSection };
}

/** One line, "0xffffffffc0a6d000", for each section that was kept (kernel/module/sysfs.c, `module_sect_read`). */
function moduleSection(module: string, section: string): number | undefined {
  // Both names may come from files; only such as the kernel gives become a path.
  if (!/^\w+$/.test(module) || !/^\.?[\w.-]+$/.test(section) || section === "..") return undefined;
  let text: string;
  try {
    text = readFileSync(`/sys/module/${module}/sections/${section}`, "latin1").trim();
  } catch {
    return undefined;
  }
  if (!/^0x[0-9a-f]{1,16}$/.test(text)) return undefined;
  const address = Number(BigInt.asIntN(64, BigInt(text)));
  // Zeros are shown to those who may not know.
  return address === 0 ? undefined : address;
}
