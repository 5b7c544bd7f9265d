import { type Chain, type Frame, normalPath } from "./frame.ts";
import { judgeOutput } from "./judge-process.ts";

/**
 * What `eu-addr2line -fi` tells of each address. Pretty-printed, every frame is a line of its own:
 *
 *     0x0000000000001188: _ZN5innerC4Ev at /usr/include/stl_tree.h:175:26
 *      (inlined by) _ZN5outerC4Ev at /usr/include/stl_tree.h:671:22
 *      (inlined by) main at /tmp/a.cc:8:72
 */
export async function byElfutils(path: string, addresses: Float64Array): Promise<Chain[]> {
  const input = Array.from(addresses, (address) => `0x${hex(address)}\n`).join("");
  const kept = ["--debuginfo-path=/nonexistent", "-f", "-i", "-a", "--pretty-print"];
  return parseChains(await judgeOutput("eu-addr2line", [...kept, "-e", path], path, input), addresses.length);
}

/**
 * The same of GNU addr2line, which prints alike: the second judge of relocatable files, in which LLVM takes every
 * section for the first. `base`: the address of `.text`.
 */
export async function byBinutils(path: string, addresses: Float64Array, base: number): Promise<Chain[]> {
  const input = Array.from(addresses, (address) => `0x${hex(address - base)}\n`).join("");
  const output = await judgeOutput(
    "addr2line",
    ["-f", "-i", "-a", "-p", "-j", ".text", "-e", path],
    path,
    input,
  );
  return parseChains(output, addresses.length);
}

export function parseChains(text: string, expected: number): Chain[] {
  const chains: Frame[][] = [];
  for (const row of text.split("\n")) {
    if (row === "") continue;
    const inlinedBy = / \(inlined by\) (.*)$/.exec(row);
    if (inlinedBy !== null) {
      chains[chains.length - 1].push(frameOf(inlinedBy[1]));
      continue;
    }
    const first = /^0x[0-9a-f]+: (.*)$/.exec(row);
    if (first === null) throw new Error(`addr2line printed what was not expected: ${row}`);
    chains.push([frameOf(first[1])]);
  }
  if (chains.length !== expected)
    throw new Error(`addr2line told of ${chains.length} addresses of ${expected}`);
  return chains.map((chain) => (chain.length === 1 && isNothing(chain[0]) ? [] : chain));
}

/** `name at file:line:column`, `name at ??:0`, `name at file:line`. */
function frameOf(text: string): Frame {
  const at = text.lastIndexOf(" at ");
  const name = text.slice(0, at < 0 ? text.length : at).trim();
  const place = /^(.*?):(\d+)(?::\d+)?(?: \(discriminator \d+\))?$/.exec(at < 0 ? "" : text.slice(at + 4));
  return {
    name: name === "??" ? "" : name.replace(/@@?[\w.]+$/, ""),
    file: normalPath(place?.[1] ?? ""),
    line: Number(place?.[2] ?? 0),
  };
}

function isNothing({ name, file, line }: Frame): boolean {
  return name === "" && file === "" && line === 0;
}

/** Addresses of kernels are beyond what a JS number holds exactly only in their unsigned form. */
export function hex(address: number): string {
  return BigInt.asUintN(64, BigInt(address)).toString(16);
}
