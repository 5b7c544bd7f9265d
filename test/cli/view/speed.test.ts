import { expect, it } from "vitest";
import { Viewer } from "../../../cli/view/model/viewer.ts";
import { paintLine } from "../../../cli/view/terminal/paint.ts";
import { UNICODE_GLYPHS } from "../../../cli/view/text/fit.ts";
import { bigProfile } from "../../browser/demo-profile.ts";

/** What a person feels as at once; a million rows are within it, too, but take this test too long to make. */
const LIMIT_MS = 50;
const ROUNDS = 3;
const KEYS = ["1", "<home>", "*", "<down>", "<end>", "<pageup>", "<left>", "<home>", "-", "e", "d", "x"]
  .concat(["/", "f", "u", "n", "c", "<enter>", "n", "N", "<escape>"])
  .concat(["2", "<down>", "<right>", "e", "3", "s", "<end>", "n"])
  .concat(["4", "<down>", "<down>", "<enter>", "<right>", "<backspace>"]);

it("answers every key on a tree of 300,000 rows at once (CPU time, the median of three)", () => {
  const viewer = new Viewer(bigProfile(30_000), { glyphs: UNICODE_GLYPHS, edges: false });
  const times = KEYS.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, key] of KEYS.entries()) {
      const start = process.cpuUsage();
      viewer.press(key);
      viewer.screen({ columns: 200, rows: 50 }).map((line) => paintLine(line, 256));
      const { user, system } = process.cpuUsage(start);
      times[at].push((user + system) / 1000);
      if (viewer.isBusy(false)) viewer.work();
    }
  }
  const medians = times.map((list) => list.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2]);
  const slow = KEYS.map((key, at) => `${key} ${medians[at].toFixed(0)} ms`).filter(
    (_, at) => medians[at] > LIMIT_MS,
  );
  expect(slow).toEqual([]);
});
