/**
 * Puts a profile into the built page. For the CLI and tests; the page itself does not import it. Uses neither the
 * DOM nor Node.
 */

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
 * `gzippedColumnsBase64` is base64 of gzip of `encodeColumns(profile)`; `title` is any text.
 */
export function embedProfile(template: string, gzippedColumnsBase64: string, title: string): string {
  checkBase64(gzippedColumnsBase64);
  const titled = fill(template, TITLE_START, TITLE_END, escapeHtml(title));
  return fill(titled, DATA_START, DATA_END, gzippedColumnsBase64);
}

/** A page with source text in it: base64 of gzip of `encodeSourceText(…)`. */
export function embedSources(page: string, gzippedSourcesBase64: string): string {
  checkBase64(gzippedSourcesBase64);
  return fill(page, SOURCES_START, DATA_END, gzippedSourcesBase64);
}

/** The page of a joined profile with its comparison in it: base64 of gzip of `encodeComparison(…)`. */
export function embedComparison(page: string, gzippedComparisonBase64: string): string {
  checkBase64(gzippedComparisonBase64);
  return fill(page, COMPARISON_START, DATA_END, gzippedComparisonBase64);
}

/** Base64 has no "<", so it can't end the script element; anything else might. */
function checkBase64(text: string): void {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error("The data to embed is not base64 text.");
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
