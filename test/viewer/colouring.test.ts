import { describe, expect, test } from "vitest";
import { buildCallTree, type CallTree } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import { makeColouring } from "../../viewer/model/colouring.ts";
import type { COLOUR_MODES } from "../../viewer/model/view-state.ts";
import { madeProfile, profileOf } from "./made-profile.ts";

const rowOf = (tree: CallTree, name: string) => {
  const row = [...tree.frame.keys()].find((each) => frameName(tree.frames, tree.frame[each]) === name);
  if (row === undefined) throw new Error(`no ${name}`);
  return row;
};
const legend = (tree: CallTree, mode: (typeof COLOUR_MODES)[number]) =>
  makeColouring(tree, tree, mode, "light").legend.map(({ words, note }) => `${words} ${note}`.trim());

const tree = buildCallTree(
  profileOf(`
    main;std::sort;read@k 50
    main;std::sort;memcpy@l 20
    main;app::run 20
    main;app::run;std::find 10
  `),
);

describe("the legend goes with the mode", () => {
  test.each([
    ["kind", ["process, thread", "kernel", "program", "library"]],
    ["module", ["[kernel] 50.0%", "demo 30.0%", "libc.so.6 20.0%"]],
    ["package", ["[kernel] 50.0%", "app 20.0%", "libc.so.6 20.0%", "std 10.0%", "demo 0%"]],
    ["self", ["own share: none", "from 0.01%", "0.1%", "1%", "3%", "10% of all"]],
    ["name", ["Each name has its own colour, the same in every graph."]],
  ] as const)("%s", (mode, entries) => {
    expect(legend(tree, mode)).toEqual(entries);
  });

  test("each colour of a frame is one of the legend's, where colours mean something", () => {
    for (const mode of ["module", "package", "self"] as const) {
      const colouring = makeColouring(tree, tree, mode, "dark");
      const fills = new Set(colouring.legend.map(({ fill }) => fill));
      for (let row = 2; row < tree.length; row++) expect(fills).toContain(colouring.paint(row, "plain").fill);
    }
  });

  test("a colour of its own for the heaviest only; the rest is neutral and counted", () => {
    const many = buildCallTree(
      madeProfile(
        Array.from({ length: 12 }, (_, index) => ({
          frames: [{ name: `f${index}`, module: `/lib/m${index}.so` }],
          count: 100 - index,
        })),
      ),
    );
    const { legend: entries, paint, sliver } = makeColouring(many, many, "module", "light");
    expect(entries.length).toBe(9);
    expect(entries[0]).toMatchObject({ words: "m0.so", note: "8.8%" });
    expect(entries.at(-1)).toMatchObject({ words: "4 others", note: "31.9%" });
    expect(paint(rowOf(many, "f11"), "plain")).toEqual(sliver("plain"));
    expect(new Set(entries.map(({ fill }) => fill)).size).toBe(9);
  });

  test("a part of the tree keeps the colours of the whole", () => {
    const part = buildCallTree(profileOf("main;std::sort;memcpy@l 20"));
    const whole = makeColouring(tree, tree, "module", "light");
    const shown = makeColouring(part, tree, "module", "light");
    expect(shown.paint(rowOf(part, "memcpy"), "plain")).toEqual(whole.paint(rowOf(tree, "memcpy"), "plain"));
  });
});

test("the own share tells where time is spent, not what lies below", () => {
  const colouring = makeColouring(tree, tree, "self", "light");
  const fill = (name: string) => colouring.paint(rowOf(tree, name), "plain").fill;
  expect(fill("main")).toBe(colouring.legend[0].fill);
  expect(fill("read")).toBe(colouring.legend[5].fill);
});
