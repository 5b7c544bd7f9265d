import { type Found, type Missing, missing } from "../found.ts";
import { type DebugFile, type Expected, openCandidate } from "./debug-file.ts";
import { rootedPath } from "./rooted-path.ts";

/** A place to look at. */
export interface Candidate {
  /** Container root ("/proc/PID/root"), "" for our own files. */
  root: string;
  /** Absolute path inside the root. */
  path: string;
}

/**
 * Opens the first candidate that fits. When none does, the sentence tells of the first one that was there but wrong,
 * since that is what someone would wonder about; else it is `nothing`, absent.
 */
export function firstThatFits(
  candidates: Iterable<Candidate>,
  expected: Expected,
  nothing: string,
  excluded: ReadonlySet<string> = new Set(),
): Found<DebugFile> {
  let wrong: Missing | undefined;
  const tried = new Set<string>(excluded);
  for (const { root, path } of candidates) {
    const real = rootedPath(root, path);
    if (real === undefined || tried.has(real)) continue;
    tried.add(real);
    const file = openCandidate(real, expected);
    if (file.found !== undefined) return file;
    if (!file.absent) wrong ??= missing(`${nothing}; ${real} ${file.missing}`);
  }
  return wrong ?? missing(nothing, true);
}

/** Each path inside the roots, in the order of the roots. */
export function inRoots(roots: readonly string[], paths: readonly string[]): Candidate[] {
  return roots.flatMap((root) => paths.map((path) => ({ root, path })));
}
