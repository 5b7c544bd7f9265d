import { ElfError } from "../elf/elf-error.ts";
import { readElf } from "../elf/elf-file.ts";
import { buildIdOf } from "../elf/notes.ts";
import { errnoText } from "../errno-text.ts";
import { fileSource } from "../file-source.ts";
import { type Found, found, missing } from "../found.ts";
import { type Artifact, type DownloadCache, downloadCache } from "./cache.ts";
import { isBuildId } from "./debug-link.ts";
import type { DebuginfodSettings } from "./debuginfod-settings.ts";
import { type Answer, request, TransferFailure } from "./debuginfod-transfer.ts";

/** `what` names the file for people: "debuginfo of 3f2a…", with the server once one has it. */
export type DebuginfodProgress = (done: number, total: number | undefined, what: string) => void;

/**
 * Debug information by build ID from debuginfod servers (debuginfod(8), "WEBAPI"), through elfutils' cache. Each file is
 * asked for once in the client's life, however often it is wanted.
 */
export interface DebuginfodClient {
  /** Path of the file with the DWARF. */
  debuginfo(buildId: string): Promise<Found<string>>;
  /** Path of the program or library itself. */
  executable(buildId: string): Promise<Found<string>>;
  /** Path of a source file's text; `path`: absolute, as the DWARF has it. Nothing tells that the text is the true one. */
  source(buildId: string, path: string): Promise<Found<string>>;
  /** Ends what is under way (Ctrl-C, the end of a time budget): it is missing then. */
  stop(): void;
}

export function debuginfodClient(
  settings: DebuginfodSettings,
  progress: DebuginfodProgress = () => {},
): DebuginfodClient {
  const cache = downloadCache(settings.cacheFolder);
  const asked = new Map<string, Promise<Found<string>>>();
  const stopper = new AbortController();
  /** Servers that nobody answers at, with what was said then: each would cost the time-out again for every file. */
  const unreachable = new Map<string, TransferFailure>();
  let cleaned = false;

  function ask(buildId: string, artifact: Artifact): Promise<Found<string>> {
    if (!isBuildId(buildId)) return Promise.resolve(missing("is no build ID"));
    const key = `${buildId}/${artifactPath(artifact)}`;
    let answer = asked.get(key);
    if (answer === undefined) {
      if (!cleaned) cache.clean();
      cleaned = true;
      answer = lookUp(buildId, artifact);
      asked.set(key, answer);
    }
    return answer;
  }

  async function lookUp(buildId: string, artifact: Artifact): Promise<Found<string>> {
    const known = cache.look(buildId, artifact);
    if (known === "miss") return missing("no debuginfod server had it a short while ago", true);
    // A file that someone else left half written or wrong is fetched again.
    if (known !== undefined && wrongFile(known.path, buildId, artifact) === undefined)
      return found(known.path);
    for (let attempt = 1; ; attempt++) {
      const { file, failures } = await attemptAll(buildId, artifact);
      if (file !== undefined) return found(file);
      const worst = failures.find((failure) => failure.kind !== "absent");
      if (worst === undefined) {
        if (failures.length === settings.servers.length) cache.miss(buildId, artifact);
        return missing("no debuginfod server has it", true);
      }
      const again = failures.some((failure) => failure.kind === "failed");
      if (!again || attempt >= settings.attempts || stopper.signal.aborted) return missing(worst.message);
    }
  }

  /** Asks all servers at once; takes the first that answers and, should its file be no good, the next. */
  async function attemptAll(
    buildId: string,
    artifact: Artifact,
  ): Promise<{ file?: string; failures: TransferFailure[] }> {
    const servers = settings.servers.filter((server) => !unreachable.has(server));
    const failures = [...unreachable.values()];
    const path = `buildid/${buildId}/${artifactPath(artifact)}`;
    const taken = new AbortController();
    const stop = AbortSignal.any([stopper.signal, taken.signal]);
    const note = (server: string, error: unknown) => {
      const failure =
        error instanceof TransferFailure ? error : new TransferFailure("failed", errnoText(error));
      const named = new TransferFailure(failure.kind, `${server} ${failure.message}`);
      if (failure.kind === "unreachable") unreachable.set(server, named);
      failures.push(named);
    };
    const requests = servers.map((server) =>
      request(server, path, settings, stop).catch((error: unknown) => {
        note(server, error);
        return undefined;
      }),
    );
    try {
      for await (const answer of inOrderOfArrival(requests)) {
        try {
          return { file: await download(answer, cache, buildId, artifact), failures };
        } catch (error) {
          note(answer.server, error);
        }
      }
      return { failures };
    } finally {
      taken.abort();
    }
  }

  async function download(
    answer: Answer,
    cache: DownloadCache,
    buildId: string,
    artifact: Artifact,
  ): Promise<string> {
    const temporary = cache.temporary(buildId);
    const what = `${artifactPath(artifact)} of ${buildId} from ${answer.server}`;
    try {
      const date = await answer.save(temporary, (done, total) => progress(done, total, what));
      const wrong = wrongFile(temporary, buildId, artifact);
      if (wrong !== undefined) throw new TransferFailure("refused", `sent a file that ${wrong}`);
      return cache.keep(temporary, buildId, artifact, date);
    } catch (error) {
      answer.cancel();
      cache.drop(temporary);
      throw error;
    }
  }

  return {
    debuginfo: (buildId) => ask(buildId, { kind: "debuginfo" }),
    executable: (buildId) => ask(buildId, { kind: "executable" }),
    source: async (buildId, path) =>
      path.startsWith("/") && path.length < 4096
        ? ask(buildId, { kind: "source", path })
        : missing("has no absolute path to ask a server for"),
    stop: () => stopper.abort(),
  };
}

/** Behind `/buildid/ID/`. What a path holds besides plain characters is escaped, slashes stay. */
function artifactPath(artifact: Artifact): string {
  if (artifact.kind !== "source") return artifact.kind;
  return `source${artifact.path.split("/").map(encodeURIComponent).join("/")}`;
}

/** What is wrong with a downloaded file; undefined: nothing that can be seen. */
function wrongFile(path: string, buildId: string, artifact: Artifact): string | undefined {
  if (artifact.kind === "source") return undefined;
  const source = fileSource(path);
  if (source.found === undefined) return source.missing;
  try {
    const id = buildIdOf(readElf(source.found));
    return id === buildId ? undefined : `has ${id === undefined ? "no build ID" : `build ID ${id}`}`;
  } catch (error) {
    if (error instanceof ElfError) return error.message;
    throw error;
  } finally {
    source.found.close();
  }
}

/** The values of promises as they come, without the undefined ones. The promises must not reject. */
async function* inOrderOfArrival<T>(promises: readonly Promise<T | undefined>[]): AsyncGenerator<T> {
  const pending = new Map(
    promises.map((promise, index) => [index, promise.then((value) => ({ index, value }))]),
  );
  while (pending.size > 0) {
    const { index, value } = await Promise.race(pending.values());
    pending.delete(index);
    if (value !== undefined) yield value;
  }
}
