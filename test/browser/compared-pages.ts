import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { Profile as JudgeProfile } from "pprof-format";
import { type OpenPage, openFile, type PageOptions } from "./page.ts";

/** Pages of comparisons as `stapflame diff -o` writes them of real recordings, and what another reader says of these. */

const CLI = fileURLToPath(new URL("../../dist/stapflame.js", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../profile/diff/fixtures", import.meta.url));

/** Three recordings of one build of test/workloads/service.c. */
export const service = (build: string) =>
  [1, 2, 3].map((run) => join(FIXTURES, `service-${build}-${run}.pb.gz`));

/** `stapflame diff` of files; what it prints. */
export function diff(before: readonly string[], after: readonly string[], ...options: string[]): string {
  const sides = ["--before", ...before, "--after", ...after];
  return execFileSync(process.execPath, [CLI, "diff", ...sides, ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 30,
  });
}

export async function openDiff(
  browser: Browser,
  before: readonly string[],
  after: readonly string[],
  { options = [], ...rest }: PageOptions & { options?: string[] } = {},
): Promise<OpenPage> {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-comparison-"));
  const path = join(folder, "diff.html");
  diff(before, after, "-o", path, ...options);
  const open = await openFile(browser, path, rest);
  return {
    ...open,
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Sums {
  all: number;
  /** Weight of each path with all below it, names joined by `;`, the process first. */
  paths: Map<string, number>;
  /** Weight of the samples with each function anywhere in the stack. */
  functions: Map<string, number>;
}

/** The labels of a sample: texts or numbers by key. */
export type Labels = Map<string, string | number>;

/**
 * CPU time by path and function, of files read by pprof-format and added up one sample at a time: of those samples that
 * are taken by their labels.
 */
export function sumsOf(files: readonly string[], isTaken: (labels: Labels) => boolean = () => true): Sums {
  const sums: Sums = { all: 0, paths: new Map(), functions: new Map() };
  for (const file of files) {
    const profile = JudgeProfile.decode(gunzipSync(readFileSync(file)));
    const text = (index: number | bigint) => profile.stringTable.strings[Number(index)];
    const functions = new Map(profile.function.map((each) => [each.id, text(each.name)]));
    const locations = new Map(profile.location.map((each) => [each.id, each]));
    const files = new Map(profile.mapping.map((each) => [each.id, basename(text(each.filename))]));
    const value = profile.sampleType.length - 1;
    for (const sample of profile.sample) {
      const weight = Number(sample.value[value]);
      const labels: Labels = new Map(
        sample.label.map(({ key, str, num }) => [text(key), str ? text(str) : Number(num)]),
      );
      if (!isTaken(labels)) continue;
      const stack = [...sample.locationId].reverse().flatMap((id) => {
        const location = locations.get(id);
        const lines = [...(location?.line ?? [])].reverse();
        if (lines.length === 0) return [`[unnamed in ${files.get(location?.mappingId ?? 0)}]`];
        return lines.map((line) => functions.get(line.functionId) ?? "");
      });
      sums.all += weight;
      const path = [String(labels.get("comm") ?? "")];
      for (const name of stack) {
        path.push(name);
        const key = path.join(";");
        sums.paths.set(key, (sums.paths.get(key) ?? 0) + weight);
      }
      for (const name of new Set(stack)) {
        sums.functions.set(name, (sums.functions.get(name) ?? 0) + weight);
      }
    }
  }
  return sums;
}

export interface DrawnFrame {
  /** Names from the process on, joined by `;`. */
  path: string;
  /** Part of the width of what everything stands on. */
  part: number;
  /** Pixels of that width. */
  width: number;
  classes: string[];
  fill: string;
  hatched: boolean;
}

/** The labelled frames of the graph that is shown, with their paths by how they lie upon each other. */
export async function drawnFrames(page: Page): Promise<DrawnFrame[]> {
  const boxes = await page.evaluate<
    { name: string; x: number; y: number; width: number; classes: string; fill: string; hatched: boolean }[]
  >(`[...document.querySelectorAll(".view:not([hidden]) g.frame")].map((frame) => {
    const rect = frame.querySelector("rect");
    const { x, y, width } = rect.getBoundingClientRect();
    return { name: frame.textContent, x, y, width, classes: frame.getAttribute("class"), fill: rect.getAttribute("fill"),
      hatched: frame.querySelector(".hatch") !== null };
  })`);
  const root = boxes.find(({ name }) => name === "all");
  if (root === undefined) throw new Error("The graph has no root.");
  // Of a flame or an icicle: callers are nearer to the root.
  const level = (y: number) => Math.round(Math.abs(y - root.y) / 4);
  const sorted = boxes.filter(({ name }) => name !== "").sort((a, b) => level(a.y) - level(b.y));
  const pathOf = new Map<(typeof boxes)[number], string>();
  for (const box of sorted) {
    const middle = box.x + box.width / 2;
    const below = sorted.filter(
      (other) =>
        level(other.y) < level(box.y) &&
        other.x <= middle &&
        middle <= other.x + other.width &&
        other !== root,
    );
    const caller = below.at(-1);
    pathOf.set(box, caller === undefined ? box.name : `${pathOf.get(caller)};${box.name}`);
  }
  return sorted
    .filter((box) => box !== root)
    .map((box) => ({
      path: pathOf.get(box) ?? "",
      part: box.width / root.width,
      width: root.width,
      classes: box.classes.split(" "),
      fill: box.fill,
      hatched: box.hatched,
    }));
}

/** Red minus blue of `#rrggbb`: above 0 warm, below 0 cold, 0 grey. */
export function warmth(fill: string): number {
  return Number.parseInt(fill.slice(1, 3), 16) - Number.parseInt(fill.slice(5, 7), 16);
}
