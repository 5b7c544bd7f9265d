/**
 * Puts a profile into the built page. For the CLI and tests; the page itself does not import it. Uses neither the
 * DOM nor Node.
 */

/** Where the built page takes its profile from; `data/load-profile.ts` reads this element. */
const DATA_START = '<script type="text/plain" id="stapflame-profile">';
const DATA_END = "</script>";
const TITLE_START = "<title>";
const TITLE_END = "</title>";

/**
 * `template` (the built `index.html`) with a profile and a title in it.
 * `gzippedColumnsBase64` is base64 of gzip of `encodeColumns(profile)`; `title` is any text.
 */
export function embedProfile(template: string, gzippedColumnsBase64: string, title: string): string {
  // Base64 has no "<", so it can't end the script element; anything else might.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(gzippedColumnsBase64)) {
    throw new Error("The profile to embed is not base64 text.");
  }
  const titled = fill(template, TITLE_START, TITLE_END, escapeHtml(title));
  return fill(titled, DATA_START, DATA_END, gzippedColumnsBase64);
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
