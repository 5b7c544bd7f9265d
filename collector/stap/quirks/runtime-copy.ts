import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Quirk, RuntimeEdit } from "./quirk.ts";

/** Where packages and `make install` put SystemTap's runtime. */
const RUNTIME_FOLDERS = ["/usr/share/systemtap/runtime", "/usr/local/share/systemtap/runtime"];

/** The runtime that stap uses by itself; undefined where it is elsewhere. */
export function systemRuntime(): string | undefined {
  const own = process.env.SYSTEMTAP_RUNTIME;
  return [...(own ? [own] : []), ...RUNTIME_FOLDERS].find((folder) => existsSync(folder));
}

/** Reads files of a runtime. */
export function runtimeReader(folder: string | undefined): (file: string) => string | undefined {
  return (file) => {
    try {
      return folder === undefined ? undefined : readFileSync(join(folder, file), "utf8");
    } catch {
      return undefined;
    }
  };
}

/**
 * The arguments of stap for these quirks. Where one changes the runtime, a changed copy is made at `copyTo` (some two
 * megabytes), unless it is there: its place should stay the same for the same quirks, because SystemTap keeps the
 * outcome of its hundred trial compilations by the runtime's path. Edits whose place is not there are left out.
 */
export function repairArguments(
  quirks: readonly Quirk[],
  runtime: string | undefined,
  copyTo: string,
): string[] {
  const edits = quirks.flatMap(({ repair }) => repair.edits);
  const given = quirks.flatMap(({ repair }) => repair.arguments);
  if (edits.length === 0 || runtime === undefined) return given;
  if (!existsSync(copyTo)) makeCopy(edits, runtime, copyTo);
  return ["-R", copyTo, ...given];
}

/** Complete under another name first: half a copy must never be found. */
function makeCopy(edits: readonly RuntimeEdit[], runtime: string, copyTo: string): void {
  const part = `${copyTo}.${process.pid}.part`;
  cpSync(runtime, part, { recursive: true, dereference: true });
  for (const { file, apply } of edits) {
    const path = join(part, file);
    if (!existsSync(path)) continue;
    const mended = apply(readFileSync(path, "utf8"));
    if (mended !== undefined) writeFileSync(path, mended);
  }
  try {
    renameSync(part, copyTo);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    // Another recording was faster.
    if (!existsSync(copyTo)) throw error;
  }
}
