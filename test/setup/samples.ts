import { unsymbolizedName } from "../../profile/frame-name.ts";
import type { Profile } from "../../profile/profile.ts";

/** Where the stacks of a process's first milliseconds end, before anybody has told what it is. */
export const NOT_KNOWN_YET = "[stack cut: process or mapping not known yet]";

/** One sample with its stack as names, leaf first, and its labels: read from the columns one by one. */
export interface PlainSample {
  names: string[];
  modules: string[];
  count: number;
  labels: Record<string, string | number>;
}

/** All samples of a profile, in the plainest form: the independent view that tests count on. */
export function plainSamples(profile: Profile): PlainSample[] {
  const { samples, stacks, locations, lines, functions, mappings, strings } = profile;
  return Array.from({ length: samples.length }, (_, row) => {
    const names: string[] = [];
    const modules: string[] = [];
    for (let stack = samples.stack[row]; stack >= 0; stack = stacks.parent[stack]) {
      const location = stacks.location[stack];
      const mapping = locations.mapping[location];
      const module = mapping < 0 ? "" : strings[mappings.file[mapping]];
      const [from, to] = [locations.lineStart[location], locations.lineStart[location + 1]];
      if (from === to) {
        names.push(unsymbolizedName(profile, location));
        modules.push(module);
      }
      for (let line = from; line < to; line++) {
        names.push(strings[functions.name[lines.function[line]]]);
        modules.push(module);
      }
    }
    const labels: Record<string, string | number> = {};
    for (const column of samples.labels) {
      labels[column.key] = column.kind === "text" ? strings[column.values[row]] : column.values[row];
    }
    return { names, modules, count: samples.values[0][row], labels };
  });
}

/** Samples with `name` anywhere in their stack. */
export function samplesUnder(samples: readonly PlainSample[], name: string): number {
  return samples.reduce((sum, sample) => sum + (sample.names.includes(name) ? sample.count : 0), 0);
}

export function totalSamples(samples: readonly PlainSample[]): number {
  return samples.reduce((sum, sample) => sum + sample.count, 0);
}

/** Samples with user frames. */
export function ofUserCode(samples: readonly PlainSample[]): PlainSample[] {
  return samples.filter(({ modules }) => modules.some((module) => module !== "[kernel]"));
}

/** Samples of user code, those of them whose outermost frame is where a thread begins, and where the others end. */
export interface Completeness {
  user: number;
  whole: number;
  /** Of which process and tables were known: how many are not is a matter of the machine's load, not of the walk. */
  known: number;
  /** Samples by what `endOf` says of their frames. */
  others: Map<string, number>;
}

/** Judges by the names of frames alone, whatever the walk says of itself. `endOf`: of the frames of a stack, leaf first. */
export function completenessOf(
  samples: readonly PlainSample[],
  isBeginning: (root: string, names: readonly string[]) => boolean,
  endOf: (names: readonly string[]) => string = (names) => names.at(-1) ?? "",
): Completeness {
  let user = 0;
  let whole = 0;
  let known = 0;
  const others = new Map<string, number>();
  for (const { names, count } of ofUserCode(samples)) {
    user += count;
    if (names.at(-1) !== NOT_KNOWN_YET) known += count;
    if (isBeginning(names.at(-1) ?? "", names)) whole += count;
    else others.set(endOf(names), (others.get(endOf(names)) ?? 0) + count);
  }
  return { user, whole, known, others };
}

/** 99.9% of a normal distribution lie within so many standard deviations. */
const Z_999 = 3.2905;

/** Half the width of the interval that holds 99.9% of binomial draws (normal approximation, n is in the hundreds). */
export function binomialHalfWidth(share: number, n: number): number {
  return Z_999 * Math.sqrt((share * (1 - share)) / n);
}

/** `hits` of `n` draws. */
export interface Share {
  hits: number;
  n: number;
}

/** Whether two shares may come from the same population: within the 99.9% interval of their difference. */
export function sharesAgree(a: Share, b: Share): boolean {
  const pooled = (a.hits + b.hits) / (a.n + b.n);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n));
  return Math.abs(a.hits / a.n - b.hits / b.n) <= Z_999 * deviation;
}
