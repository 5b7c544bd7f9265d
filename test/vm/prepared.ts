import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { indexCache } from "../../symbolizer/debug-files/index-cache.ts";
import { tableOfFile } from "../../symbolizer/unwind/table-of-file.ts";
import { inRoot } from "./chroot.ts";
import type { GuestName } from "./guests.ts";
import type { GuestRoot } from "./roots.ts";
import type { Scope } from "./scope.ts";

/** SystemTap compiles the rate in: all tests of stap record at this one, but for those that want it fast. */
export const STAP_HZ = 399;
export const FAST_HZ = 999;
/** Built for 16 CPUs, of which a guest has two: it takes an eighth of this. */
const STAP_MEMORY = "512M";
/** Modules of stap that are made for a guest. The tiny one holds some tens of stacks. */
const STAP_MODULES = {
  usual: { hz: STAP_HZ, memory: STAP_MEMORY },
  tiny: { hz: STAP_HZ, memory: "8M" },
  fast: { hz: FAST_HZ, memory: STAP_MEMORY },
} as const;
export type StapModule = keyof typeof STAP_MODULES;

/** Those that tests in a guest record with. */
function stapModulesFor({ survivors, tinyTables }: Scope): StapModule[] {
  return [
    "usual",
    ...(tinyTables ? (["tiny"] as const) : []),
    ...(survivors.includes("stap") ? (["fast"] as const) : []),
  ];
}

const UNWOUND = ["split", "zero", "threads", "forks", "steady"];
const BUILD_LIMIT_MS = 400_000;

/** Where the app disk lies in a guest, and in its root while modules are compiled there. */
export const APP = "/opt/stapflame";

/** Folder, in a guest, of what was compiled for it beforehand. */
export function preparedFolder(name: GuestName | string): string {
  return `${APP}/prepared/${name}`;
}

/**
 * Compiles modules for a guest by the real `stapflame build` in its root by chroot, which takes a tenth of the time that
 * it takes under emulation: kmod's, which goes where the collector keeps it, and those of stap for `record --module`.
 * `app`: the folder that becomes the app disk. `scope`: what is tested there.
 */
export async function prepareModules(
  name: GuestName,
  root: GuestRoot,
  app: string,
  scope: Scope,
): Promise<void> {
  mkdirSync(join(app, "prepared", name), { recursive: true });
  mkdirSync(join(root.folder, APP), { recursive: true });
  const build = (words: string) => `node ${APP}/dist/stapflame.js build -q --kernel ${root.release} ${words}`;
  const unwound = UNWOUND.map((program) => `${APP}/workloads/${program}`).join(" ");
  const stap = stapModulesFor(scope).map((kind) => {
    const { hz, memory } = STAP_MODULES[kind];
    return build(
      `--collector stap -F ${hz} --kernel-memory ${memory} --unwind ${unwound} /bin/sh -o stap-${kind}.ko`,
    );
  });
  const commands = [
    `cd ${preparedFolder(name)}`,
    "export XDG_CACHE_HOME=$PWD/cache HOME=$PWD/cache",
    build("--collector kmod -o kmod.ko"),
    ...stap,
    "mv cache/stapflame/kmod kmod-cache && rm -rf cache",
  ];
  await inRoot(root.folder, commands.join(" && "), BUILD_LIMIT_MS, { from: app, to: APP });
}

/** What the workloads of a guest run in besides their own code. */
const LIBRARIES = ["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"];

const SHELLS = ["bash", "dash"];

/** Makes the unwind tables of the workloads and their libraries and keeps them as the CLI would in the guest, where it takes a minute. */
export function prepareTables(name: GuestName, root: GuestRoot, app: string): void {
  const programs = ["workloads", "workloads/frameless"].flatMap((folder) =>
    readdirSync(join(app, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(app, folder, entry.name)),
  );
  const libraries = LIBRARIES.map((library) => join(root.folder, "usr/lib/x86_64-linux-gnu", library));
  const shells = SHELLS.map((shell) => join(root.folder, "usr/bin", shell));
  const cache = indexCache({ env: { XDG_CACHE_HOME: join(app, "prepared", name) } });
  for (const path of [...programs, ...libraries, ...shells]) {
    const answer = tableOfFile({ content: path }, { cache, finder: undefined });
    if (answer.found === undefined) throw new Error(`${path} ${answer.missing}`);
  }
}

/** A shell command that puts what was prepared where the CLI looks for it, in a guest that was just booted. */
export function unpackPrepared(name: GuestName): string {
  const [from, to] = [preparedFolder(name), "/var/cache/stapflame"];
  return `mkdir -p -m 700 ${to} && cp -r ${from}/kmod-cache ${to}/kmod && cp -r ${from}/stapflame/debug-index ${to} && chmod -R go= ${to}`;
}

/** The options of `record` for a collector in a guest. */
export function collectorOptions(name: string, collector: string, module: StapModule = "usual"): string {
  if (collector !== "stap") return `--collector ${collector}`;
  return `--collector stap --module ${preparedFolder(name)}/stap-${module}.ko`;
}
