import { execFileSync } from "node:child_process";
import { mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildUnwound } from "../integration/unwound.ts";
import { ROOT } from "../setup/build.ts";
import { buildGo } from "../setup/build-go.ts";
import { Running } from "./running.ts";
import { postgres, postgresBinaries, redis } from "./servers.ts";

const BINARIES = join(tmpdir(), "stapflame-workloads");

/** A program at work. */
export interface Program {
  name: string;
  start(): Running | Promise<Running>;
  /** Its files where they may have no names of their own for where they begin. */
  stripped?: () => string[];
  /** Why its stacks are not compared with gdb's. */
  unjudged?: string;
  /** Functions of the program, not at random places, up to the first of which gdb's frames are compared. */
  judgedTo?: RegExp;
}

/** Where Go's runtime goes over to another stack gdb goes on with what is no frame. */
const GDB_LOST = "gdb does not know how Go's runtime comes back from its own stack, nor its signal frames";
const LEAVES_STACK =
  /^(gogo|runtime\.(mcall|morestack|systemstack|asmcgocall|sigreturn|clone|goexit|nanotime1))(\.abi0)?$/;

/** All that run until they are ended. */
export const PROGRAMS: readonly Program[] = [
  { name: "C, -O2 -fomit-frame-pointer", start: () => Running.of(buildUnwound("callbacks.c", "")) },
  { name: "the same, -static", start: () => Running.of(buildUnwound("callbacks.c", "-static", "-static")) },
  {
    name: "the same, -static-pie",
    start: () => Running.of(buildUnwound("callbacks.c", "-static-pie", "-static-pie")),
  },
  {
    name: "C++, exceptions, -O3",
    start: () => Running.of(buildUnwound("exceptions.cpp", "", "-O3")),
  },
  {
    name: "a signal handler",
    start: () => Running.of(buildUnwound("handler.c", "")),
    unjudged: "it is on a stack of its own, and only one stack is copied",
  },
  {
    name: "a signal handler on the same stack",
    start: () => Running.of(buildUnwound("handler.c", ""), "same"),
  },
  { name: "setjmp and longjmp", start: () => Running.of(buildUnwound("jumps.c", "")) },
  { name: "coroutines by makecontext", start: () => Running.of(buildUnwound("coroutines.c", "")) },
  { name: "Rust, -O", start: () => Running.of(buildRust("work.rs")) },
  { name: "Go", start: () => Running.of(buildGo("work.go")), judgedTo: LEAVES_STACK },
  {
    name: "Go, much garbage, goroutines",
    start: () => Running.of(buildGo("garbage.go")),
    judgedTo: LEAVES_STACK,
  },
  {
    name: "Go, -buildmode=pie",
    start: () => Running.of(buildGo("work.go", "-pie", "-buildmode=pie")),
    unjudged: GDB_LOST,
  },
  { name: "Go and C", start: () => Running.of(buildGo("callback.go")), unjudged: GDB_LOST },
  {
    name: "python3",
    start: () => Running.of("/usr/bin/python3", workload("work.py")),
    stripped: () => [realpathSync("/usr/bin/python3")],
  },
  {
    name: "node",
    start: () => Running.of(process.execPath, workload("work.mjs")),
    stripped: () => [process.execPath],
    unjudged: "gdb gets through no code of V8, neither what is in the program nor what is made at run time",
  },
  {
    name: "java -XX:+PreserveFramePointer",
    start: startJava,
    stripped: () => [realpathSync("/usr/bin/java")],
    unjudged: "gdb gets through no code that Java compiled, nor its interpreter's",
  },
  {
    name: "PostgreSQL under pgbench",
    start: postgres,
    stripped: () => ["postgres", "pgbench"].map((name) => join(postgresBinaries(), name)),
  },
  {
    name: "redis under redis-benchmark",
    start: redis,
    stripped: () => ["/usr/bin/redis-server", "/usr/bin/redis-benchmark"].map((path) => realpathSync(path)),
  },
  {
    name: "openssl speed",
    start: () =>
      Running.of("openssl", "speed", "-seconds", "1", "sha256", "aes-256-cbc", "rsa2048", "ecdsap256", "md5"),
    stripped: () => ["/usr/bin/openssl"],
  },
  {
    name: "gzip -9",
    start: () => Running.of("sh", "-c", "exec gzip -9 -c < /dev/urandom > /dev/null"),
    stripped: () => ["/usr/bin/gzip"],
  },
];

/** The path of a workload that is not compiled. */
function workload(name: string): string {
  return join(ROOT, "test/workloads/unwind", name);
}

/** Compiles a Rust program of test/workloads/unwind with Debian's compiler; returns its path. */
function buildRust(name: string): string {
  mkdirSync(BINARIES, { recursive: true });
  const program = join(BINARIES, name.replace(".", "-"));
  execFileSync("/usr/bin/rustc", ["-O", "-g", "-o", program, workload(name)], { stdio: "pipe" });
  return program;
}

/** The classes of Work.java at work. */
export function startJava(): Running {
  const classes = join(BINARIES, "java");
  mkdirSync(classes, { recursive: true });
  execFileSync("javac", ["-d", classes, workload("Work.java")], { stdio: "pipe" });
  const apart = ["heavy", "light"].map((name) => `-XX:CompileCommand=dontinline,Work::${name}`);
  return Running.of("java", "-XX:+PreserveFramePointer", ...apart, "-cp", classes, "Work");
}
