import "./style/page.css";
import { runPacked } from "./data/run-packed.ts";
import { unpackAhead } from "./data/unpack-ahead.ts";
import { Preferences } from "./view/preferences.ts";
import { systemTheme } from "./view/theme.ts";

/**
 * The only script that lies in the page as it is: unpacks and runs the program (main.ts), which is most of a small page.
 * What is seen meanwhile has its colours and its place already.
 */
async function boot(): Promise<void> {
  document.documentElement.dataset.theme = new Preferences().theme ?? systemTheme();
  if (typeof DecompressionStream === "undefined") {
    fail(
      "This browser cannot unpack the page. Please open the file in Chrome 80, Firefox 113, Safari 16.4 or newer.",
    );
    return;
  }
  const program = runPacked("stapflame-program");
  unpackAhead();
  try {
    await program;
  } catch {
    // Said below.
  }
  if (globalThis.stapflameRuns !== true) {
    fail("This page is damaged. Copy the file again from where it was made, or make it anew.");
  }
}

function fail(sentence: string): void {
  document.body.dataset.state = "failed";
  const message = document.getElementById("message");
  if (message) message.textContent = sentence;
}

void boot();
