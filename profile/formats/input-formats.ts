/** The formats that profiles are read from, as `--from` names them. */
export const INPUT_FORMATS = {
  pprof: "a pprof profile",
  folded: "folded stacks",
  perf: "the text of perf script",
  stap: "stacks printed by SystemTap",
  dtrace: "stacks printed by DTrace",
  bpftrace: "maps printed by bpftrace",
  speedscope: "a speedscope file",
  firefox: "a processed Firefox profile",
  cpuprofile: "a V8 .cpuprofile",
} as const;

export type InputFormat = keyof typeof INPUT_FORMATS;

export const INPUT_FORMAT_NAMES = Object.keys(INPUT_FORMATS) as InputFormat[];
