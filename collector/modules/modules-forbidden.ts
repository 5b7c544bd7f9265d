import { existsSync, readFileSync } from "node:fs";
import type { Availability } from "../contract.ts";

/** CAP_SYS_MODULE, include/uapi/linux/capability.h. */
const CAP_SYS_MODULE = 16n;

const no = (reason: string, remedy: string): Availability => ({ available: false, reason, remedy });

/** Why this process cannot load kernel modules; undefined when it can, as far as can be told without loading one. */
export function modulesForbidden(): Availability | undefined {
  if (!existsSync("/proc/modules")) {
    return no(
      "this kernel has no support for modules",
      "Use the bpf collector, or a kernel with CONFIG_MODULES.",
    );
  }
  if (read("/proc/sys/kernel/modules_disabled") === "1") {
    return no(
      "loading modules was switched off until the next boot (kernel.modules_disabled)",
      "Use the bpf collector.",
    );
  }
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(read("/proc/self/status"))?.[1];
  if (capabilities !== undefined && ((BigInt(`0x${capabilities}`) >> CAP_SYS_MODULE) & 1n) === 0n) {
    return process.geteuid?.() === 0
      ? no("this container may not load kernel modules", "Give it CAP_SYS_MODULE (or --privileged).")
      : no("only root may load kernel modules", "Run with sudo.");
  }
  return undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return "";
  }
}
