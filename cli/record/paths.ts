import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { RecordOptions } from "../commands/record-options.ts";
import { Failure, usageFailure } from "../failure.ts";
import { fileFailure } from "../file-failure.ts";

export interface OutputPaths {
  profile: string;
  /** undefined: no page is wanted. */
  html: string | undefined;
}

export const PROFILE_ENDING = /\.(pb\.gz|pb|pprof)$/;

const PAGE_ENDING = /\.html?$/;

/** The page of a profile when no name was given for it: beside it, its ending replaced. */
export function pageBeside(profile: string): string {
  return `${profile.replace(PROFILE_ENDING, "")}.html`;
}

/** Where the results go. `name` is a word for the target, `now` the start of the recording. */
export function outputPaths(
  options: Pick<RecordOptions, "output" | "html">,
  name: string,
  now: Date,
): OutputPaths {
  const stem = `${
    name
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[-.]+/, "")
      .slice(0, 60) || "profile"
  }-${stamp(now)}`;
  const { output } = options;
  // Who says -o x.html thinks of the page.
  const outputIsPage = output !== undefined && options.html === undefined && PAGE_ENDING.test(output);
  const profile = outputIsPage ? output.replace(PAGE_ENDING, ".pb.gz") : (output ?? `${stem}.pb.gz`);
  if (options.html === false) return { profile, html: undefined };
  const html = outputIsPage ? output : (options.html ?? pageBeside(profile));
  if (resolve(html) === resolve(profile)) {
    throw usageFailure(
      `the profile and the page would both be ${html}`,
      "Give them different names with -o and --html.",
    );
  }
  return { profile, html };
}

/** Local time as YYYYMMDD-HHMMSS. */
export function stamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

/** Throws Failure when a result could not be written there, before anything is recorded in vain. */
export function checkWritable(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw new Failure(`cannot write ${path}: it is a directory`, "Name a file in it with -o or --html.");
    }
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileFailure("write", path, error);
  }
}
