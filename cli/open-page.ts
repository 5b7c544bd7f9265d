import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Whether somebody sits before this machine's screen: a terminal, and a display to show a page on. */
export function isPersonThere(
  env: NodeJS.ProcessEnv = process.env,
  tty = process.stderr.isTTY === true,
): boolean {
  if (!tty || env.CI || env.SSH_CONNECTION || env.SSH_TTY) return false;
  return process.platform === "darwin" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
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
