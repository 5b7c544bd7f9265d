import { mkdirSync } from "node:fs";
import { posix } from "node:path";

/**
 * Makes a folder and those above it that are not there. Throws Node's errors. Not by `recursive: true`: where a folder
 * exists but takes no new ones with ENOENT, as /proc and automounters do, Node.js 20 tries for ever.
 */
export function makeFolders(path: string, mode: number): void {
  const lacking: string[] = [];
  for (let folder = path; !make(folder, mode); folder = posix.dirname(folder)) {
    lacking.push(folder);
    if (posix.dirname(folder) === folder) break;
  }
  for (const folder of lacking.reverse()) {
    // Another process may have made it meanwhile.
    if (!make(folder, mode)) throw new Error(`${folder} can't be made`);
  }
}

/** Whether the folder is there now. */
function make(folder: string, mode: number): boolean {
  try {
    mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return true;
    if (code === "ENOENT") return false;
    throw error;
  }
}
