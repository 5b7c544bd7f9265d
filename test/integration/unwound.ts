import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RecordSpec, UnwindTableSource } from "../../collector/contract.ts";
import { ROOT } from "../setup/build.ts";

const BINARIES = join(tmpdir(), "stapflame-workloads");

/** Compiles a program of test/workloads/unwind without frame pointers; returns its path. `suffix` tells ways of building apart. */
export function buildUnwound(name: string, suffix: string, ...flags: string[]): string {
  mkdirSync(BINARIES, { recursive: true });
  const program = join(BINARIES, `${name.replace(".", "-")}${suffix}`);
  const compiler = name.endsWith(".cpp") ? "g++" : "gcc";
  const source = join(ROOT, "test/workloads/unwind", name);
  const options = ["-O2", "-g", "-fomit-frame-pointer", "-pthread", ...flags];
  execFileSync(compiler, [...options, "-o", program, source]);
  return program;
}

/** A recording of one process whose stacks are walked by tables, all of it in one slice. */
export function unwoundSpec(
  pid: number,
  source: UnwindTableSource,
  asked: Pick<RecordSpec, "frequencyHz" | "depths" | "mode">,
): RecordSpec {
  return {
    ...asked,
    targets: { kind: "tasks", pids: [pid], tids: [] },
    idle: false,
    perThread: false,
    sliceNanos: 1e12,
    kernelMemoryBytes: 64 * 1024 * 1024,
    unwind: { source, required: true },
  };
}
