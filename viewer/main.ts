import "./style/page.css";
import "./style/chart.css";
import "./style/panel.css";
import "./style/grid.css";
import "./style/bars.css";
import "./style/time.css";
import "./style/views.css";
import "./style/comparison.css";
import "./style/print.css";
import { loadComparison } from "./data/load-comparison.ts";
import { loadProfile } from "./data/load-profile.ts";
import { isServed, loadServed } from "./data/load-served.ts";
import { loadSources } from "./data/load-sources.ts";
import { comparisonTitle } from "./model/diff/comparison-facts.ts";
import { recordingFacts } from "./model/recording-facts.ts";
import { TreeSource } from "./model/tree-source.ts";
import { App } from "./view/app.ts";
import { takeDroppedFiles } from "./view/drop-target.ts";
import { byId } from "./view/elements.ts";
import { setUpHelp } from "./view/help.ts";
import { setUpHowTo } from "./view/how-to.ts";
import { Preferences } from "./view/preferences.ts";
import { ThemeWatch } from "./view/theme.ts";

/**
 * Starts the page. `document.body.dataset.state` tells styles and tests how far it is:
 * `loading`, `ready`, `empty` (no samples) or `failed` (a sentence is shown instead).
 */
async function start(): Promise<void> {
  const preferences = new Preferences();
  const theme = new ThemeWatch(preferences.theme);
  const showHelp = setUpHelp();
  setUpHowTo(preferences);
  const app = new App(preferences, theme, showHelp);
  const element = document.getElementById("stapflame-profile");
  const loaded = isServed(element) ? await loadServed(element) : await loadProfile(element);
  // A list of served profiles is a page of its own.
  if (loaded === undefined) return;
  takeDroppedFiles((file) => void app.openFile(file));
  if (!loaded.ok) {
    fail(loaded.sentence);
    return;
  }
  const comparison = await loadComparison(document.getElementById("stapflame-comparison"), loaded.profile);
  app.open({
    name: comparison ? comparisonTitle(comparison) : recordingFacts(loaded.profile).title,
    source: new TreeSource(loaded.profile, comparison),
    sources: loaded.sources ?? (() => loadSources(document.getElementById("stapflame-sources"))),
  });
  // Shown in the browser's performance tools, and read by test/browser/speed.test.ts.
  requestAnimationFrame(() => performance.mark("stapflame-first-picture"));
}

function fail(sentence: string): void {
  document.body.dataset.state = "failed";
  byId("message", HTMLElement).textContent = sentence;
}

start().catch((error: unknown) => {
  fail(`The page could not show this profile: ${error instanceof Error ? error.message : String(error)}.`);
});
