import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Reads headers of a kernel below include/, wherever its distribution keeps those that all its flavours share. `build`:
 * folder of its headers.
 */
export function headerReader(build: string): (file: string) => string | undefined {
  const folders = [build, ...sharedFolder(build), join(build, "source"), join(dirname(build), "source")];
  return (file) => {
    for (const folder of folders) {
      const text = read(join(folder, "include", file));
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

/** Debian's flavours have a Makefile that only includes the one of the shared folder. */
function sharedFolder(build: string): string[] {
  const shared = /^include (\/.*)\/Makefile$/m.exec(read(join(build, "Makefile")) ?? "")?.[1];
  return shared === undefined ? [] : [shared];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
