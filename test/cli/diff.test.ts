import { describe, expect, it } from "vitest";
import type { DiffCommandOptions } from "../../cli/commands/diff.ts";
import type { RecordOptions } from "../../cli/commands/record-options.ts";
import { diffJson } from "../../cli/diff/json.ts";
import { diffMarkdown } from "../../cli/diff/markdown.ts";
import type { DiffOutcome } from "../../cli/diff/outcome.ts";
import { planDiff } from "../../cli/diff/plan.ts";
import { repetitions } from "../../cli/record/repeat.ts";
import { sortChanges } from "../../profile/diff/changes.ts";
import { findViolations, parseCondition, parsePattern } from "../../profile/diff/conditions.ts";
import { diffProfiles } from "../../profile/diff/diff.ts";
import { limitSentences, powerSentence } from "../../profile/diff/limits.ts";
import { suggestRenames } from "../../profile/diff/rename-suggestions.ts";
import { headlineWords } from "../../profile/diff/words.ts";
import { profileOf } from "../profile/picture.ts";

const GIVEN: DiffCommandOptions = { normalize: "total", fdr: 0.05, top: 10 };

function outcomeOf(before: string, after: string, conditions: string[] = []): DiffOutcome {
  const sides = [before, after].map((text, at) => [{ name: `side-${at}.pb.gz`, profile: profileOf(text) }]);
  const diff = diffProfiles(sides[0], sides[1]);
  const parsed = conditions.map(parseCondition);
  return {
    diff,
    headline: headlineWords(diff),
    changes: sortChanges(diff),
    renames: suggestRenames(diff),
    power: powerSentence(diff),
    limits: limitSentences(diff, sides[0], sides[1]),
    conditions: parsed,
    violations: parsed.flatMap((condition) => findViolations(diff, condition)),
    unmatched: [],
  };
}

describe("the command line", () => {
  it("names two files, or sides of several", () => {
    expect(planDiff(["a", "b"], GIVEN)).toMatchObject({ before: ["a"], after: ["b"] });
    expect(planDiff([], { ...GIVEN, before: ["a", "b"], after: ["c"] })).toMatchObject({
      before: ["a", "b"],
      after: ["c"],
    });
    expect(planDiff([], GIVEN)).toBeUndefined();
  });

  it.each([
    [["a"], {}, "there is no profile for the side after"],
    [["a", "b"], { before: ["c"] }, "a belongs to no side"],
    [["a", "b"], { normalize: "median" }, "there is no normalization median"],
    [["a", "b"], { normalize: "frame=" }, "there is no normalization frame="],
    [["a", "b"], { matchRename: ["x"] }, "x names no renamed function"],
    [["a", "b"], { failOn: ["parse > 5"] }, "parse > 5 is no condition"],
    [["a", "b"], { failOn: ["total(/(/) > 5%"] }, "/(/ is no regular expression"],
  ])("%j with %j is refused", (named, options, message) => {
    expect(() => planDiff(named, { ...GIVEN, ...options })).toThrow(message);
  });
});

describe("conditions", () => {
  it("have a measure, a pattern, a direction and a limit", () => {
    expect(parseCondition("total(parse_*) > +5%")).toMatchObject({
      measure: "total",
      direction: ">",
      limit: 0.05,
      unit: "percent",
    });
    expect(parseCondition("self(/^mem/)<-0.5pp")).toMatchObject({
      measure: "self",
      direction: "<",
      unit: "points",
    });
    expect(
      parseCondition("self(operator()(int)) > 1 points".replace("1 points", "1points")).matches(
        "operator()(int)",
      ),
    ).toBe(true);
  });

  it("match whole names by globs, parts by expressions", () => {
    expect(parsePattern("parse_*")("parse_header")).toBe(true);
    expect(parsePattern("parse_*")("reparse_header")).toBe(false);
    expect(parsePattern("f?o")("foo")).toBe(true);
    expect(parsePattern("a.b")("axb")).toBe(false);
    expect(parsePattern("v<int>::push(int)")("v<int>::push(int)")).toBe(true);
    expect(parsePattern("/header$/")("parse_header")).toBe(true);
    expect(parsePattern("/HEADER/i")("parse_header")).toBe(true);
  });

  it("hold for significant changes beyond the limit, and for others only when asked", () => {
    const before = "main;parse_a 300\nmain;parse_b 10\nmain;rest 690";
    const after = "main;parse_a 450\nmain;parse_b 14\nmain;rest 536";
    const { diff } = outcomeOf(before, after);
    const names = (text: string, all = false) =>
      findViolations(diff, parseCondition(text), all).map(({ key }) => diff.keys.name[key]);
    expect(names("total(parse_*) > +5%")).toEqual(["parse_a"]);
    expect(names("total(parse_*) > +5%", true)).toEqual(["parse_a", "parse_b"]);
    expect(names("total(parse_*) > +60%")).toEqual([]);
    expect(names("self(*) < -10pp")).toEqual(["rest"]);
    expect(names("self(nobody) > 0%")).toEqual([]);
  });
});

describe("what is written", () => {
  const outcome = outcomeOf(
    "main;work 300\nmain;rest 700",
    "main;work 300\nmain;rest 700\nmain;evil|<i`x`#12[a](http://b)_c_ 400",
    ["total(evil*) > 1%"],
  );

  it("is Markdown in which a function's name is no markup", () => {
    const text = diffMarkdown(outcome, 10);
    expect(text).toMatch(/^### Fails: \+28\.6% /);
    expect(text).not.toMatch(/<i|`x`|#12\[|\]\(|http:\/\/|_c_/);
    expect(text).toContain("<code>evil&#124;&lt;i&#96;x&#96;");
    const table = text.split("\n").filter((line) => line.startsWith("|"));
    expect(table.length).toBeGreaterThanOrEqual(3);
    for (const line of table) expect(line.split("|")).toHaveLength(8);
    expect(text).toContain("significance assumes that samples do not depend on each other");
  });

  it("is JSON that says all, without numbers that JSON has not", () => {
    const json = JSON.parse(diffJson(outcome)) as {
      headline: { function: string };
      functions: {
        name: string;
        total: { before: number; ratio: number | null; verdict: string; ratioInterval: unknown };
      }[];
      conditions: { violations: { change: number | null }[] }[];
    };
    expect(json.headline.function).toBe("evil|<i`x`#12[a](http://b)_c_");
    const added = json.functions.find(({ name }) => name.startsWith("evil"));
    expect(added?.total).toMatchObject({ before: 0, ratio: null, verdict: "significant" });
    expect(added?.total.ratioInterval).toEqual([expect.any(Number), null]);
    expect(json.conditions[0].violations).toEqual([expect.objectContaining({ change: null })]);
  });

  it("says that nothing changed, and what could have been seen", () => {
    const same = outcomeOf("main;work 300\nmain;rest 700", "main;work 310\nmain;rest 690");
    expect(diffMarkdown(same, 10)).toMatch(/^### No change of cost beyond chance/);
    expect(same.power).toMatch(
      /^To be seen in four of five cases, a function with 10% of all had to change by \d+%, one with 1% /,
    );
  });
});

describe("record --repeat", () => {
  const options = (more: Partial<RecordOptions>) => more as RecordOptions;

  it("names a profile for each, and makes no pages", () => {
    const each = repetitions(options({ repeat: 10, label: "before" }), true);
    expect(each.map(({ output }) => output).slice(0, 2)).toEqual(["before-01.pb.gz", "before-02.pb.gz"]);
    expect(each).toHaveLength(10);
    expect(each.every(({ html }) => html === false)).toBe(true);
    expect(repetitions(options({ label: "x" }), false).map(({ output }) => output)).toEqual(["x.pb.gz"]);
    expect(repetitions(options({ output: "x.html" }), false)).toEqual([{ output: "x.html" }]);
  });

  it.each([
    [{ repeat: 2, output: "x.pb.gz" }, true, "several recordings do not go into one file"],
    [{ label: "a", output: "x.pb.gz" }, true, "--label and -o both name the profile"],
    [{ repeat: 2 }, false, "--repeat does not know when a recording is over"],
  ])("refuses %j", (more, isCommand, message) => {
    expect(() => repetitions(options(more), isCommand)).toThrow(message);
  });
});
