import { displayName, fullName, shortName } from "../model/display-name.ts";
import { MAX_PLACE_CHARACTERS } from "../model/limits.ts";
import type { RecordingFacts } from "../model/recording-facts.ts";
import { byId, fillList, make } from "./elements.ts";

/** The top of the page: what was recorded and what was lost. */
export function showSummary(facts: RecordingFacts): void {
  const title = byId("target", HTMLElement);
  title.textContent = shortName(facts.title, MAX_PLACE_CHARACTERS);
  title.title = fullName(facts.title, MAX_PLACE_CHARACTERS);
  byId("headline", HTMLElement).textContent = facts.headline.map(displayName).join(" · ");
  fillList(
    byId("details-list", HTMLElement),
    facts.details.map(([name, value]) => [name, displayName(value)]),
  );
  byId("details", HTMLDetailsElement).hidden = facts.details.length === 0;

  const lossy = facts.losses.length > 0;
  byId("loss", HTMLElement).dataset.lossy = String(lossy);
  const sentence = byId("loss-sentence", HTMLElement);
  sentence.textContent = facts.lossSentence;
  if (!lossy) return;
  const details = make("details");
  const summary = make("summary", "", facts.lossSentence);
  const list = make("ul");
  list.append(...facts.losses.map((loss) => make("li", "", displayName(loss))));
  details.append(summary, list);
  sentence.replaceWith(details);
}
