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

  const loss = byId("loss", HTMLElement);
  loss.hidden = facts.lossSentence === "";
  loss.dataset.lossy = facts.losses.length > 0 ? "true" : facts.known ? "false" : "unknown";
  if (facts.losses.length === 0) {
    loss.replaceChildren(make("span", "loss-sentence", facts.lossSentence));
    return;
  }
  const details = make("details");
  const list = make("ul");
  list.append(...facts.losses.map((each) => make("li", "", displayName(each))));
  details.append(make("summary", "", facts.lossSentence), list);
  loss.replaceChildren(details);
}
