import type { UnnamedProfile } from "../../collector/recorder.ts";
import type { Profile } from "../../profile/profile.ts";
import type { NamingOptions } from "../../symbolizer/debug-info.ts";
import { missing } from "../../symbolizer/found.ts";
import { liveSources } from "../../symbolizer/live-sources.ts";
import type { SymbolSources } from "../../symbolizer/symbol-sources.ts";
import { symbolizeProfile } from "../../symbolizer/symbolize.ts";
import type { Terminal } from "../terminal.ts";
import { count, printable } from "../words.ts";
import { programAdvice } from "./program-advice.ts";

/** Files without names that are listed one by one; of more, the number is told. */
const LISTED_FILES = 3;

/** Finds a name for each address, with progress. Returns the named profile and what limits the names, in sentences. */
export async function nameAddresses(
  unnamed: UnnamedProfile,
  naming: NamingOptions,
  terminal: Terminal,
): Promise<{ profile: Profile; warnings: string[] }> {
  const { profile, returnAddress, openedFile, fileProblem, fileRoot, runtimeCode, jitDump } = unnamed;
  const live = liveSources({
    openedFile,
    mappingRoot: fileRoot,
    perfMapOwner: (pid) => runtimeCode.get(pid),
    jitDump,
  });
  const sources: SymbolSources = {
    ...live,
    openMapping(row, file) {
      const problem = fileProblem(row);
      return problem === undefined ? live.openMapping(row, file) : missing(problem);
    },
  };
  const named = await symbolizeProfile(profile, returnAddress, sources, naming, (done, total, what) => {
    if (what !== "") terminal.progress(() => `finding names: ${done + 1} of ${total}, ${printable(what)}`);
  });
  terminal.clear();
  const { report } = named;
  terminal.detail(`names: ${count(report.named)} addresses named, ${count(report.unnamed)} not`);
  for (const { file, reason } of report.unreadable)
    terminal.detail(`no names from ${printable(file)}: ${reason}`);
  for (const { file, reason } of report.debugProblems)
    terminal.detail(`debug information of ${printable(file)}: ${printable(reason)}`);
  const warnings = [
    ...report.warnings,
    ...fileWarning("no names could be read from", report.unreadable),
    ...fileWarning("not all debug information could be used:", report.debugProblems),
    ...programAdvice(named.profile),
  ];
  return { profile: named.profile, warnings };
}

/** One sentence about the files that something went wrong with. */
function fileWarning(what: string, files: { file: string; reason: string }[]): string[] {
  if (files.length === 0) return [];
  const listed = files.slice(0, LISTED_FILES).map(({ file, reason }) => `${file} (${reason})`);
  const more = files.length > LISTED_FILES ? ` and ${files.length - LISTED_FILES} more` : "";
  return [`${what} ${listed.join(", ")}${more}`];
}
