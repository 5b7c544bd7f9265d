import { basename } from "node:path";
import { writeFileAtomically } from "../profile/node/atomic-file.ts";
import { fromComments } from "../profile/recording-info.ts";
import type { ReportOptions } from "./commands/report.ts";
import { fileFailure } from "./file-failure.ts";
import { openOrHint } from "./open-page.ts";
import { renderPage } from "./page.ts";
import { readProfile } from "./read-profile.ts";
import { pageBeside } from "./record/paths.ts";
import { reportAccess } from "./source-text/access.ts";
import { readSourceText } from "./source-text/read-source-text.ts";

/** `stapflame report`: writes the page of a profile and prints its path. Throws Failure. */
export async function report(path: string, options: ReportOptions): Promise<void> {
  const profile = await readProfile(path);
  const output = options.output ?? pageBeside(path);
  const title = fromComments(profile.comments)?.target || basename(path);
  const sources = readSourceText(profile, reportAccess(options.source));
  const page = renderPage(profile, `${title} – stapflame`, sources);
  try {
    await writeFileAtomically(output, [page]);
  } catch (error) {
    throw fileFailure("write", output, error);
  }
  process.stdout.write(`${output}\n`);
  if (options.open) await openOrHint(output, path);
}
