import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import type { ByteSource } from "./byte-source.ts";
import { errnoText } from "./errno-text.ts";
import { cachedSource } from "./file-source.ts";
import { type Found, found, type Missing, missing } from "./found.ts";

/** File systems' clocks have steps of up to two seconds. */
const CLOCKS_APART_MS = 2000;

/** Who may have written a file, and since when. */
interface Whose {
  /** User ids besides root's. */
  uids: ReadonlySet<number>;
  /** Milliseconds, Unix time. */
  since?: number;
}

/** A process as the recorder knew it. What is not given is read from /proc, where the process still lives. */
export interface PerfMapOwner {
  /** As our PID namespace shows it. */
  pid: number;
  /** As its own, innermost PID namespace shows it: the number that its run-time compiler puts in the file's name. */
  nsPid?: number | undefined;
  /** User ids (real, effective) that it ran under, as our user namespace shows them. */
  uids?: readonly number[] | undefined;
  /** When it was made, in milliseconds of Unix time. */
  startedAt?: number | undefined;
  /** Its root directory: `/proc/PID/root`, or `/proc/self/fd/N` of a descriptor opened while it lived. */
  root?: string | undefined;
}

/**
 * Opens a process's perf map as perf does (tools/perf/util/symbol.c, `dso__load_perf_map` and `dso__load`): in the
 * process's own /tmp under its innermost PID, else in ours; and only a regular file that belongs to root or to the
 * process's user, since /tmp is anyone's to write. Not one that was written before the process was made, for then another one had the same
 * number: in a container that is started anew it always has.
 */
export function openPerfMap(owner: PerfMapOwner): Found<ByteSource> {
  const status = readProcStatus(owner.pid);
  const nsPid = owner.nsPid ?? status?.nsPid;
  const uids = new Set(owner.uids ?? status?.uids ?? ownUids());
  const root = owner.root ?? `/proc/${owner.pid}/root`;
  const whose = { uids, ...(owner.startedAt !== undefined && { since: owner.startedAt }) };
  const inside = openUnderRoot(root, `perf-${nsPid ?? owner.pid}.map`, whose);
  if (inside.found !== undefined) return inside;
  const outside = openTrusted(`/tmp/perf-${owner.pid}.map`, whose);
  if (outside.found !== undefined) return outside;
  // A refusal tells more than the absence of the other file.
  return outside.absent ? inside : outside;
}

/** The ids of /proc/PID/status: the innermost PID (last of `NStgid`, proc(5)) and the real and effective user. */
export function parseProcStatus(text: string): { nsPid: number | undefined; uids: number[] } {
  const nsPid = Number(/^NStgid:.*?(\d+)\s*$/m.exec(text)?.[1] ?? Number.NaN);
  const uid = /^Uid:\s*(\d+)\s+(\d+)/m.exec(text);
  return {
    nsPid: Number.isNaN(nsPid) ? undefined : nsPid,
    uids: uid === null ? [] : [Number(uid[1]), Number(uid[2])],
  };
}

function readProcStatus(pid: number): { nsPid: number | undefined; uids: number[] } | undefined {
  try {
    return parseProcStatus(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return undefined;
  }
}

/** perf's own rule when it knows nothing of the process: whoever runs it. */
function ownUids(): number[] {
  return process.geteuid === undefined ? [] : [process.geteuid()];
}

/**
 * Inside another root the directory `tmp` is the container's to choose: were it a symbolic link with an absolute
 * target, the kernel would follow it from *our* root. So it is opened without following, and the file below it.
 */
function openUnderRoot(root: string, name: string, whose: Whose): Found<ByteSource> {
  let directory: number;
  try {
    directory = openSync(
      `${root}/tmp`,
      constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
  } catch (error) {
    return failure(error);
  }
  try {
    return openTrusted(`/proc/self/fd/${directory}/${name}`, whose);
  } finally {
    closeSync(directory);
  }
}

/** Opens without following a link or waiting on a FIFO; the checks are made on what was opened, not on the path. */
export function openTrusted(path: string, whose: Whose): Found<ByteSource> {
  let fd: number;
  try {
    fd = openSync(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
    );
  } catch (error) {
    return failure(error);
  }
  let refusal: string | undefined;
  let size = 0;
  try {
    const status = fstatSync(fd);
    size = status.size;
    refusal = refusalOf(status, whose);
  } catch (error) {
    refusal = errnoText(error);
  }
  if (refusal === undefined) return found(cachedSource(fd, size, () => closeSync(fd)));
  closeSync(fd);
  return missing(refusal);
}

/** A process that is gone has no root any more: then, too, there is just no file. */
function failure(error: unknown): Missing {
  const reason = errnoText(error);
  return missing(reason, /\((ENOENT|ESRCH)\)/.test(reason));
}

function refusalOf(status: Stats, { uids, since }: Whose): string | undefined {
  if (!status.isFile()) return "is not a regular file";
  if (status.uid !== 0 && !uids.has(status.uid)) {
    return `belongs to user ${status.uid}, neither root nor the user of the process, so its names are not believed`;
  }
  if (since !== undefined && status.mtimeMs < since - CLOCKS_APART_MS) {
    return "was written before the process was started, so another had its number then";
  }
  return undefined;
}
