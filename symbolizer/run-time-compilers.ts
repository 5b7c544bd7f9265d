import { baseName } from "../profile/frame-name.ts";
import type { Profile } from "../profile/profile.ts";

/** A program that compiles code while it runs, and how it is made to tell the names of that code. */
interface RunTimeCompiler {
  /** Base name of the file that it comes in. */
  file: RegExp;
  /** What has it write `/tmp/perf-PID.map`; a clause with its name. */
  writesMap: string;
}

const JAVA: RunTimeCompiler = {
  file: /^libjvm\.so$/,
  writesMap:
    "Java writes it at once on `jcmd PID Compiler.perfmap` (version 17 and later), and at its end with -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit",
};
const NODE: RunTimeCompiler = {
  file: /^(node|libnode\.so.*)$/,
  writesMap: "Node.js writes it when started with --perf-basic-prof",
};
const DENO: RunTimeCompiler = {
  file: /^deno$/,
  writesMap: "Deno writes it when started with --v8-flags=--perf-basic-prof",
};
const BUN: RunTimeCompiler = {
  file: /^bun$/,
  writesMap:
    "Bun never writes it, but a dump that is read as well, when started with BUN_JSC_useJITDump=1 BUN_JSC_jitDumpDirectory=/tmp",
};
/** CPython that can tell its functions to profilers, as a program or a library: from 3.12 on. */
export const PYTHON_FILE = /^(lib)?python3\.(1[2-9]|[2-9]\d)/;
const DOTNET: RunTimeCompiler = {
  file: /^libcoreclr\.so$/,
  writesMap: ".NET writes it when started with DOTNET_PerfMapEnabled=1",
};
const ERLANG: RunTimeCompiler = {
  file: /^beam(\.smp)?$/,
  writesMap: "Erlang and Elixir write it when started with +JPperf true (as in ERL_FLAGS)",
};
const RUBY: RunTimeCompiler = {
  file: /^(lib)?ruby/,
  writesMap: "Ruby, from 3.3 on, writes it when started with --yjit-perf",
};
const LUAJIT: RunTimeCompiler = { file: /^(lib)?luajit/, writesMap: "LuaJIT never writes it" };
const COMPILERS = [JAVA, NODE, DENO, BUN, DOTNET, ERLANG, RUBY, LUAJIT];

/** How the compilers that were recorded are made to write perf maps; where none is recognized, the usual two. */
export function perfMapAdvice(profile: Profile): string {
  const present = COMPILERS.filter(({ file }) => wasRecorded(file, profile));
  return (present.length > 0 ? present : [NODE, JAVA]).map(({ writesMap }) => writesMap).join("; ");
}

/** Compilers that write dumps of their code, but the last of it late; and what has them tell names at once. */
const LATE_DUMPS = [
  { file: NODE.file, atOnce: "Node.js, started with --perf-basic-prof, tells names at once" },
  { file: PYTHON_FILE, atOnce: "Python, started with -X perf, tells names at once" },
];

/** Why a dump of run-time code may not tell all of it; a sentence. */
export function jitDumpAdvice(profile: Profile): string {
  const late = "What was compiled last is often written when more has come together, or at the program's end";
  const ways = LATE_DUMPS.filter(({ file }) => wasRecorded(file, profile)).map(({ atOnce }) => `; ${atOnce}`);
  return `${late}${ways.join("")}.`;
}

/** Whether any recorded process had code of the Java virtual machine. */
export function hasJava(profile: Profile): boolean {
  return wasRecorded(JAVA.file, profile);
}

function wasRecorded(file: RegExp, { mappings, strings }: Profile): boolean {
  return mappings.file.some((name) => file.test(baseName(strings[name])));
}
