import { byId } from "./elements.ts";
import type { Preferences } from "./preferences.ts";

/** The sentence on how to read the graph, until it is put away. */
export function setUpHowTo(preferences: Preferences): void {
  const sentence = byId("how-to", HTMLElement);
  sentence.hidden = preferences.knowsHow;
  byId("close-how-to", HTMLButtonElement).addEventListener("click", () => {
    preferences.knowsHow = true;
    sentence.hidden = true;
    byId("show-help", HTMLButtonElement).focus();
  });
}
