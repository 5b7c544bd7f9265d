import "./style/page.css";
import "./style/chart.css";
import "./style/print.css";
import { loadProfile } from "./data/load-profile.ts";
import { App } from "./view/app.ts";
import { byId } from "./view/elements.ts";

/**
 * Starts the page. `document.body.dataset.state` tells styles and tests how far it is:
 * `loading`, `ready`, `empty` (no samples) or `failed` (a sentence is shown instead).
 */
async function start(): Promise<void> {
  const loaded = await loadProfile(document.getElementById("stapflame-profile"));
  if (!loaded.ok) {
    fail(loaded.sentence);
    return;
  }
  new App(loaded.profile).start();
}

function fail(sentence: string): void {
  document.body.dataset.state = "failed";
  byId("message", HTMLElement).textContent = sentence;
}

start().catch((error: unknown) => {
  fail(`The page could not show this profile: ${error instanceof Error ? error.message : String(error)}.`);
});
