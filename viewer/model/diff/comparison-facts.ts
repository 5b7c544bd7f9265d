import type { PageComparison } from "../../../profile/diff/page-comparison.ts";
import type { RecordingFacts } from "../recording-facts.ts";

export function comparisonTitle({ words }: PageComparison): string {
  return `${words.title.before} → ${words.title.after}`;
}

/** What is compared, as text for the top of the page. */
export function comparisonFacts(comparison: PageComparison): RecordingFacts {
  const { words } = comparison;
  return {
    title: comparisonTitle(comparison),
    headline: [words.how],
    details: [
      ["Before", words.before],
      ["After", words.after],
      // The first is told beside the headline.
      ...words.notes.slice(1).map((note, at): [string, string] => [at === 0 ? "To know" : "", note]),
    ],
    known: true,
    lossSentence: words.cautions.length === 0 ? "" : "What this comparison cannot rest on",
    losses: words.cautions,
  };
}
