import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sortChanges } from "../../../profile/diff/changes.ts";
import { Verdict } from "../../../profile/diff/compare.ts";
import { diffProfiles, type ProfileDiff } from "../../../profile/diff/diff.ts";
import { suggestRenames } from "../../../profile/diff/rename-suggestions.ts";
import { headlineWords } from "../../../profile/diff/words.ts";
import { readPprofFile } from "../../../profile/node/pprof-file.ts";
import type { Profile } from "../../../profile/profile.ts";
import { paintedByFlameGraph, paintedByGrafana, paintedByUs } from "./other-tools.ts";
import { Random } from "./random.ts";
import { drawPair, poolOf, slowDown, thin } from "./resample.ts";

/**
 * Recordings made by `stapflame record -F 999 -d 6s` on a machine that had other things to do: `service` in five
 * builds (`test/workloads/service.c`: -O1; EXTRA=6; -O2; RENAMED; WRAPPED) and `phases` (`phases.c`).
 */
const FIXTURES = join(import.meta.dirname, "fixtures");

async function fixtures(name: string, count: number): Promise<Profile[]> {
  const files = Array.from({ length: count }, (_, index) => join(FIXTURES, `${name}-${index + 1}.pb.gz`));
  return Promise.all(files.map((file) => readPprofFile(file)));
}

function compare(before: Profile[], after: Profile[], renames: [string, string][] = []): ProfileDiff {
  const named = (profiles: Profile[]) => profiles.map((profile) => ({ name: "", profile }));
  return diffProfiles(named(before), named(after), { renames });
}

function significant(diff: ProfileDiff, which: "functionTotal" | "functionSelf"): string[] {
  return diff.keys.name.filter((_, key) => diff[which].verdict[key] === Verdict.significant);
}

let base: Profile[];
let phases: Profile[];
beforeAll(async () => {
  base = await fixtures("service-base", 9);
  phases = await fixtures("phases", 6);
});

describe("two builds of a program", () => {
  it("with a longer copy in parse_header: the headline says so", async () => {
    const diff = compare(base.slice(0, 3), await fixtures("service-extra", 3));
    expect(headlineWords(diff)?.text).toMatch(
      /^\+5\.9% \(\d\.\d–\d\.\d\) of all CPU time in copy_block: 3\.6% → 9\.5%$/,
    );
    expect(significant(diff, "functionSelf")).toEqual(["copy_block"]);
    const { moved, carried } = sortChanges(diff);
    const names = (keys: number[]) => keys.map((key) => diff.keys.name[key]).sort();
    expect(names(moved)).toEqual(["copy_block", "parse_header", "parse_request"]);
    // Significant as well, but for no other reason than that copy_block takes more of the whole.
    expect(names(carried)).toEqual(["render_page"]);
  });

  it("-O1 against -O2: functions inlined in one of them stay the same functions", async () => {
    const diff = compare(base.slice(0, 3), await fixtures("service-o2", 3));
    for (const name of ["mix", "find_route", "skip_spaces", "parse_header", "escape_text", "render_page"]) {
      const key = diff.keys.name.indexOf(name);
      expect(diff.functionTotal.beforeWeight[key], name).toBeGreaterThan(0);
      expect(diff.functionTotal.afterWeight[key], name).toBeGreaterThan(0);
    }
    // What -O2 left out altogether, and only that, is told.
    expect(headlineWords(diff)?.text).toMatch(
      /^−3\.4% \(\d\.\d–\d\.\d\) of all CPU time in copy_block: 3\.6% → 0\.15%$/,
    );
    expect(significant(diff, "functionSelf")).toEqual(["copy_block"]);
    expect(sortChanges(diff).inserted).toEqual([]);
  });

  it("with a function renamed: suggested, and matched when told", async () => {
    const renamed = await fixtures("service-renamed", 3);
    const diff = compare(base.slice(0, 3), renamed);
    const pairs = suggestRenames(diff).map(({ from, to }) => [diff.keys.name[from], diff.keys.name[to]]);
    expect(pairs).toEqual([["render_page", "render_html_page"]]);
    const matched = compare(base.slice(0, 3), renamed, [["render_page", "render_html_page"]]);
    expect(significant(matched, "functionTotal")).toEqual([]);
    expect(headlineWords(matched)).toBeUndefined();
  });

  it("with a function put between: paths are aligned around it, and nothing is called slower", async () => {
    const diff = compare(base.slice(0, 3), await fixtures("service-wrapped", 3));
    const inserted = [...diff.paths.key.keys()].filter((row) => diff.paths.inserted[row] !== 0);
    expect(inserted.map((row) => diff.keys.name[diff.paths.key[row]])).toEqual(["with_cache"]);
    const render = [...diff.paths.key.keys()].filter(
      (row) => diff.keys.name[diff.paths.key[row]] === "render_page",
    );
    expect(
      render.filter((row) => diff.pathTotal.beforeWeight[row] * diff.pathTotal.afterWeight[row] > 0),
    ).toHaveLength(1);
    expect(headlineWords(diff)).toBeUndefined();
    expect(sortChanges(diff).inserted.map((key) => diff.keys.name[key])).toEqual(["with_cache"]);
  });
});

describe("an unchanged program", () => {
  const sums = () => ({
    functions: 0,
    falseOnes: 0,
    ours: 0,
    flameGraph: 0,
    grafana: 0,
    frames: 0,
    pairs: 0,
    pairsWithAny: 0,
  });

  function judge(pairs: Iterable<[Profile, Profile]>, what: string): ReturnType<typeof sums> {
    const sum = sums();
    for (const [before, after] of pairs) {
      const diff = compare([before], [after]);
      const found = diff.functionTotal.discoveries + diff.functionSelf.discoveries;
      sum.pairs++;
      sum.pairsWithAny += found > 0 ? 1 : 0;
      sum.functions += diff.functionTotal.familySize + diff.functionSelf.familySize;
      sum.falseOnes += found;
      sum.ours += paintedByUs(diff).painted;
      sum.flameGraph += paintedByFlameGraph(diff).painted;
      sum.grafana += paintedByGrafana(diff).painted;
      sum.frames += paintedByUs(diff).drawn;
    }
    console.log(`${what}: ${JSON.stringify(sum)}`);
    return sum;
  }

  it("200 pairs drawn from the slices of recordings: at most 5% of frames significant, others paint most", () => {
    const random = new Random(200);
    for (const [what, profiles] of [
      ["service", base],
      ["phases", phases],
    ] as const) {
      const pool = poolOf(profiles);
      const pairs = Array.from({ length: 100 }, () => drawPair(pool, 60, 12, random));
      const sum = judge(pairs, `${what}, blocks of slices`);
      expect(sum.functions).toBeGreaterThan(1500);
      expect(sum.falseOnes / sum.functions).toBeLessThanOrEqual(0.05);
      expect(sum.pairsWithAny / sum.pairs).toBeLessThanOrEqual(0.05);
      expect(sum.ours / sum.frames).toBeLessThanOrEqual(0.05);
      expect(sum.grafana / sum.frames).toBeGreaterThan(0.5);
      expect(sum.flameGraph / sum.frames).toBeGreaterThan(0.2);
    }
  });

  it("whole recordings against each other, and three a side", () => {
    const pairs: [Profile, Profile][] = [];
    for (const profiles of [base, phases]) {
      for (const [index, before] of profiles.entries()) {
        for (const after of profiles.slice(index + 1)) pairs.push([before, after]);
      }
    }
    const sum = judge(pairs, "whole recordings");
    expect(sum.pairs).toBe(51);
    expect(sum.falseOnes / sum.functions).toBeLessThanOrEqual(0.05);
    const three = compare(base.slice(3, 6), base.slice(6, 9));
    expect(three.functionTotal.discoveries + three.functionSelf.discoveries).toBe(0);
  });
});

describe("a function made slower", () => {
  it("is found as often as its error predicts, and hardly anything else", () => {
    const pool = poolOf(base);
    const random = new Random(77);
    const found = (factor: number, part: number) => {
      let hits = 0;
      for (let pair = 0; pair < 25; pair++) {
        const [before, other] = drawPair(pool, 240, 6, random).map((profile) => thin(profile, part, random));
        const diff = compare([before], [slowDown(other, "escape_text", factor, random)]);
        if (significant(diff, "functionSelf").includes("escape_text")) hits++;
      }
      return hits;
    };
    // Some 5,000 samples a side, 28% of them in the function; then a tenth of them.
    expect(found(1.5, 1)).toBeGreaterThanOrEqual(24);
    expect(found(1.02, 1)).toBeLessThanOrEqual(3);
    expect(found(1.5, 0.1)).toBeLessThan(20);
  });
});
