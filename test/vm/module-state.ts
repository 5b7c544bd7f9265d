import { setTimeout as sleep } from "node:timers/promises";
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

/** Waits until the modules satisfy `condition`; throws, telling them, when they do not in time. Returns them. */
export async function untilModules(
  guest: Machine,
  condition: (modules: readonly LoadedModule[]) => boolean,
  milliseconds: number,
): Promise<LoadedModule[]> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const modules = await loadedModules(guest);
    if (condition(modules)) return modules;
    if (performance.now() > end) {
      throw new Error(`after ${milliseconds} ms the modules are still ${JSON.stringify(modules)}`);
    }
    await sleep(100);
  }
}
