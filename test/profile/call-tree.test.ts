import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildCallTree } from "../../profile/call-tree.ts";
import { buildFrames, frameKindOf, frameModule, frameName } from "../../profile/frames.ts";
import { arbitraryProfile } from "./arbitrary-profile.ts";
import { drawTree, picture, profileOf } from "./picture.ts";

describe("buildCallTree", () => {
  const profile = profileOf(`
    main;work;sort 5 50
    main;work 2 10
    main;idle 3 400
    start 1 1
  `);

  it("lays stacks over each other, heaviest first", () => {
    expect(drawTree(profile, { groupBy: "none" })).toBe(
      picture(`
        all 11
          main 10
            work 7 (2)
              sort 5 (5)
            idle 3 (3)
          start 1 (1)
      `),
    );
  });

  it("weighs by the sample type asked for", () => {
    expect(drawTree(profile, { groupBy: "none", valueIndex: 1 })).toBe(
      picture(`
        all 461
          main 460
            idle 400 (400)
            work 60 (10)
              sort 50 (50)
          start 1 (1)
      `),
    );
    expect(() => buildCallTree(profile, { valueIndex: 2 })).toThrow("no sample type 2");
  });

  it("orders by name, and equals by name in any case", () => {
    const equals = profileOf("b;y 1\nb;x 1\na 2\nc 9");
    expect(drawTree(equals, { groupBy: "none", order: "name" })).toBe(
      picture(`
        all 13
          a 2 (2)
          b 2
            x 1 (1)
            y 1 (1)
          c 9 (9)
      `),
    );
    expect(drawTree(equals, { groupBy: "none" }).split("\n")[1]).toBe("  c 9 (9)");
    expect(drawTree(equals, { groupBy: "none" }).split("\n")[2]).toBe("  a 2 (2)");
  });

  it("takes only the samples of the filter, and no empty subtrees", () => {
    const filter = (row: number) => row === 1 || row === 3;
    expect(drawTree(profile, { groupBy: "none", filter })).toBe(
      picture(`
        all 3
          main 2
            work 2 (2)
          start 1 (1)
      `),
    );
    expect(drawTree(profile, { groupBy: "none", filter: () => false })).toBe("all 0");
  });

  it("tells frames by name and module, and merges addresses of one function", () => {
    const frames = profileOf(`
      main@/bin/a;f@/lib/libx.so.1 1
      main@/bin/a;f@/lib/liby.so.1 1
      main>f@/bin/a 1
      main@/bin/a;0x20@/lib/libx.so.1 1
      0xffffffff81000000@[kernel] 1
      0x7 1
    `);
    // Reads as an unsigned literal, but memory holds the sign-extended address.
    frames.locations.address[5] = -0x7f000000;
    expect(drawTree(frames, { groupBy: "none" })).toBe(
      picture(`
        all 6
          main 4
            f 1 (1)
            f 1 (1)
            f 1 (1)
            libx.so.1+0x20 1 (1)
          [kernel]+0xffffffff81000000 1 (1)
          [unknown] 1 (1)
      `),
    );
    const { table } = buildFrames(frames);
    const rows = Array.from({ length: table.length }, (_, row) =>
      [frameName(table, row), frameModule(table, row), frameKindOf(table, row)].join(" "),
    );
    expect(rows).toEqual([
      "main /bin/a user",
      "f /lib/libx.so.1 library",
      "f /lib/liby.so.1 library",
      "f /bin/a user",
      "libx.so.1+0x20 /lib/libx.so.1 library",
      "[kernel]+0xffffffff81000000 [kernel] kernel",
      "[unknown]  unknown",
    ]);
  });
});

describe("groups of a call tree", () => {
  const profile = profileOf(`
    comm=sh pid=1 thread=sh tid=1 | main 1
    comm=sh pid=2 thread=sh tid=2 | main 2
    comm=db pid=3 thread=io tid=4 | main 3
    comm=db pid=3 thread=io tid=5 | main 4
    pid=9 | main 5
    | main 6
  `);

  it("are processes by name", () => {
    expect(drawTree(profile)).toBe(
      picture(`
        all 21
          db (3) 7
            main 7 (7)
          [unknown process] 6
            main 6 (6)
          pid 9 5
            main 5 (5)
          sh (2 processes) 3
            main 3 (3)
      `),
    );
  });

  it("keep their names when a filter hides some", () => {
    expect(drawTree(profile, { filter: (row) => row === 0 })).toContain("sh (2 processes) 1");
  });

  it("are single processes", () => {
    expect(drawTree(profile, { groupBy: "pid", order: "name" })).toContain(
      "sh (1) 1\n    main 1 (1)\n  sh (2) 2",
    );
  });

  it("are processes and their threads", () => {
    expect(drawTree(profile, { groupBy: "thread", filter: (row) => row > 1 })).toBe(
      picture(`
        all 18
          db (3) 7
            io (5) 4
              main 4 (4)
            io (4) 3
              main 3 (3)
          [unknown process] 6
            main 6 (6)
          pid 9 5
            main 5 (5)
      `),
    );
  });

  it("have kinds of their own", () => {
    const tree = buildCallTree(profile, { groupBy: "thread" });
    const kinds = Array.from(tree.frame, (frame) => frameKindOf(tree.frames, frame));
    expect(new Set(kinds)).toEqual(new Set(["root", "process", "thread", "unknown"]));
  });
});

describe("a call tree", () => {
  it("holds 100,000 frames below each other", () => {
    const depth = 100_000;
    const tree = buildCallTree(profileOf(`main${";recurse".repeat(depth)} 7`), { groupBy: "none" });
    expect(tree.length).toBe(depth + 2);
    expect([tree.depth[depth + 1], tree.self[depth + 1], tree.total[0]]).toEqual([depth + 1, 7, 7]);
  });

  it("of no samples is its root", () => {
    expect(drawTree(profileOf(""))).toBe("all 0");
  });

  it("has the sums that counting stack by stack gives, in depth-first columns", () => {
    fc.assert(
      fc.property(arbitraryProfile, fc.constantFrom("none", "process", "thread"), (profile, groupBy) => {
        const tree = buildCallTree(profile, { groupBy });
        const parents: number[] = [];
        const pathOf: string[] = [];
        const actual = new Map<string, [number, number]>();
        for (let row = 0; row < tree.length; row++) {
          while (parents.length > tree.depth[row]) parents.pop();
          const parent = parents.at(-1) ?? -1;
          expect(tree.parent[row]).toBe(parent);
          const last = parents.map((above) => tree.subtreeEnd[above]);
          for (const end of last) expect(tree.subtreeEnd[row]).toBeLessThanOrEqual(end);
          parents.push(row);
          pathOf[row] = parent < 0 ? "" : `${pathOf[parent]};${tree.frame[row]}`;
          expect(actual.has(pathOf[row])).toBe(false);
          actual.set(pathOf[row], [tree.self[row], tree.total[row]]);
        }
        expect(tree.subtreeEnd[0]).toBe(tree.length);
        if (groupBy !== "none") return;

        const frames = buildFrames(profile);
        const expected = new Map<string, [number, number]>([["", [0, 0]]]);
        for (let sample = 0; sample < profile.samples.length; sample++) {
          const value = profile.samples.values[0][sample];
          const path: number[] = [];
          for (let up = profile.samples.stack[sample]; up >= 0; up = profile.stacks.parent[up]) {
            const location = profile.stacks.location[up];
            path.unshift(...frames.frame.subarray(frames.start[location], frames.start[location + 1]));
          }
          for (let depth = 0; depth <= path.length; depth++) {
            const key = path
              .slice(0, depth)
              .map((frame) => `;${frame}`)
              .join("");
            const sums = expected.get(key) ?? [0, 0];
            expected.set(key, [sums[0] + (depth === path.length ? value : 0), sums[1] + value]);
          }
        }
        expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [key, [self, total]] of expected) {
          // Sums beyond 2^53 depend on the order of adding.
          const near = (a: number, b: number) => Math.abs(a - b) <= 2 ** 12;
          const [actualSelf, actualTotal] = actual.get(key) ?? [Number.NaN, Number.NaN];
          expect(near(actualSelf, self) && near(actualTotal, total)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
