import { writeFileAtomically } from "../profile/node/atomic-file.ts";
import type { ReportOptions } from "./commands/report.ts";
import { usageFailure } from "./failure.ts";
import { fileFailure } from "./file-failure.ts";
import { openOrHint } from "./open-page.ts";
import { renderPage } from "./page.ts";
import { profileTitle } from "./profile-title.ts";
import { readProfile } from "./read-profile.ts";
import { pageBeside } from "./record/paths.ts";
import { reportAccess } from "./source-text/access.ts";
import { readSourceText } from "./source-text/read-source-text.ts";

/** `stapflame report`: writes the page of a profile and prints its path. Throws Failure. */
export async function report(path: string, options: ReportOptions): Promise<void> {
  if (path === "-" && options.output === undefined) {
    throw usageFailure("a page of standard input has no name", "Name it with -o FILE.html.");
  }
  const { profile } = await readProfile(path, options.from);
  const output = options.output ?? pageBeside(path);
  const sources = readSourceText(profile, reportAccess(options.source));
  const page = renderPage(profile, profileTitle(profile, path), sources);
  try {
    await writeFileAtomically(output, [page]);
  } catch (error) {
    throw fileFailure("write", output, error);
  }
  process.stdout.write(`${output}\n`);
  if (options.open) await openOrHint(output, path);
}
