import { createHash, randomBytes } from "node:crypto";
import {
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { posix } from "node:path";
import { makeFolders } from "./make-folders.ts";

/** Control files of the cache folder with elfutils' defaults, in seconds (debuginfod-client-config(7), "CACHE"). */
const CONTROLS = { cache_clean_interval_s: 86_400, max_unused_age_s: 604_800, cache_miss_s: 600 } as const;
/** A folder has one for each build ID ever asked for; more than this is not our cache. */
const MAX_FOLDERS = 100_000;
const NAME_MAX = 255;

export type ArtifactKind = "debuginfo" | "executable";
/** What a server can be asked for: the files of a build ID, or a source file by the path that its DWARF has. */
export type Artifact = { kind: ArtifactKind } | { kind: "source"; path: string };

/**
 * elfutils' cache of downloads, shared with gdb and the others: `BUILDID/debuginfo`, `BUILDID/executable`,
 * `BUILDID/source##path##file.c`. An empty file says that no server had it, as long as it is younger than `cache_miss_s`.
 */
export interface DownloadCache {
  /** The file if it is here; "miss": remembered as not to be had; undefined: unknown. */
  look(buildId: string, artifact: Artifact): { path: string } | "miss" | undefined;
  /** A path to download to, in the folder where it will stay. Throws Node's errors when nothing can be written. */
  temporary(buildId: string): string;
  /** Puts a finished download in its place; gives its path. `modified`: the server's date, in ms. Throws, too. */
  keep(temporary: string, buildId: string, artifact: Artifact, modified: number | undefined): string;
  /** Remembers that no server has it. */
  miss(buildId: string, artifact: Artifact): void;
  /** Takes back a temporary file; and its folder, if that is empty now. */
  drop(temporary: string): void;
  /** Removes what was not used for `max_unused_age_s`, if the last time is `cache_clean_interval_s` ago. */
  clean(): void;
}

/** Only `temporary` and `keep` throw; what else fails is as if it were not in the cache. */
export function downloadCache(folder: string, now: () => number = Date.now): DownloadCache {
  const fileOf = (buildId: string, artifact: Artifact) => posix.join(folder, buildId, fileName(artifact));

  function control(name: keyof typeof CONTROLS): number {
    try {
      const seconds = Number.parseInt(readFileSync(posix.join(folder, name), "utf8"), 10);
      return Number.isNaN(seconds) ? CONTROLS[name] : seconds;
    } catch {
      return CONTROLS[name];
    }
  }

  return {
    look(buildId, artifact) {
      const path = fileOf(buildId, artifact);
      const status = statusOf(path);
      if (status === undefined || !status.isFile()) return undefined;
      if (status.size === 0)
        return now() - Math.floor(status.mtimeMs) < control("cache_miss_s") * 1000 ? "miss" : undefined;
      // Cleaning goes by the time of last use, which file systems mounted with noatime do not keep by themselves.
      quietly(() => utimesSync(path, now() / 1000, status.mtimeMs / 1000));
      return { path };
    },
    temporary(buildId) {
      makeFolders(posix.join(folder, buildId), 0o700);
      return posix.join(folder, buildId, `download.${randomBytes(6).toString("hex")}`);
    },
    keep(temporary, buildId, artifact, modified) {
      const path = fileOf(buildId, artifact);
      if (modified !== undefined) quietly(() => utimesSync(temporary, now() / 1000, modified / 1000));
      renameSync(temporary, path);
      return path;
    },
    miss(buildId, artifact) {
      quietly(() => {
        makeFolders(posix.join(folder, buildId), 0o700);
        const path = fileOf(buildId, artifact);
        // A file of an older miss may have no permissions (elfutils before 0.182 wrote them so): not written to, replaced.
        rmSync(path, { force: true });
        writeFileSync(path, "", { flag: "wx" });
      });
    },
    drop(temporary) {
      quietly(() => rmSync(temporary, { force: true }));
      quietly(() => rmdirSync(posix.dirname(temporary)));
    },
    clean() {
      quietly(() => {
        makeFolders(folder, 0o700);
        for (const [name, seconds] of Object.entries(CONTROLS)) {
          quietly(() => writeFileSync(posix.join(folder, name), `${seconds}`, { flag: "wx" }));
        }
        const stamp = posix.join(folder, "cache_clean_interval_s");
        if (now() - statSync(stamp).mtimeMs < control("cache_clean_interval_s") * 1000) return;
        utimesSync(stamp, now() / 1000, now() / 1000);
        removeUnused(folder, now() - control("max_unused_age_s") * 1000);
      });
    },
  };
}

/** Only what has our names: someone may have set the folder to one with other files in it. */
function removeUnused(folder: string, oldest: number): void {
  for (const name of readdirSync(folder).slice(0, MAX_FOLDERS)) {
    if (!/^(?:[0-9a-f]{2}){2,64}$/.test(name)) continue;
    const inner = posix.join(folder, name);
    quietly(() => {
      for (const file of readdirSync(inner)) {
        if (!/^(?:debuginfo|executable|source.*|download\.[0-9a-f]{12})$/s.test(file)) continue;
        const path = posix.join(inner, file);
        const status = statusOf(path);
        if (status !== undefined && Math.max(status.atimeMs, status.ctimeMs) < oldest) unlinkSync(path);
      }
    });
    quietly(() => rmdirSync(inner));
  }
}

/** elfutils 0.188 writes a source's path behind `source`, each slash as `##`. A hash replaces what no name can hold. */
function fileName(artifact: Artifact): string {
  if (artifact.kind !== "source") return artifact.kind;
  const name = `source${artifact.path.replace(/[^\w.+-]/g, (sign) => (sign === "/" ? "##" : "#"))}`;
  if (name.length <= NAME_MAX && /^[\w./+-]*$/.test(artifact.path)) return name;
  return `source#${createHash("sha256").update(artifact.path).digest("hex")}`;
}

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // The cache saves time; without it everything still works.
  }
}
