import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { transformWithOxc } from "vite";
import { ensureBuilt, ROOT } from "../setup/build.ts";

/** What the built CLI loads at run time that is not in its bundle. */
const MODULES = ["koffi", "@koromix"];
const FOREIGN = /\b(darwin|win32|freebsd|openbsd|musl|linux-(arm|ia32|riscv|loong))/;
const DISK_MB = 128;

/**
 * A small file system with what the tests bring to each guest: the CLI as built here, the C programs of test/workloads
 * and test/vm compiled here (this machine's C library is the oldest of all), the agent.
 */
export async function makeAppDisk(
  addMore: (app: string) => Promise<void> = async () => {},
): Promise<{ path: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-app-"));
  const app = join(folder, "app");
  copyCli(app);
  mkdirSync(join(app, "bin"));
  writeFileSync(join(app, "bin/stapflame"), '#!/bin/sh\nexec node /opt/stapflame/dist/stapflame.js "$@"\n', {
    mode: 0o755,
  });
  const agent = readFileSync(join(ROOT, "test/vm/agent.ts"), "utf8");
  writeFileSync(join(app, "agent.mjs"), (await transformWithOxc(agent, "agent.ts")).code);
  compileAll(["test/workloads", "test/vm"], join(app, "workloads"), WITH_FRAMES);
  compileAll(["test/workloads", "test/workloads/unwind"], join(app, "workloads/frameless"), FRAMELESS);
  await addMore(app);
  const path = join(folder, "app.ext4");
  execFileSync("mkfs.ext4", ["-q", "-O", "^has_journal", "-d", app, path, `${DISK_MB}M`]);
  rmSync(app, { recursive: true });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Copies the built CLI, and what it needs to run, into a folder. */
export function copyCli(folder: string): void {
  ensureBuilt();
  cpSync(join(ROOT, "dist"), join(folder, "dist"), { recursive: true });
  for (const name of MODULES) {
    cpSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name), {
      recursive: true,
      filter: (path) => !FOREIGN.test(path.slice(ROOT.length)),
    });
  }
  writeFileSync(join(folder, "package.json"), '{"type":"module"}\n');
}

const WITH_FRAMES = ["-O0", "-fno-omit-frame-pointer"];
/** As distributions compile. */
const FRAMELESS = ["-O2", "-fomit-frame-pointer"];

function compileAll(folders: readonly string[], into: string, frames: readonly string[]): void {
  mkdirSync(into);
  const options = [...frames, "-g", "-pthread", "-I", ROOT];
  for (const folder of folders) {
    for (const source of readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".c"))) {
      const program = join(into, basename(source, ".c"));
      if (existsSync(program)) throw new Error(`two workloads are called ${source}`);
      execFileSync("gcc", [...options, "-o", program, join(ROOT, folder, source), "-lm"]);
    }
  }
}
