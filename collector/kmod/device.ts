import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CollectorError } from "../contract.ts";
import { loadModule, unloadModule } from "../modules/kernel-module.ts";
import type { ModuleInfo } from "../modules/module-info.ts";
import type { OpenedDevice } from "./session.ts";

/** Another recording that ends may remove the module between our loading and opening it. */
const ATTEMPTS = 20;
const PAUSE_MS = 50;

/** Loads the module unless it is loaded, and opens its device. Throws CollectorError. */
export async function openDevice(path: string, info: ModuleInfo): Promise<OpenedDevice> {
  if (info.device === undefined) {
    throw new CollectorError(`${path} is not a module of stapflame`, "Build one with `stapflame build`.");
  }
  const device = `/dev/${info.device}`;
  let problem: NodeJS.ErrnoException | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    loadModule(path, info);
    try {
      const fd = openSync(device, "r+");
      return { fd, release: () => closeAndRemove(fd, info.name) };
    } catch (error) {
      problem = error as NodeJS.ErrnoException;
      if (problem.code !== "ENOENT" && problem.code !== "ENXIO" && problem.code !== "ENODEV") break;
      await sleep(PAUSE_MS);
    }
  }
  unloadModule(info.name);
  throw new CollectorError(
    `the module is loaded, but ${device} cannot be opened (${problem?.code})`,
    problem?.code === "ENOENT"
      ? "A container needs the machine's /dev: start it with --privileged or `-v /dev:/dev`."
      : "Run as root.",
    { cause: problem },
  );
}

/** Closing waits until the kernel has let go of all, so nothing but another recording can keep the module. */
function closeAndRemove(fd: number, name: string): void {
  closeSync(fd);
  unloadModule(name);
}
