import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Before the browser tests: Chromium is there, and the built page is that of the present sources. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";
const PAGE = join(ROOT, "dist/viewer/index.html");
/** All that the page is built from. */
const SOURCES = ["viewer", "profile", "vite.config.ts", "package.json"].map((name) => join(ROOT, name));

export default function setup(): void {
  if (!existsSync(CHROMIUM)) installChromium();
  if (!existsSync(PAGE) || statSync(PAGE).mtimeMs < Math.max(...SOURCES.map(newest))) {
    execFileSync("npx", ["vite", "build", "--logLevel", "warn"], { cwd: ROOT, stdio: "inherit" });
  }
}

function installChromium(): void {
  if (process.getuid?.() !== 0) {
    throw new Error(`The browser tests need ${CHROMIUM}: install Debian's package "chromium" as root.`);
  }
  const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  execFileSync("apt-get", ["update"], options);
  execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], options);
}

/** When the newest file of a folder was changed, Unix milliseconds. */
function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
