import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { coarsenSlices } from "../profile/coarsen-slices.ts";
import type { Changes } from "../profile/diff/changes.ts";
import type { ProfileDiff } from "../profile/diff/diff.ts";
import { joinedProfile } from "../profile/diff/joined-profile.ts";
import { type ComparisonWords, pageComparison } from "../profile/diff/page-comparison.ts";
import { encodeComparison } from "../profile/diff/page-comparison-codec.ts";
import { encodeColumns } from "../profile/formats/columns.ts";
import type { Profile } from "../profile/profile.ts";
import { slimForPage } from "../profile/slim.ts";
import { encodeSourceText, type SourceText } from "../profile/source-text.ts";
import { embedComparison, embedProfile, embedSources } from "../viewer/embed.ts";
import { Failure } from "./failure.ts";

/** Level of gzip for the page's data: beyond it time grows faster than size shrinks. */
const GZIP_LEVEL = 6;

/**
 * Time slices that the page gets: more than its strip has columns, so that ranges can be chosen finely, and few enough that
 * most samples of an hour still become one.
 */
const MAX_PAGE_SLICES = 1_000;

/** The columns that the page shows, as it decodes them. */
export function columnsForPage(profile: Profile): Uint8Array {
  return encodeColumns(slimForPage(coarsenSlices(profile, MAX_PAGE_SLICES), { keepSlices: true }));
}

/** The self-contained page for a profile, as text. `title` is shown by the browser; `sources` go into the page only. */
export function renderPage(profile: Profile, title: string, sources: SourceText): string {
  const columns = packed(columnsForPage(profile));
  const page = embedProfile(readTemplate(), columns, title);
  return sources.length === 0 ? page : embedSources(page, packed(encodeSourceText(sources)));
}

/** The page of a comparison, as text: both sides in one profile, and what the tests say. */
export function renderComparison(diff: ProfileDiff, changes: Changes, words: ComparisonWords): string {
  const title = `${words.title.before} → ${words.title.after} – stapflame`;
  const page = embedProfile(readTemplate(), packed(encodeColumns(joinedProfile(diff))), title);
  return embedComparison(page, packed(encodeComparison(pageComparison(diff, changes, words))));
}

/** As the page takes its data. */
function packed(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: GZIP_LEVEL });
}

/** The viewer as built, which lies beside the bundled CLI (in `dist/`, or in `dist/` of the folder above chunks). */
export function readTemplate(): string {
  for (const place of ["./viewer/index.html", "../viewer/index.html"]) {
    try {
      return readFileSync(fileURLToPath(new URL(place, import.meta.url)), "utf8");
    } catch {
      // The other place, then.
    }
  }
  throw new Failure("the viewer is not built", "Run `npm run build` in stapflame's folder.");
}
