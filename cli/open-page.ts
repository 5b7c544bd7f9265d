import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { printable } from "./words.ts";

/** Whether somebody sits before this machine's screen: a terminal, and a display to show a page on. */
export function isPersonThere(
  env: NodeJS.ProcessEnv = process.env,
  tty = process.stderr.isTTY === true,
): boolean {
  if (!tty || env.CI || env.SSH_CONNECTION || env.SSH_TTY) return false;
  return hasScreen(env);
}

/** Whether a browser would have a screen here. */
export function hasScreen(env: NodeJS.ProcessEnv = process.env): boolean {
  return process.platform === "darwin" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** What to do where no browser can be opened. */
export function viewHint(profile: string): string {
  return `There is no screen for a browser here; stapflame view ${printable(profile)} shows the profile in the terminal.`;
}

/** Opens the page of a profile, or says how to see it without a browser. */
export async function openOrHint(page: string, profile: string): Promise<void> {
  if (hasScreen()) await openPage(page);
  else process.stderr.write(`${viewHint(profile)}\n`);
}

/** Opens the page in the user's browser; under sudo as the user who called it, for browsers refuse to run as root. */
export async function openPage(path: string): Promise<void> {
  const url = pathToFileURL(resolve(path)).href;
  const user = process.env.SUDO_USER;
  if (user && user !== "root" && process.getuid?.() === 0) {
    const display = ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"].flatMap((name) =>
      process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
    );
    spawn("sudo", ["-u", user, "env", ...display, "xdg-open", url], { stdio: "ignore", detached: true })
      .on("error", () => {})
      .unref();
    return;
  }
  // Loaded only now: it brings a dozen files that nobody else needs.
  const { default: open } = await import("open");
  const child = await open(url);
  child.on("error", () => {});
}
