import { describe, expect, test } from "vitest";
import { debugFileFinder } from "../../../../symbolizer/debug-files/finder.ts";
import { openDebugInfo } from "../../../../symbolizer/debug-info.ts";
import type { DwarfFrames } from "../../../../symbolizer/dwarf/dwarf-resolver.ts";
import { readElf } from "../../../../symbolizer/elf/elf-file.ts";
import { fileSource } from "../../../../symbolizer/file-source.ts";
import { random } from "../../judges.ts";
import { corpusFiles } from "../corpus/corpus.ts";
import { codeAddresses } from "./addresses.ts";

/** Opens the file anew, so that nothing is remembered. */
async function lookup(path: string, addresses: Float64Array): Promise<DwarfFrames> {
  const source = fileSource(path);
  if (source.found === undefined) throw new Error(`${path} ${source.missing}`);
  const finder = debugFileFinder({ standardFolder: "/nonexistent" });
  const info = await openDebugInfo({ elf: readElf(source.found), path }, { inlines: true, finder });
  if (info.dwarf === undefined) throw new Error(`${path} has no DWARF`);
  const answers = info.dwarf.lookup(addresses);
  info.close();
  source.found.close();
  return answers;
}

function picture({ frames, bareFile, bareLine }: DwarfFrames, i: number): string {
  const chain: string[] = [];
  for (let row = frames.frameStart[i]; row < frames.frameStart[i + 1]; row++) {
    const { name, enclosing, file, line, column, startLine } = frames;
    chain.push(
      `${enclosing[row].join("::")} ${name[row]} (${startLine[row]}) at ${file[row]}:${line[row]}:${column[row]}`,
    );
  }
  return chain.length > 0 ? chain.join(" < ") : `${bareFile[i]}:${bareLine[i]}`;
}

/** The answers that are kept for the next run: an answer must be what any address in its reach would be given. */
describe("as far as an answer reaches, it is the answer", () => {
  test.each(corpusFiles("small").map(({ name, path }) => [name, path] as const))("%s", async (_, path) => {
    const addresses = codeAddresses(path, 100, 7);
    const answers = await lookup(path, addresses);
    const next = random(8);
    const expected = new Map<number, string>();
    for (let i = 0; i < addresses.length; i++) {
      const [from, to] = [answers.from[i], answers.to[i]];
      expect(from <= addresses[i] && addresses[i] < to, `${addresses[i]} in ${from}…${to}`).toBe(true);
      for (const other of [from, to - 1, from + Math.floor(next() * (to - from))]) {
        expected.set(other, picture(answers, i));
      }
    }
    const others = Float64Array.from(expected.keys()).sort();
    const given = await lookup(path, others);
    const wrong = [...others.keys()].filter((i) => picture(given, i) !== expected.get(others[i]));
    expect(wrong.map((i) => `${others[i]}: ${picture(given, i)}, not ${expected.get(others[i])}`)).toEqual(
      [],
    );
  });
});
