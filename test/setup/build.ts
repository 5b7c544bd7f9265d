import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PRODUCTS = ["dist/stapflame.js", "dist/viewer/index.html"];
const SOURCES = [
  "cli",
  "collector",
  "kmod-templates",
  "profile",
  "symbolizer",
  "viewer",
  "package.json",
  "vite.config.ts",
];

/** Builds the CLI and the viewer unless they are newer than all their sources. */
export function ensureBuilt(): void {
  const built = Math.min(...PRODUCTS.map((path) => timeOf(join(ROOT, path))));
  const changed = Math.max(...SOURCES.map((path) => newest(join(ROOT, path))));
  if (built < changed) execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: "pipe" });
}

function timeOf(path: string): number {
  return existsSync(path) ? statSync(path).mtimeMs : Number.NEGATIVE_INFINITY;
}

function newest(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}
