import type { DebuginfodClient } from "../symbolizer/debug-files/debuginfod.ts";
import {
  type DebuginfodSettings,
  debuginfodSettings,
} from "../symbolizer/debug-files/debuginfod-settings.ts";
import { debugFileFinder } from "../symbolizer/debug-files/finder.ts";
import { indexCache } from "../symbolizer/debug-files/index-cache.ts";
import type { NamingOptions } from "../symbolizer/debug-info.ts";
import type { Terminal } from "./terminal.ts";
import { bytes, printable } from "./words.ts";

/** The options of `record` and `symbolize` about names, as commander gives them. */
export interface NamingChoices {
  /** false with `--no-inlines`. */
  inlines?: boolean;
  /** Folders in which debug files are looked for first. */
  debugDir?: string[];
}

/** How names are looked up, and the downloads that this may take. */
export interface Naming {
  options: NamingOptions;
  /** Ends downloads, and begins none any more; undefined where there are no servers to ask. */
  stopDownloads: (() => void) | undefined;
}

/**
 * How names are looked up: what was asked for, and the servers of DEBUGINFOD_URLS. Downloads are told on the terminal,
 * with `hint` on how to end them.
 */
export async function naming(
  { inlines, debugDir }: NamingChoices,
  terminal: Terminal,
  hint = "",
  env: NodeJS.ProcessEnv = process.env,
): Promise<Naming> {
  const settings = debuginfodSettings(env);
  for (const warning of settings?.warnings ?? []) terminal.warn(printable(warning));
  const debuginfod = settings && (await debuginfodWithProgress(settings, terminal, hint));
  return {
    options: {
      inlines: inlines !== false,
      ...(!env.STAPFLAME_NO_CACHE && { cache: indexCache({ env }) }),
      finder: debugFileFinder({ debugFolders: debugDir ?? [], ...(debuginfod && { debuginfod }) }),
    },
    stopDownloads: debuginfod && (() => debuginfod.stop()),
  };
}

/** Loaded only where there are servers to ask. */
async function debuginfodWithProgress(
  settings: DebuginfodSettings,
  terminal: Terminal,
  hint: string,
): Promise<DebuginfodClient> {
  const { debuginfodClient } = await import("../symbolizer/debug-files/debuginfod.ts");
  return debuginfodClient(settings, (done, total, what) => {
    const size = total === undefined ? "" : ` of ${bytes(total)}`;
    terminal.progress(() => `fetching ${printable(what)}: ${bytes(done)}${size}${hint}`);
  });
}
