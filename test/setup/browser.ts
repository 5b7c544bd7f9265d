import { ensureBuilt } from "./build.ts";
import { ensureCommands } from "./debian.ts";

/** Before the browser tests: Chromium is there, and the built page is that of the present sources. */
export default function setup(): void {
  ensureCommands({ chromium: "chromium", "chromium-headless-shell": "chromium-headless-shell" });
  ensureBuilt();
}
