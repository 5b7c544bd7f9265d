import { judge } from "../../judges.ts";
import type { CorpusFile } from "../corpus/corpus.ts";
import { aliasesIn, codeAddresses, textBase } from "./addresses.ts";
import { agreement, type Difference, difference } from "./agree.ts";
import { byBinutils, byElfutils } from "./elfutils.ts";
import type { Chain } from "./frame.ts";
import { byLlvm } from "./llvm.ts";
import { byStapflame } from "./ours.ts";

/** How many addresses agree in one respect. */
export interface Score {
  /** With the first judge, elfutils. */
  first: number;
  /** Of the others, with the second judge: LLVM, or binutils. */
  second: number;
}

export interface Comparison {
  name: string;
  addresses: number;
  milliseconds: number;
  functions: Score;
  places: Score;
  /** Agree with neither judge in one of both. */
  differences: Difference[];
  problems: readonly string[];
}

/** Our answers for up to `count` addresses of a file against both judges'. */
export async function compare(file: CorpusFile, count: number, seed: number): Promise<Comparison> {
  const addresses = codeAddresses(file.judgedBy, count, seed);
  const [elfutils, { chains: ours, milliseconds, problems }] = await Promise.all([
    byElfutils(file.judgedBy, addresses),
    byStapflame(file.path, addresses),
  ]);
  const aliases = aliasesIn(file.judgedBy);
  const result: Comparison = {
    name: file.name,
    addresses: addresses.length,
    milliseconds,
    functions: { first: 0, second: 0 },
    places: { first: 0, second: 0 },
    differences: [],
    problems,
  };
  const disputed: number[] = [];
  for (let i = 0; i < addresses.length; i++) {
    const { functions, places } = agreement(ours[i], elfutils[i], aliases);
    if (functions) result.functions.first++;
    if (places) result.places.first++;
    if (!functions || !places) disputed.push(i);
  }
  if (disputed.length === 0) return result;
  const second = await bySecondJudge(
    file,
    Float64Array.from(disputed, (i) => addresses[i]),
    disputed.map((i) => ours[i]),
  );
  for (const [row, i] of disputed.entries()) {
    const [byFirst, bySecond, byBoth] = [
      elfutils[i],
      second[row],
      outermostFrom(elfutils[i], second[row]),
    ].map((theirs) => agreement(ours[i], theirs, aliases));
    bySecond.functions ||= byBoth.functions;
    if (!byFirst.functions && bySecond.functions) result.functions.second++;
    if (!byFirst.places && bySecond.places) result.places.second++;
    if (!(byFirst.functions || bySecond.functions) || !(byFirst.places || bySecond.places)) {
      result.differences.push(difference(addresses[i], ours[i], elfutils[i], second[row]));
    }
  }
  return result;
}

async function bySecondJudge(
  file: CorpusFile,
  addresses: Float64Array,
  ours: readonly Chain[],
): Promise<readonly Chain[]> {
  const base = textBase(file.judgedBy);
  if (base > 0) return byBinutils(file.judgedBy, addresses, base);
  const chains = await byLlvm(file.judgedBy, addresses);
  if (file.common === "") return chains;
  const strings = stringsOf(file.common);
  return chains.map((chain, row) =>
    chain.map((frame, i) => {
      const name = ours[row][i]?.name ?? "";
      return frame.name === "" && strings.has(name) ? { ...frame, name } : frame;
    }),
  );
}

/**
 * The second judge's chain with the outermost function as the first calls it: of units that dwz has split, LLVM names the
 * outermost by a symbol that stands for the whole common file, and elfutils gives only that one, but rightly.
 */
function outermostFrom(first: Chain, second: Chain): Chain {
  const [last, name] = [second.length - 1, first.at(-1)?.name ?? ""];
  return second.map((frame, i) => (i === last && name !== "" ? { ...frame, name } : frame));
}

/** The strings of a debug file; its section may be compressed. */
function stringsOf(path: string): Set<string> {
  const dump = judge("readelf", ["-z", "--string-dump=.debug_str", path]);
  return new Set(dump.split("\n").map((line) => line.replace(/^ *\[ *[0-9a-f]+\] {2}/, "")));
}

/** Shares of addresses, in percent, that agree with one of the judges. */
export function percent({ first, second }: Score, of: number): number {
  return of === 0 ? 100 : (100 * (first + second)) / of;
}
