import { readFileSync } from "node:fs";

/** Parses a kernel CPU list such as `0-3,8,10-11`. Throws RangeError on anything else. */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  const trimmed = text.trim();
  if (trimmed === "") return cpus;
  for (const part of trimmed.split(",")) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (!match) throw new RangeError(`not a CPU list: ${JSON.stringify(text)}`);
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu);
  }
  return cpus;
}

/** CPUs that run now. */
export function onlineCpus(): number[] {
  return parseCpuList(readFileSync("/sys/devices/system/cpu/online", "latin1"));
}

/** CPUs that are plugged in, online or not. */
export function presentCpus(): number[] {
  return parseCpuList(readFileSync("/sys/devices/system/cpu/present", "latin1"));
}

/** Number of CPU ids to keep room for: those plugged in, online or not. */
export function presentCpuCount(): number {
  return Math.max(...presentCpus()) + 1;
}
