import { existsSync, readFileSync } from "node:fs";

/** What works less well on this machine, whatever collector samples. */
export function environmentNotes(): string[] {
  const found: string[] = [];
  if (readSetting("/proc/sys/kernel/kptr_restrict") === "2") {
    found.push("kernel functions have no names: kernel.kptr_restrict is 2 (set it to 1 or 0)");
  }
  if (
    !existsSync("/sys/fs/cgroup/cgroup.controllers") &&
    !existsSync("/sys/fs/cgroup/unified/cgroup.controllers")
  ) {
    found.push("no cgroup v2 is mounted: --cgroup cannot be used");
  }
  return found;
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return undefined;
  }
}
