import type { Machine } from "./machine.ts";

/** A module of stapflame in a guest's kernel. */
export interface LoadedModule {
  name: string;
  /** How many hold it: 0 is idle. */
  users: number;
}

/** Those modules that are loaded now. */
export async function loadedModules(guest: Machine): Promise<LoadedModule[]> {
  const lines = (await guest.must("cat /proc/modules")).split("\n");
  return lines
    .map((line) => line.split(" "))
    .filter(([name]) => /^(stapflame|stap)_/.test(name))
    .map(([name, , users]) => ({ name, users: Number(users) }));
}
