import { describe, expect, it } from "vitest";
import { buildCallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { functionTotals, topFunctions } from "../../profile/statistics.ts";
import { profileOf } from "./picture.ts";

function totalsOf(text: string): Record<string, string> {
  const tree = buildCallTree(profileOf(text), { groupBy: "none" });
  const { self, total } = functionTotals(tree);
  const rows = Array.from({ length: tree.frames.length }, (_, frame) => [
    frameName(tree.frames, frame),
    `${self[frame]} of ${total[frame]}`,
  ]);
  return Object.fromEntries(rows);
}

describe("functionTotals", () => {
  it("counts a recursion once", () => {
    expect(totalsOf("main;fib;fib;fib 4\nmain;fib;fib 2\nmain;fib;leaf;fib 1")).toEqual({
      main: "0 of 7",
      fib: "7 of 7",
      leaf: "0 of 1",
      all: "0 of 7",
    });
  });

  it("adds the places of a function in different branches", () => {
    expect(totalsOf("a;x;b;x 1\na;b;x 10\nx;a;x 100")).toEqual({
      a: "0 of 111",
      b: "0 of 11",
      x: "111 of 111",
      all: "0 of 111",
    });
  });

  it("stands a recursion of 100,000", () => {
    expect(totalsOf(`main${";f".repeat(100_000)} 3`)).toMatchObject({ f: "3 of 3", main: "0 of 3" });
  });
});

describe("topFunctions", () => {
  const tree = buildCallTree(
    profileOf("comm=sh pid=1 | main;b 5\ncomm=sh pid=1 | main;a 5\ncomm=sh pid=1 | main 1"),
  );
  const names = (count: number, by: "self" | "total") =>
    [...topFunctions(tree, functionTotals(tree), count, by)].map((frame) => frameName(tree.frames, frame));

  it("gives the heaviest functions, equals by name, without root and processes", () => {
    expect(names(2, "self")).toEqual(["a", "b"]);
    expect(names(10, "self")).toEqual(["a", "b", "main"]);
    expect(names(10, "total")).toEqual(["main", "a", "b"]);
  });
});
