import { posix } from "node:path";
import type { SplitUnit } from "../dwarf/dwarf-sections.ts";
import type { ElfFile } from "../elf/elf-file.ts";
import { buildIdOf } from "../elf/notes.ts";
import { sectionBytes } from "../elf/section-bytes.ts";
import { type Found, type Missing, missing } from "../found.ts";
import { type Candidate, firstThatFits, inRoots } from "./candidates.ts";
import { type DebugFile, type Expected, openCandidate } from "./debug-file.ts";
import { alternateLinkOf, debugLinkOf } from "./debug-link.ts";
import type { DebuginfodClient } from "./debuginfod.ts";
import { findModule, findVmlinux } from "./kernel-files.ts";
import { packageHolds } from "./package-index.ts";
import { isAbsolutePath } from "./rooted-path.ts";
import {
  alternatePaths,
  buildIdPaths,
  debugLinkPaths,
  packagePaths,
  STANDARD_DEBUG_FOLDER,
  splitPaths,
} from "./search-paths.ts";

export interface DebugFileFinderOptions {
  /** Folders in the manner of /usr/lib/debug, looked in before it (`--debug-dir`). */
  debugFolders?: readonly string[];
  /** Without it nothing is asked of any server. */
  debuginfod?: DebuginfodClient;
  /** /usr/lib/debug; tests set their own. */
  standardFolder?: string;
}

/** The file whose debug information is wanted. */
export interface Binary {
  elf: ElfFile;
  /** Path as its process has it; "" when it has none any more. */
  path: string;
  /** Root of its container, "/proc/PID/root": looked in first. undefined or "": ours. */
  root?: string;
}

/**
 * Finds separate debug files as gdb and elfutils do. Answers are remembered, misses too, as paths: whoever asks again gets
 * the file opened anew. What is opened is the asker's to close (`elf.source.close()`).
 */
export interface DebugFileFinder {
  /** The binary's separate debug file on this machine: by build ID, then by debug link. */
  local(binary: Binary): Found<DebugFile>;
  /**
   * The same, then from the debuginfod servers. Also fetches the common file (dwz) that the debug file refers to, so
   * that `alternate` finds it.
   */
  find(binary: Binary): Promise<Found<DebugFile>>;
  /** Fetches the common file that `file` itself refers to, if it is neither here nor fetched yet. */
  fetchAlternate(file: DebugFile, root?: string): Promise<void>;
  /** dwz's common file of a debug file (or of a binary with its DWARF inside). */
  alternate(file: DebugFile, root?: string): Found<DebugFile>;
  /** The file with the body of a split unit: the program's `.dwp` if it holds it, else the `.dwo`. */
  split(binary: Binary, debugFile: string | undefined, unit: SplitUnit): Found<DebugFile>;
  /** The kernel with its symbols. `buildId` "" when unknown; then the release alone decides. */
  vmlinux(release: string, buildId: string): Promise<Found<DebugFile>>;
  /** A kernel module with DWARF, by its name as /proc/modules has it; else the module itself, for its symbols. */
  module(release: string, name: string, buildId: string): Promise<Found<DebugFile>>;
}

export function debugFileFinder(options: DebugFileFinderOptions = {}): DebugFileFinder {
  const folders = [...(options.debugFolders ?? []), options.standardFolder ?? STANDARD_DEBUG_FOLDER];
  const memory = answerMemory();
  /** Common files that a server gave, by build ID. */
  const fetched = new Map<string, string>();

  const rootsOf = (root: string | undefined) => (root === undefined || root === "" ? [""] : [root, ""]);

  /** `--debug-dir` is a folder of ours even for a container's process. */
  function byBuildId(root: string | undefined, buildId: string): Candidate[] {
    return inRoots(rootsOf(root), buildIdPaths(folders, buildId));
  }

  function searchLocal(binary: Binary): Found<DebugFile> {
    const buildId = buildIdOf(binary.elf) ?? "";
    const link = debugLinkOf(binary.elf);
    const nothing =
      buildId === "" ? "no separate debug file" : `no separate debug file for build ID ${buildId}`;
    const viaId = firstThatFits(byBuildId(binary.root, buildId), { buildId }, nothing);
    if (viaId.found !== undefined || link === undefined || !isAbsolutePath(binary.path)) return viaId;
    const paths = debugLinkPaths(folders, binary.path, link.name);
    const expected: Expected = { buildId, crc: link.crc };
    // A link may bear the binary's own name, for another folder.
    const itself = new Set(rootsOf(binary.root).map((root) => posix.join(root, binary.path)));
    const viaLink = firstThatFits(inRoots(rootsOf(binary.root), paths), expected, nothing, itself);
    return viaLink.found === undefined && viaLink.absent ? viaId : viaLink;
  }

  function local(binary: Binary): Found<DebugFile> {
    const key = ["file", binary.root ?? "", binary.path, buildIdOf(binary.elf) ?? ""];
    return memory.ask(key, () => searchLocal(binary));
  }

  function alternate(file: DebugFile, root?: string): Found<DebugFile> {
    const link = alternateLinkOf(file.elf);
    if (link === undefined) return missing("refers to no common debug file", true);
    const { buildId } = link;
    const fromServer = fetched.get(buildId);
    if (fromServer !== undefined) return openCandidate(fromServer, { buildId });
    // The debug file's path is ours already, with the root in it.
    const within =
      root !== undefined && file.path.startsWith(`${root}/`) ? file.path.slice(root.length) : file.path;
    const nothing = `the common debug file ${link.path} (build ID ${buildId}) is not here`;
    const candidates = inRoots(rootsOf(root), alternatePaths(folders, within, link));
    return memory.ask(["alt", file.path, buildId], () => firstThatFits(candidates, { buildId }, nothing));
  }

  async function fetchAlternate(file: DebugFile, root?: string): Promise<void> {
    const link = alternateLinkOf(file.elf);
    if (link === undefined || options.debuginfod === undefined || fetched.has(link.buildId)) return;
    const here = alternate(file, root);
    if (here.found !== undefined) {
      here.found.elf.source.close();
      return;
    }
    const path = await options.debuginfod.debuginfo(link.buildId);
    if (path.found !== undefined) fetched.set(link.buildId, path.found);
  }

  /** What is not here may be on a server. `wrong` is kept when the servers have nothing: it tells more. */
  async function fromServers(here: Missing, buildId: string): Promise<Found<DebugFile>> {
    if (options.debuginfod === undefined || buildId === "") return here;
    const path = await options.debuginfod.debuginfo(buildId);
    if (path.found === undefined)
      return missing(`${here.missing}; ${path.missing}`, here.absent && path.absent);
    return openCandidate(path.found, { buildId });
  }

  return {
    local,
    alternate,
    fetchAlternate,
    async find(binary) {
      const here = local(binary);
      const file = here.found === undefined ? await fromServers(here, buildIdOf(binary.elf) ?? "") : here;
      if (file.found !== undefined) await fetchAlternate(file.found, binary.root);
      return file;
    },
    split(binary, debugFile, unit) {
      const roots = rootsOf(binary.root);
      const name = `the split debug file ${unit.name}`;
      const expected: Expected = { buildId: "", nameSuffices: true, holds: holdsSplitUnits };
      const path = isAbsolutePath(binary.path) ? binary.path : "/";
      const packages = inRoots(roots, packagePaths(path, debugFile));
      const bundle = memory.ask(["dwp", binary.root ?? "", path, debugFile ?? ""], () =>
        firstThatFits(packages, expected, `${name} is in no .dwp file`),
      );
      if (bundle.found !== undefined) {
        if (packageHolds(bundle.found.elf, unit.id)) return bundle;
        bundle.found.elf.source.close();
      }
      const files = inRoots(roots, splitPaths(path, unit.compilationFolder, unit.name));
      return firstThatFits(files, expected, `${name} is not here`);
    },
    async vmlinux(release, buildId) {
      const key = ["vmlinux", release, buildId];
      const here = memory.ask(key, () => findVmlinux(folders, release, buildId));
      return here.found === undefined ? fromServers(here, buildId) : here;
    },
    async module(release, name, buildId) {
      // Opened anew each time: a packed module is no file that a path could be remembered for.
      const here = findModule(folders, release, name, buildId);
      return here.found === undefined ? fromServers(here, buildId) : here;
    },
  };
}

function holdsSplitUnits(elf: ElfFile): boolean {
  return sectionBytes(elf).has(".debug_info.dwo");
}

interface AnswerMemory {
  ask(key: readonly string[], search: () => Found<DebugFile>): Found<DebugFile>;
}

/** Remembers where an answer was found, or why it was not; a file that went away meanwhile is missing then. */
function answerMemory(): AnswerMemory {
  const known = new Map<string, { path: string } | Missing>();
  return {
    ask(key, search) {
      const text = key.join("\0");
      const answer = known.get(text);
      if (answer === undefined) {
        const file = search();
        known.set(text, file.found === undefined ? file : { path: file.found.path });
        return file;
      }
      // It was checked when it was found.
      return "path" in answer
        ? openCandidate(answer.path, { buildId: "", nameSuffices: true, holds: () => true })
        : answer;
    },
  };
}
