import { statSync } from "node:fs";
import { writeFileAtomically } from "../../profile/node/atomic-file.ts";
import { writePprofFile } from "../../profile/node/pprof-file.ts";
import type { Profile } from "../../profile/profile.ts";
import { fileFailure } from "../file-failure.ts";
import { renderPage } from "../page.ts";
import type { SourceAccess } from "../source-text/access.ts";
import { readSourceText } from "../source-text/read-source-text.ts";
import type { Terminal } from "../terminal.ts";
import type { OutputPaths } from "./paths.ts";
import type { WrittenFile } from "./summary.ts";

/** Writes the profile and, where wanted, the page. Each is there whole or not at all. Throws Failure. */
export async function writeResults(
  profile: Profile,
  paths: OutputPaths,
  title: string,
  sourceAccess: SourceAccess,
  terminal: Terminal,
): Promise<{ profile: WrittenFile; html: WrittenFile | undefined }> {
  terminal.progress(() => "writing the profile");
  await writing(paths.profile, () => writePprofFile(profile, paths.profile));
  const { html } = paths;
  if (html !== undefined) {
    terminal.progress(() => "writing the flame graph");
    const page = renderPage(profile, title, readSourceText(profile, sourceAccess));
    await writing(html, () => writeFileAtomically(html, [page]));
  }
  terminal.clear();
  const sized = (path: string) => ({ path, bytes: statSync(path).size });
  return { profile: sized(paths.profile), html: html === undefined ? undefined : sized(html) };
}

async function writing(path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw fileFailure("write", path, error);
  }
}
