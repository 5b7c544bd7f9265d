import type { ByteSource } from "./byte-source.ts";
import type { Found } from "./found.ts";

/**
 * Where `symbolizeProfile` gets its bytes from; `live-sources.ts` has the ones of this machine. Each is asked at most
 * once a mapping row (or once in all, without argument), and what is opened is closed by the asker.
 */
export interface SymbolSources {
  /** The file of a row of `Profile.mappings` whose path is `file`; also asked for `[vdso]`. */
  openMapping(mappingRow: number, file: string): Found<ByteSource>;
  /** Root of the file system that a mapping's path counts in, for debug files; undefined or "": ours. */
  mappingRoot?(mappingRow: number): string | undefined;
  /** The bytes of /proc/kallsyms. */
  kallsyms(): Found<Uint8Array>;
  /** The build ID (lower-case hex) of the running kernel, or of one of its modules; undefined when unknown. */
  kernelBuildId?(module: string | undefined): string | undefined;
  /** What finding the kernel's debug information takes; undefined: it is not looked for. */
  kernel?: LoadedKernel;
  /** The perf map of a process; `pid` as it stands in the mapping's name `/tmp/perf-PID.map`. */
  perfMap(pid: number): Found<ByteSource>;
  /** The dump that such a process has mapped; undefined: it has none. */
  jitDump?(pid: number): Found<ByteSource> | undefined;
}

/** The kernel that was recorded, as it lies in memory. */
export interface LoadedKernel {
  /** As `uname -r` tells it. */
  release: string;
  /** Where a section of a loaded module lies; undefined when it has gone (`.init.text`) or nobody tells. */
  moduleSection(module: string, section: string): number | undefined;
}
