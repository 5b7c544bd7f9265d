import { readFileSync } from "node:fs";
import { VDSO_MAPPING } from "../profile/frame-kind.ts";
import type { ByteSource } from "./byte-source.ts";
import { errnoText } from "./errno-text.ts";
import { fileSource } from "./file-source.ts";
import { type Found, found, missing } from "./found.ts";
import { kernelBuildId } from "./kernel-build-id.ts";
import { openPerfMap, type PerfMapOwner } from "./perf-map-file.ts";
import { runningKernel } from "./running-kernel.ts";
import type { SymbolSources } from "./symbol-sources.ts";
import { vdsoSource } from "./vdso.ts";

export interface LiveSourcesOptions {
  /**
   * The file that the recorder opened for a mapping row while the process lived; it stays the recorder's to close.
   * undefined: opened by its path.
   */
  openedFile?: (mappingRow: number) => number | undefined;
  /** As `SymbolSources.mappingRoot`. */
  mappingRoot?: (mappingRow: number) => string | undefined;
  /** What the recorder knows of a process, which may be gone by now. undefined: looked up in /proc. */
  perfMapOwner?: (pid: number) => PerfMapOwner | undefined;
  /** The file that the recorder opened for a process's dump of run-time code. undefined: there is none. */
  jitDump?: (pid: number) => number | undefined;
}

/** The sources of this machine: files, /proc/kallsyms, the vdso, perf maps. */
export function liveSources(options: LiveSourcesOptions = {}): SymbolSources {
  return {
    openMapping(mappingRow, file): Found<ByteSource> {
      if (file === VDSO_MAPPING) return vdsoSource();
      return fileSource(options.openedFile?.(mappingRow) ?? file);
    },
    mappingRoot: (mappingRow) => options.mappingRoot?.(mappingRow),
    kallsyms(): Found<Uint8Array> {
      try {
        return found(readFileSync("/proc/kallsyms"));
      } catch (error) {
        return missing(errnoText(error));
      }
    },
    kernelBuildId,
    kernel: runningKernel(),
    perfMap: (pid) => openPerfMap(options.perfMapOwner?.(pid) ?? { pid }),
    jitDump(pid): Found<ByteSource> | undefined {
      const fd = options.jitDump?.(pid);
      return fd === undefined ? undefined : fileSource(fd);
    },
  };
}
