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
const DOTNET: RunTimeCompiler = {
  file: /^libcoreclr\.so$/,
  writesMap: ".NET writes it when started with DOTNET_PerfMapEnabled=1",
};

/** How the compilers that were recorded are made to write perf maps; where none is recognized, the usual two. */
export function perfMapAdvice(profile: Profile): string {
  const present = [JAVA, NODE, DOTNET].filter((compiler) => wasRecorded(compiler, profile));
  return (present.length > 0 ? present : [NODE, JAVA]).map(({ writesMap }) => writesMap).join("; ");
}

/** Why a dump of run-time code may not tell all of it, where that is known: the end of a sentence. */
export function jitDumpAdvice(profile: Profile): string {
  if (!wasRecorded(NODE, profile)) return "";
  return ": Node.js writes it when 2 MiB have come together, and at its end; started with --perf-basic-prof it tells names at once";
}

/** Whether any recorded process had code of the Java virtual machine. */
export function hasJava(profile: Profile): boolean {
  return wasRecorded(JAVA, profile);
}

function wasRecorded({ file }: RunTimeCompiler, { mappings, strings }: Profile): boolean {
  return mappings.file.some((name) => file.test(baseName(strings[name])));
}
