import { isPerfMapPath } from "../profile/frame-kind.ts";
import { baseName } from "../profile/frame-name.ts";
import type { Profile } from "../profile/profile.ts";
import { samplesThrough } from "../profile/samples-through.ts";

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

/** Whether any recorded process had code of the Java virtual machine. */
export function hasJava(profile: Profile): boolean {
  return wasRecorded(JAVA, profile);
}

/** CPython from 3.12 on, as a program or a library. */
const PYTHON = /^(lib)?python3\.(1[2-9]|[2-9]\d)/;
/** Of all samples. */
const SHARE_WORTH_ADVICE = 0.05;
/** Of fewer samples nothing is said by shares. */
const SAMPLES_THAT_TELL = 20;

/** What makes an interpreter tell its functions, where much of a profile is its work and shows none; undefined: nothing. */
export function interpreterAdvice(profile: Profile): string | undefined {
  const { locations, mappings, strings, samples } = profile;
  const isIn = (test: (file: string) => boolean) => {
    const rows = mappings.file.map((name) => (test(strings[name]) ? 1 : 0));
    return (location: number) => locations.mapping[location] >= 0 && rows[locations.mapping[location]] === 1;
  };
  const python = isIn((file) => PYTHON.test(baseName(file)));
  const told = isIn(isPerfMapPath);
  const untold = samplesThrough(profile, python) - samplesThrough(profile, python, told);
  const all = samples.values[0]?.reduce((sum, value) => sum + value, 0) ?? 0;
  if (all < SAMPLES_THAT_TELL || untold < all * SHARE_WORTH_ADVICE) return undefined;
  return `${((100 * untold) / all).toFixed(1)}% of the samples are in Python without its functions: it tells them when started with -X perf.`;
}

function wasRecorded({ file }: RunTimeCompiler, { mappings, strings }: Profile): boolean {
  return mappings.file.some((name) => file.test(baseName(strings[name])));
}
