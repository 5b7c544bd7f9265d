import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Analysis } from "../../../profile/analysis/analysis.ts";
import { NO_FILTER } from "../../../profile/analysis/sample-filter.ts";
import { sortChanges } from "../../../profile/diff/changes.ts";
import { Verdict } from "../../../profile/diff/compare.ts";
import { diffProfiles, type ProfileDiff } from "../../../profile/diff/diff.ts";
import { differenceInterval } from "../../../profile/diff/intervals.ts";
import { JoinedValue, joinedProfile, joinedRows } from "../../../profile/diff/joined-profile.ts";
import { type ComparisonWords, pageComparison } from "../../../profile/diff/page-comparison.ts";
import { decodeComparison, encodeComparison } from "../../../profile/diff/page-comparison-codec.ts";
import { chainPaths } from "../../../profile/diff/path-chains.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { decodeColumns, encodeColumns } from "../../../profile/formats/columns.ts";
import { FRAME_KINDS, frameKindOf, frameName } from "../../../profile/frames.ts";
import { readPprofFile } from "../../../profile/node/pprof-file.ts";
import { profileOf } from "../picture.ts";

/** What the page gets of a comparison. */

const FIXTURES = join(import.meta.dirname, "fixtures");

async function recorded(build: string, runs = [1, 2, 3]) {
  return Promise.all(
    runs.map(async (run) => {
      const name = `service-${build}-${run}.pb.gz`;
      return { name, profile: await readPprofFile(join(FIXTURES, name)) };
    }),
  );
}

const WORDS: ComparisonWords = {
  title: { before: "a", after: "b" },
  before: "one run",
  after: "another",
  how: "by shares",
  headline: "nothing",
  headlinePath: -1,
  notes: ["first", "second"],
  cautions: [],
};

const encoded = (diff: ProfileDiff) => encodeComparison(pageComparison(diff, sortChanges(diff), WORDS));

describe("a joined profile", () => {
  it("has the paths of both sides with their weights", async () => {
    const diff = diffProfiles(await recorded("base"), await recorded("renamed"));
    const profile = decodeColumns(encodeColumns(joinedProfile(diff)));
    const tree = new Analysis(profile).tree({
      filter: NO_FILTER,
      transforms: [],
      groupBy: "process",
      order: "weight",
      valueIndex: JoinedValue.after,
      compared: JoinedValue,
    });
    const names = (parent: Int32Array, row: number, nameOf: (row: number) => string) => {
      const path: string[] = [];
      for (let at = row; at > 0; at = parent[at]) path.unshift(nameOf(at));
      return path.join(";");
    };
    const wanted = new Map<string, string>();
    for (let row = 1; row < diff.paths.length; row++) {
      const { beforeWeight, afterWeight } = diff.pathTotal;
      wanted.set(
        names(diff.paths.parent, row, (at) => diff.keys.name[diff.paths.key[at]]),
        `${beforeWeight[row]} ${afterWeight[row]}`,
      );
    }
    const found = new Map<string, string>();
    for (let row = 1; row < tree.length; row++) {
      found.set(
        names(tree.parent, row, (at) => frameName(tree.frames, tree.frame[at])),
        `${tree.compared?.before[row]} ${tree.compared?.after[row]}`,
      );
    }
    expect(found.size).toBeGreaterThan(100);
    expect(found).toEqual(wanted);
    const kinds = new Set(Array.from(tree.frame, (frame) => frameKindOf(tree.frames, frame)));
    expect([...kinds].sort()).toEqual([...new Set(diff.keys.kind.map((kind) => FRAME_KINDS[kind]))].sort());
  });

  it("holds what no process, no file and no frame is known of", () => {
    const diff = diffProfiles(
      [{ name: "before", profile: profileOf("main 3\nmain;work 5") }],
      [{ name: "after", profile: profileOf("main 4\nother 1") }],
    );
    const profile = joinedProfile(diff);
    expect(profile.samples.values[JoinedValue.before].reduce((sum, value) => sum + value, 0)).toBe(8);
    expect(profile.samples.values[JoinedValue.after].reduce((sum, value) => sum + value, 0)).toBe(5);
    expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
  });
});

describe("the results for the page", () => {
  it("are those of the comparison: functions exactly, paths to 0.2%", async () => {
    const diff = diffProfiles(await recorded("base"), await recorded("extra"));
    const read = decodeComparison(encoded(diff));
    expect(read.words).toEqual(WORDS);
    expect(read.exposure.before).toBe(diff.before.weight);
    expect(read.valueType).toEqual({ type: "cpu", unit: "nanoseconds" });
    for (const column of ["functionTotal", "functionSelf"] as const) {
      expect(read[column].before).toEqual(diff[column].beforeWeight);
      expect(read[column].verdict).toEqual(diff[column].verdict);
      for (let key = 0; key < diff.keys.length; key++) {
        if (diff[column].verdict[key] < Verdict.notSignificant) {
          expect(read[column].half[key]).toBeNaN();
          continue;
        }
        const { low, high } = differenceInterval(diff[column], key);
        expect(read[column].half[key]).toBeCloseTo((high - low) / 2, 14);
        expect(read[column].adjusted[key]).toBe(diff[column].adjusted[key]);
      }
    }
    const rows = joinedRows(diff);
    for (const column of ["pathTotal", "pathSelf"] as const) {
      expect(read[column].verdict.length).toBe(rows.length);
      for (const [stack, row] of rows.entries()) {
        expect(read[column].verdict[stack]).toBe(diff[column].verdict[row]);
        if (diff[column].verdict[row] < Verdict.notSignificant) continue;
        const { low, high } = differenceInterval(diff[column], row);
        expect(Math.abs(read[column].half[stack] / ((high - low) / 2) - 1)).toBeLessThan(0.002);
        expect(Math.abs(read[column].adjusted[stack] / diff[column].adjusted[row] - 1)).toBeLessThan(0.002);
      }
    }
  });

  it("are told to be damaged where they are, and nothing worse, whatever bytes come", async () => {
    const whole = encoded(diffProfiles(await recorded("base", [1]), await recorded("extra", [1])));
    const decode = (bytes: Uint8Array) => {
      try {
        decodeComparison(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ProfileFormatError);
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        decode(Uint8Array.of(...whole.slice(0, 4), ...bytes)),
      ),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const broken = whole.slice();
        broken[at] = byte;
        decode(broken);
        decode(whole.subarray(0, at));
      }),
    );
  });
});

describe("chains of paths", () => {
  it("are those that the same samples go through, and are tested alike", async () => {
    const diff = diffProfiles(await recorded("base", [1]), await recorded("renamed", [1]));
    const { paths, pathTotal } = diff;
    const chains = chainPaths(paths, [pathTotal.beforeWeight, pathTotal.afterWeight]);
    expect(chains.length).toBeLessThan(paths.length);
    // The samples below each path, one by one.
    const samples = Array.from({ length: paths.length }, () => new Set<string>());
    for (const [profile, ends] of paths.rowOfSample.entries()) {
      for (const [sample, end] of ends.entries()) {
        for (let row = end; row >= 0; row = paths.parent[row]) samples[row].add(`${profile} ${sample}`);
      }
    }
    for (let row = 1; row < paths.length; row++) {
      const above = paths.parent[row];
      const isSame = samples[row].size === samples[above].size;
      expect(chains.of[row] === chains.of[above]).toBe(isSame);
      if (!isSame || pathTotal.verdict[above] < Verdict.notSignificant) continue;
      for (const column of ["pValue", "adjusted", "error", "freedom", "verdict"] as const) {
        expect(pathTotal[column][row]).toBe(pathTotal[column][above]);
      }
    }
  });
});
