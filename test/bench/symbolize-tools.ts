import { CLI } from "../integration/harness.ts";

/** A symbolizer as its users run it: addresses on standard input, text on standard output. */
export interface Tool {
  name: string;
  command(file: string): string[];
  /** Beside the environment of the benchmark. */
  env?: Record<string, string>;
}

/** `cache`: a folder that is empty before the first run; the second one finds there what the first was told. */
export function tools(cache: string): readonly Tool[] {
  const command = (file: string) => [process.execPath, CLI, "symbolize", "-e", file];
  return [
    { name: "stapflame", command, env: { STAPFLAME_NO_CACHE: "1" } },
    { name: "stapflame again", command, env: { STAPFLAME_NO_CACHE: "", XDG_CACHE_HOME: cache } },
    { name: "eu-addr2line", command: (file) => ["eu-addr2line", "-f", "-i", "-e", file] },
    { name: "addr2line", command: (file) => ["addr2line", "-f", "-i", "-e", file] },
    { name: "llvm-symbolizer", command: (file) => ["llvm-symbolizer", "--inlines", `--obj=${file}`] },
  ];
}
