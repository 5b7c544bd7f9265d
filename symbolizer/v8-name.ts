/**
 * V8 (Node.js, Chromium) writes into a perf map the kind of code, a mark for the tier that compiled it, the function's
 * name and where it stands in the source (V8's src/logging/log.cc, `Logger::…CodeCreateEvent`):
 *
 *     JS:*parse file:///srv/app.mjs:17:14      LazyCompile:~ /srv/app.js:1:1      Function:^run node:events:508:44
 *
 * A function has one entry a tier, so the tier must not be part of its name; the source place tells functions of the
 * same name apart.
 */
export interface V8Name {
  /** `parse app.mjs:17`; `(anonymous) app.js:1`. */
  name: string;
  /** Path or URL of the source, without `file://`. */
  file: string;
  /** Line on which the function begins. */
  startLine: number;
  /** Whether it was compiled for speed, so that its code is its own: other tiers follow the bytecode, or interpret it. */
  isOptimized: boolean;
}

/**
 * `[*~^+]`: optimized, interpreted, baseline, mid-tier. Node.js 24 adds a `'` where the code is for one closure's variables,
 * 26 begins with an `o` where a loop was compiled while it ran (OSR). The name may hold spaces (`get size`); so may a path
 * that can be told by its beginning.
 */
const SHAPE =
  /^(?:JS|LazyCompile|Function|Script|Eval):(o?[*~^+]'?|)(.*?) ?((?:file:|node:|\/).*|\S+):(\d+):(\d+)$/;

/** The parts of a perf map's entry, if it is one of V8's for a JavaScript function. */
export function parseV8Name(entry: string): V8Name | undefined {
  const match = SHAPE.exec(entry);
  if (!match) return undefined;
  const [, tier, name, place, line] = match;
  const file = v8File(place);
  const startLine = Number(line);
  if (!Number.isSafeInteger(startLine) || startLine > 0x7fffffff) return undefined;
  const base = file.slice(file.lastIndexOf("/") + 1);
  const isOptimized = /[*+]/.test(tier);
  return { name: `${name || "(anonymous)"} ${base}:${startLine}`, file, startLine, isOptimized };
}

/** A source as V8 names it, as a path where it is one. */
export function v8File(place: string): string {
  if (!place.startsWith("file://")) return place;
  const path = place.slice("file://".length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
