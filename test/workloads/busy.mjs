/**
 * A busy Node program with a known shape, for trying stapflame out: three quarters of its time in `heavy`, a quarter
 * in `light`, both called by `work`. Runs for the seconds given (default 60) or until it is ended.
 *
 * V8 tells profilers the names of its compiled functions only when it is started with an option, so the program
 * starts itself again with it; stapflame follows the child.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FLAGS = [
  // As --perf-basic-prof, without the log of memory that Node.js before 24 writes beside that.
  "--perf-basic-prof-only-functions",
  // Code for every function at once: a function that is interpreted has no frame of its own name.
  "--always-sparkplug",
  // No inlining: it would hide `heavy` and `light` in `work`.
  "--no-turbo-inlining",
];
const seconds = Number(process.argv[2] ?? 60);

let sum = 0;

function burn(rounds) {
  for (let i = 0; i < rounds; i++) sum = (sum + Math.sqrt(i)) % 1000;
}

function heavy() {
  burn(300_000);
}

function light() {
  burn(100_000);
}

function work() {
  heavy();
  light();
}

if (process.execArgv.includes(FLAGS[0])) {
  // From the event loop and not from the module's evaluation, which stands on thirty frames of Node's own.
  setImmediate(() => {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) work();
  });
} else {
  const script = fileURLToPath(import.meta.url);
  // That log, which Node.js 24 and later write in any case.
  const log = mkdtempSync(join(tmpdir(), "busy-"));
  const flags = [...FLAGS, `--logfile=${join(log, "v8.log")}`];
  const child = spawn(process.execPath, [...flags, script, String(seconds)], { stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    rmSync(log, { recursive: true, force: true });
    process.exit(signal ? 0 : (code ?? 0));
  });
}
