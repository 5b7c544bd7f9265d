import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CACHE = join(process.env.STAPFLAME_NODE_CACHE ?? "/var/cache/stapflame-node");

/**
 * The program of another version of Node.js, from npm's package of it for this machine, which npm checks against its hash. Kept
 * for the next time. Throws what npm or tar says.
 */
export function otherNode(version: string): string {
  const home = join(cacheFolder(), `${version}-${process.arch}`);
  const program = join(home, "bin/node");
  if (existsSync(program)) return program;
  const folder = mkdtempSync(join(cacheFolder(), "fetch-"));
  try {
    const name = `node-linux-${process.arch}@${version}`;
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, name], { stdio: "pipe" });
    const [packed] = readdirSync(folder);
    execFileSync("tar", ["-xzf", join(folder, packed), "-C", folder], { stdio: "pipe" });
    renameSync(join(folder, "package"), home);
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
