import { expect, test } from "vitest";
import type { Profile } from "../../profile/profile.ts";
import { weighings } from "../../viewer/model/weighings.ts";
import { profileOf } from "./made-profile.ts";

const made = profileOf(`
  main;parse 40
  main;emit 3
`);

function weighed(types: [string, string][], values: number[][]): Profile {
  return {
    ...made,
    sampleTypes: types.map(([type, unit]) => ({ type, unit })),
    samples: { ...made.samples, values: values.map((column) => Float64Array.from(column)) },
  };
}

test("samples and their time are one thing to weigh by", () => {
  expect(weighings(made)).toEqual([{ valueIndex: 0, words: "samples" }]);
});

test("counts and bytes are two; a column of nothing is in proportion with all", () => {
  const types: [string, string][] = [
    ["alloc_objects", "count"],
    ["alloc_space", "bytes"],
    ["inuse_objects", "count"],
    ["", ""],
  ];
  const values = [
    [1, 2],
    [100, 3],
    [2, 4],
    [0, 0],
  ];
  expect(weighings(weighed(types, values)).map(({ words }) => words)).toEqual([
    "alloc objects",
    "alloc space, bytes",
  ]);
});

test("where the first column is nothing, the others are still told apart", () => {
  const types: [string, string][] = [
    ["none", "count"],
    ["cpu", "nanoseconds"],
  ];
  expect(
    weighings(
      weighed(types, [
        [0, 0],
        [5, 7],
      ]),
    ).map(({ valueIndex }) => valueIndex),
  ).toEqual([0, 1]);
  expect(
    weighings(
      weighed(types, [
        [0, 9],
        [5, 7],
      ]),
    ).map(({ valueIndex }) => valueIndex),
  ).toEqual([0, 1]);
});
