import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { memorySource } from "../../../../symbolizer/byte-source.ts";
import { readElf } from "../../../../symbolizer/elf/elf-file.ts";
import { codeAt, executableSegments } from "../../../../symbolizer/unwind/executable-segments.ts";
import { Cfa, Fp, type UnwindRule } from "../../../../symbolizer/unwind/rule.ts";
import type { ExecutableSegment } from "../../../../symbolizer/unwind/unwind-table.ts";
import { followCode } from "../../../../symbolizer/unwind/x86/follow-code.ts";

let files = 0;

/** A file's executable segments, and their bytes. */
export function codeOf(file: string) {
  const elf = readElf(memorySource(readFileSync(file)));
  const segments = executableSegments(elf);
  return {
    elf,
    segments,
    bytesOf: (segment: ExecutableSegment) => codeAt(elf, segment, segment.address, segment.bytes),
  };
}

const LIBRARY = ["-shared", "-Wl,-Bsymbolic"];
/** A program at fixed addresses that begins at the label `f`. */
export const PROGRAM = ["-static", "-Wl,-e,f"];

/** A shared library of assembler (GNU, AT&T) in a folder, or another `kind` of file, its `.text`, where that lies, and labels in it. */
export function assembled(
  folder: string,
  source: string,
  kind = LIBRARY,
): { file: string; code: Uint8Array; labels: Map<string, number>; base: number } {
  const file = join(folder, `${files++}.so`);
  const options = [...kind, "-nostdlib", "-x", "assembler", "-", "-o", file, "-Wl,-z,noseparate-code"];
  execFileSync("gcc", options, { input: `.text\n${source}\n` });
  const [, address, offset, size] = (
    /\.text +PROGBITS +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)/.exec(
      execFileSync("readelf", ["-SW", file]).toString(),
    ) ?? []
  ).map((word) => Number.parseInt(word, 16));
  const labels = new Map(
    execFileSync("nm", [file])
      .toString()
      .split("\n")
      .flatMap((line): [string, number][] => {
        const [, value, name] = /^([0-9a-f]+) [tT] (.*)/.exec(line) ?? [];
        return name === undefined ? [] : [[name, Number.parseInt(value, 16) - address]];
      }),
  );
  return { file, code: readFileSync(file).subarray(offset, offset + size), labels, base: address };
}

const REGISTERS = ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp"];

/** A rule in the words of `unwind-table --dump`: CFA and frame pointer; "none". */
export function words(rule: UnwindRule | undefined): string {
  if (rule === undefined) return "none";
  const { cfa, cfaOffset, cfaAdd, fp, fpOffset, register } = rule;
  const from = {
    [Cfa.stackPointer]: `rsp+${cfaOffset}`,
    [Cfa.framePointer]: `rbp+${cfaOffset}`,
    [Cfa.stackSlot]: `*(rsp+${cfaOffset})+${cfaAdd}`,
    [Cfa.register]: `${REGISTERS[register] ?? `r${register}`}+${cfaOffset}`,
  }[cfa];
  const caller = { [Fp.same]: "s", [Fp.lost]: "u", [Fp.atCfa]: `c${fpOffset}` }[fp];
  return `${from} ${caller}`;
}

/** The rules of assembler at its labels. */
export function rulesOf(folder: string, source: string): Record<string, string> {
  const { code, labels } = assembled(folder, source);
  const rules = new Map<number, string>();
  const starts: number[] = [];
  followCode(
    code,
    0,
    () => undefined,
    (address, rule) => {
      starts.push(address);
      rules.set(address, words(rule));
    },
  );
  const at = (address: number) => rules.get(starts.findLast((start) => start <= address) ?? -1) ?? "none";
  return Object.fromEntries([...labels].map(([name, address]) => [name, at(address)]));
}
