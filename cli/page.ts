import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { encodeColumns } from "../profile/formats/columns.ts";
import type { Profile } from "../profile/profile.ts";
import { slimForPage } from "../profile/slim.ts";
import { embedProfile } from "../viewer/embed.ts";
import { Failure } from "./failure.ts";

/** Level of gzip for the page's data: beyond it time grows faster than size shrinks. */
const GZIP_LEVEL = 6;

/** The self-contained page for a profile, as text. `title` is shown by the browser. */
export function renderPage(profile: Profile, title: string): string {
  const columns = encodeColumns(slimForPage(profile, { keepSlices: false }));
  const data = gzipSync(columns, { level: GZIP_LEVEL }).toString("base64");
  return embedProfile(readTemplate(), data, title);
}

/** The viewer as built, which lies beside the bundled CLI (in `dist/`, or in `dist/` of the folder above chunks). */
function readTemplate(): string {
  for (const place of ["./viewer/index.html", "../viewer/index.html"]) {
    try {
      return readFileSync(fileURLToPath(new URL(place, import.meta.url)), "utf8");
    } catch {
      // The other place, then.
    }
  }
  throw new Failure("the viewer is not built", "Run `npm run build` in stapflame's folder.");
}
