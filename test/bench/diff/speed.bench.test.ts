import { expect, it } from "vitest";
import { diffProfiles } from "../../../profile/diff/diff.ts";
import { bigProgram } from "../../profile/diff/big-program.ts";

const NODES = 1_000_000;

it("a million nodes a side: the same tree, and two that share nothing", () => {
  const [first, second] = [bigProgram(1, NODES), bigProgram(2, NODES)];
  for (const [what, before, after] of [
    ["the same tree", first(3), first(4)],
    ["two trees", first(3), second(4)],
  ] as const) {
    const times: number[] = [];
    let paths = 0;
    let found = 0;
    for (let run = 0; run < 3; run++) {
      const start = process.cpuUsage();
      const diff = diffProfiles([{ name: "before", profile: before }], [{ name: "after", profile: after }]);
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1000);
      paths = diff.paths.length;
      found = diff.functionTotal.discoveries;
    }
    const median = times.toSorted((a, b) => a - b)[1];
    console.log(
      `${what}: ${paths} paths, ${median.toFixed(0)} ms of CPU time, ${found} functions significant`,
    );
    expect(paths).toBeGreaterThan(NODES * 0.9);
  }
});
