/**
 * Go names a function by the import path of its package: `github.com/foo/bar/baz.(*T).Method`, of which a narrow frame would
 * show the host. What tells functions apart is the last part, `baz.(*T).Method`, as Go's own tools shorten it.
 *
 * A name is taken for Go's when it is a path of plain words without a leading slash, whose last begins in lower case (Java's
 * `java/util/HashMap.get` does not) and has behind a dot a function, a type, or a receiver (`read.c` and `app.js:12` are
 * files).
 */
const IMPORT_PATH =
  /^(?!(?:java|jdk)\.)(?:[\w.~%+-]+\/)+(?=[a-z_0-9][\w~%+-]*\.(?:\(\*?[\p{L}_]|[\p{L}_][\p{L}\p{N}_]*(?:$|[.[(-])))/u;

/** Ends of names that are files. */
const FILE =
  /\.(?:asm|c|cc|cpp|cxx|cu|dll|el|exe|go|h|hh|hpp|inc|ipp|java|jl|js|jsx|kt|lua|mjs|cjs|php|pl|pm|py|pyc|rb|rs|s|scala|sh|so|swift|ts|tsx|zig)$/i;

/** Longer import paths are not looked for. */
const MAX_LENGTH = 500;

/** `name` from the last part of its import path on, if it is a function of Go; else as it is. */
export function withoutImportPath(name: string): string {
  if (!name.includes("/")) return name;
  const path = IMPORT_PATH.exec(name.slice(0, MAX_LENGTH))?.[0];
  return path === undefined || FILE.test(name) ? name : name.slice(path.length);
}
