import type { Machine } from "./machine.ts";

/** What the kernel holds that a module can leak, in KiB. */
export interface KernelMemory {
  /** Slab that cannot be reclaimed, after caches were dropped. */
  slab: number;
  vmalloc: number;
  percpu: number;
  /** Areas of vmalloc that were asked for by code which is no longer there. */
  orphans: string[];
}

/** Reads what the kernel of a guest holds, when it has let go of its caches. */
export async function kernelMemory(guest: Machine): Promise<KernelMemory> {
  const read =
    "sync; echo 3 >/proc/sys/vm/drop_caches; sleep 1; cat /proc/meminfo; echo ----; cat /proc/vmallocinfo";
  const [meminfo, vmallocinfo] = (await guest.must(read)).split("----\n");
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(meminfo)?.[1]);
  return {
    slab: kibibytes("SUnreclaim"),
    vmalloc: kibibytes("VmallocUsed"),
    percpu: kibibytes("Percpu"),
    orphans: orphanedAreas(vmallocinfo),
  };
}

/**
 * Lines of /proc/vmallocinfo whose caller has no name, or one of ours: `0xfrom-0xto bytes caller …`. The kernel prints a
 * bare address where there is no module any more.
 */
export function orphanedAreas(vmallocinfo: string): string[] {
  return vmallocinfo.split("\n").filter((line) => {
    const caller = line.split(/\s+/)[2] ?? "";
    return /^0x|stapflame|stap_/.test(caller) || /\[(stapflame|stap_)/.test(line);
  });
}
