import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPprofFile } from "../../../profile/node/pprof-file.ts";
import type { Profile } from "../../../profile/profile.ts";
import { ROOT } from "../../setup/build.ts";

/**
 * Real recordings of unchanged programs, made once a machine (some quarter of an hour) and kept in
 * `STAPFLAME_DIFF_RECORDINGS` or below the folder for temporary files.
 */
const FOLDER = process.env.STAPFLAME_DIFF_RECORDINGS ?? join(tmpdir(), "stapflame-diff-recordings");
const FLAGS = ["-O1", "-g", "-fno-omit-frame-pointer", "-pthread"];

/** Programs by name, and how they are started. */
const COMMANDS: Record<string, () => string[]> = {
  phases: () => [built("phases"), "1000"],
  steady: () => [built("steady"), "100000000"],
  service: () => [built("service"), "1000"],
  busy: () => ["node", join(ROOT, "test/workloads/busy.mjs"), "1000"],
  gzip: () => ["sh", "-c", `while :; do gzip -6 -c ${process.execPath} | sha256sum >/dev/null; done`],
};
export const WORKLOADS = Object.keys(COMMANDS);

/** Recordings 1 to `count` of a program; those that are not there are made. */
export async function recordings(
  workload: string,
  count: number,
  options: { frequency?: number; seconds?: number } = {},
): Promise<Profile[]> {
  const { frequency = 999, seconds = 10 } = options;
  mkdirSync(FOLDER, { recursive: true });
  const profiles: Profile[] = [];
  for (let index = 1; index <= count; index++) {
    const path = join(FOLDER, `${workload}-${frequency}hz-${seconds}s-${index}.pb.gz`);
    if (!existsSync(path)) recordTo(path, frequency, seconds, COMMANDS[workload]());
    profiles.push(await readPprofFile(path));
  }
  return profiles;
}

function recordTo(path: string, frequency: number, seconds: number, command: string[]): void {
  const cli = join(ROOT, "dist/stapflame.js");
  const sampling = ["-F", String(frequency), "-d", `${seconds}s`];
  const half = `${path}.half.pb.gz`;
  execFileSync(
    process.execPath,
    [cli, "record", "-q", "--no-html", ...sampling, "-o", half, "--", ...command],
    {
      stdio: "pipe",
    },
  );
  renameSync(half, path);
}

function built(name: string): string {
  const program = join(FOLDER, name);
  if (!existsSync(program)) {
    execFileSync("gcc", [...FLAGS, "-o", program, join(ROOT, "test/workloads", `${name}.c`), "-lm"]);
  }
  return program;
}
