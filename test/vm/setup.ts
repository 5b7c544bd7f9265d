import type { TestProject } from "vitest/node";
import { makeAppDisk } from "./app-disk.ts";
import { GUESTS } from "./guests.ts";
import type { GuestImages } from "./images.ts";
import { prepareModules, prepareTables } from "./prepared.ts";
import { ensureQemu } from "./qemu.ts";
import { ensureRoot } from "./roots.ts";
import { scopeOf } from "./scope.ts";

/** Before all: QEMU, the guests' roots, and the disk with what is tested. Throws, telling why, where it cannot be. */
export default async function setup(project: TestProject): Promise<() => void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("Tests on real kernels need Linux on x86-64.");
  }
  if (process.getuid?.() !== 0)
    throw new Error("Tests on real kernels make root file systems: run them as root.");
  const started = performance.now();
  ensureQemu();
  // All are waited for, so that none is left half-made by another's failure.
  const made = await Promise.allSettled(GUESTS.map(ensureRoot));
  for (const result of made) if (result.status === "rejected") throw result.reason;
  const images: Partial<GuestImages> = {};
  GUESTS.forEach(({ name }, i) => {
    const result = made[i];
    if (result.status === "fulfilled") images[name] = result.value;
  });
  const rootsAt = performance.now();
  const { full } = project.getProvidedContext();
  const app = await makeAppDisk(async (folder) => {
    await Promise.all(
      GUESTS.map(async ({ name }) => {
        const root = images[name];
        if (!root) return;
        await prepareModules(name, root, folder, scopeOf(name, full));
        prepareTables(name, root, folder);
      }),
    );
  });
  console.log(
    `guests' modules and unwind tables made in ${((performance.now() - rootsAt) / 1000).toFixed(0)} s`,
  );
  project.provide("guests", images as GuestImages);
  project.provide("appDisk", app.path);
  console.log(`guests' disks ready after ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return () => app.remove();
}
