import type { ViewOptions } from "../commands/view.ts";
import { readWeighedProfile } from "../read-weighed.ts";
import { Terminal } from "../terminal.ts";
import { printable } from "../words.ts";
import { heaviest } from "./heaviest.ts";
import { jsonReport, plainReport } from "./plain.ts";
import { canDrawScreens, capabilities } from "./terminal/capabilities.ts";

/** `stapflame view`: a profile on the terminal, or as plain tables where there is none. Throws Failure. */
export async function runView(path: string, options: ViewOptions): Promise<void> {
  const terminal = new Terminal({ verbosity: "normal", results: process.stdout, live: true });
  if (terminal.isLive) terminal.progress(() => `reading ${printable(path)}`);
  const profile = await readWeighedProfile(path, options.from).finally(() => terminal.clear());
  const abilities = capabilities(process.env);
  const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (options.json) {
    process.stdout.write(jsonReport(path, profile, heaviest(profile, options.top)));
  } else if (options.plain || !canDrawScreens(isInteractive, process.env)) {
    process.stdout.write(plainReport(path, profile, heaviest(profile, options.top), abilities.glyphs));
  } else {
    const { viewInteractively } = await import("./interactive.ts");
    await viewInteractively(profile, abilities);
  }
}
