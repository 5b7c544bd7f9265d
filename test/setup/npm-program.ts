import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CACHE = join(process.env.STAPFLAME_NODE_CACHE ?? "/var/cache/stapflame-node");

/** The program of another version of Node.js, for this machine. Throws what npm or tar says. */
export function otherNode(version: string): string {
  return npmProgram(`node-linux-${process.arch}@${version}`, `${version}-${process.arch}`, "bin/node");
}

/** Bun's program, for this machine. Throws what npm or tar says. */
export function bun(version: string): string {
  const machine = process.arch === "arm64" ? "aarch64" : process.arch;
  return npmProgram(`@oven/bun-linux-${machine}@${version}`, `bun-${version}-${process.arch}`, "bin/bun");
}

/** Deno's program, for this machine. Throws what npm or tar says. */
export function deno(version: string): string {
  return npmProgram(
    `@deno/linux-${process.arch}-glibc@${version}`,
    `deno-${version}-${process.arch}`,
    "deno",
  );
}

/** A program in an npm package of one version, which npm checks against its hash; kept in the cache's folder `home` for the next time. */
function npmProgram(name: string, home: string, path: string): string {
  const kept = join(cacheFolder(), home);
  const program = join(kept, path);
  if (existsSync(program)) return program;
  const folder = mkdtempSync(join(cacheFolder(), "fetch-"));
  try {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, name], { stdio: "pipe" });
    const [packed] = readdirSync(folder);
    execFileSync("tar", ["-xzf", join(folder, packed), "-C", folder], { stdio: "pipe" });
    renameSync(join(folder, "package"), kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}

function cacheFolder(): string {
  const folder = process.getuid?.() === 0 ? CACHE : join(tmpdir(), "stapflame-node");
  mkdirSync(folder, { recursive: true });
  return folder;
}
