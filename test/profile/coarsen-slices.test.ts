import { describe, expect, test } from "vitest";
import { timeMatrix, timeScale } from "../../profile/analysis/time-matrix.ts";
import { coarsenSlices } from "../../profile/coarsen-slices.ts";
import { slimForPage } from "../../profile/slim.ts";
import { profileOf } from "./picture.ts";

describe("coarsenSlices", () => {
  const profile = profileOf("slice#=0 | f 1\nslice#=3 | f 2\nslice#=4 | f 4\nslice#=9 | f 8\n| f 16");
  profile.comments = ["stapflame.tool: test", "stapflame.slice-nanos: 100000000"];

  test("joins neighbours and says how long slices are now", () => {
    const coarse = coarsenSlices(profile, 3);
    expect([...coarse.samples.labels[0].values]).toEqual([0, 0, 1, 2, Number.NaN]);
    expect(coarse.comments).toEqual(["stapflame.tool: test", "stapflame.slice-nanos: 400000000"]);
    expect(timeScale(coarse)).toEqual({ slices: 3, sliceSeconds: 0.4 });
    expect([...slimForPage(coarse, { keepSlices: true }).samples.values[0]]).toEqual([3, 4, 8, 16]);
    const options = { rowsBy: "process", maxColumns: 9, maxRows: 9, valueIndex: 0 } as const;
    expect(timeMatrix(coarse, options)).toMatchObject({ withoutSlice: 16, greatest: 8 });
  });

  test("leaves profiles with few or no slices, or with none that make sense, as they are", () => {
    expect(coarsenSlices(profile, 10)).toBe(profile);
    const without = profileOf("pid=1 | f 1");
    expect(coarsenSlices(without, 1)).toBe(without);
    const odd = profileOf("slice#=Infinity | f 1");
    expect(coarsenSlices(odd, 5)).toBe(odd);
  });
});
