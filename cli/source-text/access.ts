import { geteuid } from "node:process";

/**
 * Which source files may be shown in a page.
 *
 * Debug information is written by whoever built a binary, and it may name any path. A recording is made by root, whose
 * page others may get to read: without a rule, a user could run a program whose debug information names a file of
 * root's (or another user's) and find it in the page. So root shows only what everybody may read anyway; besides, what a
 * program names that is root's own and was started by root: such a program could as well have read the file itself.
 * Whoever records without being root can only read what is theirs to show.
 *
 * - `public`: files that everybody may read, in folders that everybody may enter.
 * - `own-programs`: those, and files that a program names which belongs to us and which no one else may write.
 * - `any`: whatever we may read.
 */
export type SourceAccess = "none" | "public" | "own-programs" | "any";

/** For a page of what is recorded now. `asked`: `--source` true, `--no-source` false, neither undefined. */
export function recordingAccess(
  asked: boolean | undefined,
  isCommand: boolean,
  isRoot = geteuid?.() === 0,
): SourceAccess {
  if (asked === false) return "none";
  if (asked || !isRoot) return "any";
  return isCommand ? "own-programs" : "public";
}

/** For a page of a profile from anywhere, which is as little to be trusted as a binary. */
export function reportAccess(asked: boolean | undefined, isRoot = geteuid?.() === 0): SourceAccess {
  if (asked === false) return "none";
  return asked || !isRoot ? "any" : "public";
}
