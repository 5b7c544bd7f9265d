import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { readCpuProfile } from "../../../profile/formats/cpuprofile/reader.ts";
import { parseJson } from "../../../profile/formats/json.ts";
import { expectNoHarm } from "../damage.ts";
import { speedscopeReads, stackWeights } from "../judges/speedscope.ts";
import { drawTree, picture } from "../picture.ts";
import { fixture } from "../read.ts";

/** Damaged texts to read, besides those that were cut off. */
const ROUNDS = 800;

const node = (id: number, functionName: string, children: number[] = [], hitCount = 0) => ({
  id,
  callFrame: {
    functionName,
    scriptId: "0",
    url: functionName === "f" ? "file:///a.js" : "",
    lineNumber: 4,
    columnNumber: 0,
  },
  hitCount,
  children,
});
const NODES = [node(1, "(root)", [2, 4]), node(2, "f", [3], 3), node(3, "", [], 1), node(4, "(idle)", [], 2)];

describe("V8 profiles", () => {
  it("with hit counts alone", () => {
    const profile = readCpuProfile({ nodes: NODES });
    expect(drawTree(profile, { groupBy: "none" })).toBe(
      picture(`
        all 6
          f 4 (3)
            (anonymous) 1 (1)
          (idle) 2 (2)
      `),
    );
    expect(profile.sampleTypes).toEqual([{ type: "samples", unit: "count" }]);
    const line = profile.lines.line[0];
    expect([line, profile.strings.includes("file:///a.js")]).toEqual([5, true]);
  });

  it("with samples and times, a sample lasting until the next", () => {
    const profile = readCpuProfile({
      nodes: NODES,
      startTime: 100,
      endTime: 10_000,
      samples: [2, 3, 2, 4],
      timeDeltas: [10, 1000, 2000, 4000],
    });
    expect(drawTree(profile, { groupBy: "none", valueIndex: 1 })).toBe(
      picture(`
        all 7000000
          f 7000000 (5000000)
            (anonymous) 2000000 (2000000)
          (idle) 0
      `),
    );
    expect(profile.durationNanos).toBe(9_900_000);
  });

  it("with parents instead of children, and nodes in any order", () => {
    const nodes = [...NODES].reverse().map(({ children: _, ...rest }) => rest);
    const parents = new Map([
      [2, 1],
      [3, 2],
      [4, 1],
    ]);
    const profile = readCpuProfile({ nodes: nodes.map((one) => ({ ...one, parent: parents.get(one.id) })) });
    expect(drawTree(profile, { groupBy: "none" })).toBe(
      drawTree(readCpuProfile({ nodes: NODES }), { groupBy: "none" }),
    );
  });

  it("of Node.js weigh what speedscope says", async () => {
    const bytes = fixture("node.cpuprofile");
    const profile = readCpuProfile(parseJson(new TextDecoder().decode(bytes)));
    expect(findDamage(profile)).toBeUndefined();
    const judged = stackWeights(await speedscopeReads("a.cpuprofile", bytes));
    const { stacks, samples, locations, lines, functions, strings } = profile;
    const ours = new Map<string, number>();
    for (let row = 0; row < samples.length; row++) {
      const path: string[] = [];
      for (let at = samples.stack[row]; at >= 0; at = stacks.parent[at]) {
        path.unshift(strings[functions.name[lines.function[locations.lineStart[stacks.location[at]]]]]);
      }
      const key = path.join(";");
      ours.set(key, (ours.get(key) ?? 0) + samples.values[1][row] / 1000);
    }
    // speedscope shows neither (idle) nor (program), and gives (garbage collector) to what ran before it.
    const isShown = (key: string) => !/\((idle|program|garbage collector|root)\)/.test(key);
    const plain = (weights: Map<string, number>) =>
      new Map(
        [...weights]
          .filter(([key, value]) => isShown(key) && value > 0)
          .map(([key, value]) => [key.replace(/\(anonymous[^)]*\)/g, "(anonymous)"), Math.round(value)]),
      );
    const theirs = plain(judged);
    expect(theirs.size).toBeGreaterThan(2);
    const mine = plain(ours);
    for (const [key, value] of theirs) expect([key, mine.get(key)]).toEqual([key, value]);
  });

  it.each([
    [{}, "no list “nodes”"],
    [{ nodes: [1] }, "number 1 of “nodes”"],
    [{ nodes: NODES, samples: [9] }, "names node 9"],
    [
      {
        nodes: [
          { id: 1, children: [2] },
          { id: 2, children: [1] },
        ],
      },
      "are no tree",
    ],
    [{ nodes: [{ id: 1, children: [1] }] }, "are no tree"],
  ])("are refused when damaged: %j", (json, sentence) => {
    expect(() => readCpuProfile(json)).toThrow(ProfileFormatError);
    expect(() => readCpuProfile(json)).toThrow(sentence);
  });

  it("may be 20,000 frames deep", () => {
    const nodes = Array.from({ length: 20_000 }, (_, at) => node(at, "f", at < 19_999 ? [at + 1] : [], 1));
    expect(readCpuProfile({ nodes }).stacks.length).toBe(20_000);
  });

  it("take no harm from damage", () => {
    const text = new TextEncoder().encode(
      JSON.stringify({ nodes: NODES, samples: [2, 3], timeDeltas: [1, 2] }),
    );
    expectNoHarm(
      text,
      (bad) => {
        expect(findDamage(readCpuProfile(parseJson(new TextDecoder().decode(bad))))).toBeUndefined();
      },
      ROUNDS,
    );
  });
});
