import { loadComparison } from "./data/load-comparison.ts";
import { loadProfile } from "./data/load-profile.ts";
import { isServed, loadServed } from "./data/load-served.ts";
import { loadSources } from "./data/load-sources.ts";
import { comparisonTitle } from "./model/diff/comparison-facts.ts";
import { recordingFacts } from "./model/recording-facts.ts";
import { TreeSource } from "./model/tree-source.ts";
import barsCss from "./style/bars.css?inline";
import chartCss from "./style/chart.css?inline";
import comparisonCss from "./style/comparison.css?inline";
import gridCss from "./style/grid.css?inline";
import panelCss from "./style/panel.css?inline";
import printCss from "./style/print.css?inline";
import servedCss from "./style/served.css?inline";
import timeCss from "./style/time.css?inline";
import viewsCss from "./style/views.css?inline";
import { App } from "./view/app.ts";
import { takeDroppedFiles } from "./view/drop-target.ts";
import { byId, make } from "./view/elements.ts";
import { setUpHelp } from "./view/help.ts";
import { setUpHowTo } from "./view/how-to.ts";
import { Preferences } from "./view/preferences.ts";
import { ThemeWatch } from "./view/theme.ts";

declare global {
  /** Tells boot.ts that the program came to run. */
  var stapflameRuns: true | undefined;
}

globalThis.stapflameRuns = true;

/** Of what the program makes, in the order in which they correct each other. What is seen before has style/page.css. */
const STYLES = [chartCss, panelCss, gridCss, barsCss, timeCss, viewsCss, comparisonCss, servedCss, printCss];

/**
 * Starts the page. `document.body.dataset.state` tells styles and tests how far it is:
 * `loading`, `ready`, `empty` (no samples), `failed` (a sentence is shown instead) or `list` (of served profiles).
 */
async function start(): Promise<void> {
  document.head.append(make("style", "", STYLES.join("")));
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
