import { sortChanges } from "../../profile/diff/changes.ts";
import { findViolations, matchingFunctions } from "../../profile/diff/conditions.ts";
import { diffProfiles } from "../../profile/diff/diff.ts";
import { limitSentences, powerSentence } from "../../profile/diff/limits.ts";
import type { NamedProfile } from "../../profile/diff/measure.ts";
import { suggestRenames } from "../../profile/diff/rename-suggestions.ts";
import { headlineWords } from "../../profile/diff/words.ts";
import { ProfileFormatError } from "../../profile/format-error.ts";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import type { DiffCommandOptions } from "../commands/diff.ts";
import { ExitCode, Failure, usageFailure } from "../failure.ts";
import { readProfile } from "../read-profile.ts";
import { Terminal } from "../terminal.ts";
import { printable } from "../words.ts";
import { diffJson } from "./json.ts";
import { diffMarkdown } from "./markdown.ts";
import type { DiffOutcome } from "./outcome.ts";
import { writeDiffPage } from "./page.ts";
import { type DiffPlan, planDiff } from "./plan.ts";
import { printDiff } from "./print.ts";

/** As diff(1) and grep have it: 1 is an answer, 2 is trouble. */
export const DiffExit = { same: 0, conditionHolds: 1, trouble: 2 } as const;

/** `stapflame diff`. Sets the exit code; throws Failure, always with that for trouble. */
export async function runDiff(
  named: readonly (string | undefined)[],
  options: DiffCommandOptions,
  explain: () => void,
): Promise<void> {
  try {
    const plan = planDiff(named, options);
    if (options.output === "-" || (options.open && options.output === undefined)) {
      throw usageFailure("the page has no name", "Name it with -o FILE.html.");
    }
    if (plan === undefined) {
      explain();
      process.exitCode = DiffExit.trouble;
      return;
    }
    const outcome = await compare(plan, options.allChanges === true);
    const { output } = options;
    // First, so that where it cannot be written nothing else is said.
    if (output !== undefined) await writeDiffPage(outcome, output, options.open === true);
    write(outcome, options);
    if (output !== undefined) sayWhere(output, options);
    process.exitCode = outcome.violations.length > 0 ? DiffExit.conditionHolds : DiffExit.same;
  } catch (error) {
    if (error instanceof ProfileFormatError) {
      throw new Failure(
        error.message.replace(/\.$/, ""),
        "Give two profiles of the same kind that both hold samples.",
        DiffExit.trouble,
      );
    }
    if (error instanceof Failure && error.exitCode === ExitCode.failed) {
      throw new Failure(error.message, error.remedy, DiffExit.trouble);
    }
    throw error;
  }
}

async function compare(plan: DiffPlan, withNoise: boolean): Promise<DiffOutcome> {
  const before = await readAll(plan.before, plan.from);
  const after = await readAll(plan.after, plan.from);
  const diff = diffProfiles(before, after, plan.options);
  const { conditions } = plan;
  return {
    diff,
    headline: headlineWords(diff),
    changes: sortChanges(diff),
    renames: suggestRenames(diff),
    power: powerSentence(diff),
    limits: limitSentences(diff, before, after),
    conditions,
    violations: conditions.flatMap((condition) => findViolations(diff, condition, withNoise)),
    unmatched: conditions.filter((condition) => matchingFunctions(diff, condition).length === 0),
  };
}

async function readAll(paths: readonly string[], from: InputFormat | undefined): Promise<NamedProfile[]> {
  const profiles: NamedProfile[] = [];
  for (const path of paths) profiles.push({ name: path, profile: (await readProfile(path, from)).profile });
  return profiles;
}

/** Where the page is: with the rest of what people read, or beside what programs read. */
function sayWhere(path: string, { json, markdown }: DiffCommandOptions): void {
  const stream = json || markdown ? process.stderr : process.stdout;
  stream.write(`${printable(path)}\n`);
}

function write(outcome: DiffOutcome, options: DiffCommandOptions): void {
  const terminal = new Terminal({ verbosity: "normal", results: process.stdout, live: false });
  for (const { text } of outcome.unmatched) {
    terminal.warn(`no function has the name that ${printable(text)} asks for.`);
  }
  if (options.json) process.stdout.write(`${diffJson(outcome)}\n`);
  if (options.markdown) process.stdout.write(`${diffMarkdown(outcome, options.top)}\n`);
  if (!options.json && !options.markdown) printDiff(outcome, options.top, terminal);
}
