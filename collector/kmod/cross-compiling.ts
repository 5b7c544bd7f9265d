import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Architectures that the module is written for: Node's name, the kernel's option and name, the GNU tools' prefix. */
const ARCHITECTURES = [
  { node: "x64", option: "CONFIG_X86_64=y", kernel: "x86_64", tools: "x86_64-linux-gnu-" },
  { node: "arm64", option: "CONFIG_ARM64=y", kernel: "arm64", tools: "aarch64-linux-gnu-" },
];

/**
 * What make must be told to compile for headers of another architecture than this machine's: nothing for our own.
 * `CROSS_COMPILE` of the environment names other tools than Debian's, as kernel developers know it.
 */
export function crossCompiling(headers: string): { ARCH?: string; CROSS_COMPILE?: string } {
  const config = readFileSync(join(headers, "include/config/auto.conf"), "latin1").split("\n");
  const target = ARCHITECTURES.find(({ option }) => config.includes(option));
  if (target === undefined || target.node === process.arch) return {};
  return { ARCH: target.kernel, CROSS_COMPILE: process.env.CROSS_COMPILE || target.tools };
}
