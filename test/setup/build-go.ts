import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./build.ts";

const BINARIES = join(tmpdir(), "stapflame-workloads");

/** Leaves out the symbol table and all debug information, as many programs are delivered. */
export const STRIPPED = "-ldflags=-s -w";

/** Ways of building: what it is, the source, a suffix that tells it apart, the compiler's flags. */
export const GO_WAYS: readonly [what: string, source: string, suffix: string, flags: string[]][] = [
  ["a program", "work.go", "", []],
  ["-buildmode=pie", "work.go", "-pie", ["-buildmode=pie"]],
  ["with C", "callback.go", "", []],
  ["with C, -buildmode=pie", "callback.go", "-pie", ["-buildmode=pie"]],
];

/** Compiles a Go program of test/workloads/unwind with Debian's compiler; returns its path. `suffix` tells ways of building apart. */
export function buildGo(name: string, suffix = "", ...flags: string[]): string {
  mkdirSync(BINARIES, { recursive: true });
  const program = join(BINARIES, `${name.replace(".", "-")}${suffix}`);
  const source = join(ROOT, "test/workloads/unwind", name);
  const env = {
    ...process.env,
    GOCACHE: join(BINARIES, "go-cache"),
    GOTOOLCHAIN: "local",
    GO111MODULE: "off",
  };
  execFileSync("/usr/bin/go", ["build", ...flags, "-o", program, source], { env, stdio: "pipe" });
  return program;
}
