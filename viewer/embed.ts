/**
 * Puts a profile into the built page. For the CLI and tests; the page itself does not import it. Uses neither the
 * DOM nor Node.
 */
import { encodeBase93 } from "./data/base93.ts";

/** Where the built page takes its profile from; `data/load-profile.ts` reads this element. */
const DATA_START = '<script type="text/plain" id="stapflame-profile">';
/** Where it takes source text from; `data/load-sources.ts` reads this element. */
const SOURCES_START = '<script type="text/plain" id="stapflame-sources">';
/** Where it takes what two profiles come to; `data/load-comparison.ts` reads this element. */
const COMPARISON_START = '<script type="text/plain" id="stapflame-comparison">';
const DATA_END = "</script>";
const TITLE_START = "<title>";
const TITLE_END = "</title>";

/**
 * `template` (the built `index.html`) with a profile and a title in it.
 * `gzippedColumns` is gzip of `encodeColumns(profile)`; `title` is any text.
 */
export function embedProfile(template: string, gzippedColumns: Uint8Array, title: string): string {
  const titled = fill(template, TITLE_START, TITLE_END, escapeHtml(title));
  return fill(titled, DATA_START, DATA_END, encodeBase93(gzippedColumns));
}

/** A page with source text in it: gzip of `encodeSourceText(…)`. */
export function embedSources(page: string, gzippedSources: Uint8Array): string {
  return fill(page, SOURCES_START, DATA_END, encodeBase93(gzippedSources));
}

/** The page of a joined profile with its comparison in it: gzip of `encodeComparison(…)`. */
export function embedComparison(page: string, gzippedComparison: Uint8Array): string {
  return fill(page, COMPARISON_START, DATA_END, encodeBase93(gzippedComparison));
}

/** Puts `content` between the first `start` and the `end` after it. Cut and joined: String.replace would read `$`. */
function fill(page: string, start: string, end: string, content: string): string {
  const from = page.indexOf(start);
  const to = page.indexOf(end, from + start.length);
  if (from < 0 || to < 0) throw new Error(`The viewer's template has no ${start}; build it again.`);
  return page.slice(0, from + start.length) + content + page.slice(to);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("\0", "\ufffd");
}
