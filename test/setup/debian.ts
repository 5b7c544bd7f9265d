import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

let listsFresh = false;

/**
 * Makes sure that the commands that tests need (or files, told by their paths) are there: `command: package`. Missing ones are installed from Debian's
 * packages when this is root on Debian; otherwise this throws, naming them. Nothing is ever skipped.
 */
export function ensureCommands(packages: Record<string, string>): void {
  const missing = Object.entries(packages).filter(([command]) => !isInstalled(command));
  if (missing.length === 0) return;
  const names = [...new Set(missing.map(([, name]) => name))];
  if (process.getuid?.() !== 0 || !isInstalled("apt-get")) {
    throw new Error(
      `These tests need the packages ${names.join(", ")}: install them, or run as root on Debian.`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if (!listsFresh) execFileSync("apt-get", ["update", "-q"], { env, stdio: "pipe" });
  listsFresh = true;
  execFileSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...names], {
    env,
    stdio: "pipe",
  });
}

function isInstalled(command: string): boolean {
  if (command.startsWith("/")) return existsSync(command);
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}
