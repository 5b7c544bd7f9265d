import { companionsOf, type OpenCompanions } from "./debug-files/companions.ts";
import type { DebugFile } from "./debug-files/debug-file.ts";
import type { Binary, DebugFileFinder } from "./debug-files/finder.ts";
import type { IndexCache } from "./debug-files/index-cache.ts";
import { type DwarfResolver, dwarfResolver } from "./dwarf/dwarf-resolver.ts";
import { ANSWERS_VERSION } from "./dwarf/known-answers.ts";
import { type RememberingResolver, rememberingResolver } from "./dwarf/remembering-resolver.ts";
import { dwarfSections, hasDwarf } from "./elf/dwarf-file.ts";
import type { ElfFile } from "./elf/elf-file.ts";
import { hasSymbols } from "./elf/elf-resolver.ts";
import { openMiniDebugInfo } from "./elf/minidebuginfo.ts";
import { buildIdOf } from "./elf/notes.ts";
import { goResolver } from "./go/go-resolver.ts";
import type { Resolver } from "./resolver.ts";

/** Whether nothing names a binary's code. */
export function isNameless(elf: ElfFile, { dwarf, symbolFiles, go }: DebugInfo): boolean {
  return !hasSymbols(elf) && dwarf === undefined && symbolFiles.length === 0 && go === undefined;
}

/** How much is looked up, and where. */
export interface NamingOptions {
  /** Whether inlined calls become frames. */
  inlines: boolean;
  /** Finds separate debug files. undefined: only what the binary holds itself. */
  finder?: DebugFileFinder;
  /** Keeps what DWARF told, by build ID, for the next run. */
  cache?: IndexCache;
}

/** What is known of a binary's code beside its own symbol tables. */
export interface DebugInfo {
  dwarf: DwarfResolver | undefined;
  /** Files with a symbol table for the same addresses: the debug file, MiniDebugInfo. */
  symbolFiles: ElfFile[];
  /** What a program of Go tells by the table of its own runtime; undefined: none, or there is DWARF. */
  go?: Resolver | undefined;
  /** What stands against better names: sentences without the file's name. Those of reading DWARF come as it is read. */
  problems(): string[];
  /** Closes what was opened; the binary itself stays its owner's. */
  close(): void;
}

/**
 * Opens the debug information of a binary: its own, else that of its separate debug file, which is searched for as gdb and
 * elfutils do; MiniDebugInfo where there is neither. Never throws on what files hold.
 */
export async function openDebugInfo(binary: Binary, options: NamingOptions): Promise<DebugInfo> {
  const { elf } = binary;
  const { finder, inlines } = options;
  const own = hasDwarf(elf);
  const problems: string[] = [];
  let file: DebugFile | undefined;
  if (!own && finder !== undefined) {
    const answer = await finder.find(binary);
    if (answer.found !== undefined) file = answer.found;
    else if (!answer.absent) problems.push(answer.missing);
  } else if (own && finder !== undefined) {
    await finder.fetchAlternate({ path: (binary.root ?? "") + binary.path, elf }, binary.root);
  }
  const holder = own ? elf : file?.elf;
  const companions = finder === undefined ? undefined : companionsOf(finder, binary, file);
  const dwarf =
    holder !== undefined && hasDwarf(holder)
      ? remembering(
          dwarfResolver(dwarfSections(holder), companions ?? NO_COMPANIONS, { inlines }),
          buildIdOf(elf) ?? "",
          options,
        )
      : undefined;
  const symbolFiles: ElfFile[] = [];
  if (file !== undefined) symbolFiles.push(file.elf);
  else if (!hasSymbols(elf, "full")) {
    const small = openMiniDebugInfo(elf);
    if (small.found !== undefined) symbolFiles.push(small.found);
    else if (!small.absent) problems.push(small.missing);
  }
  return {
    dwarf,
    symbolFiles,
    go: dwarf === undefined ? goResolver(elf, { inlines }) : undefined,
    problems: () => [...problems, ...(dwarf?.problems() ?? [])],
    close() {
      dwarf?.close();
      companions?.close();
      file?.elf.source.close();
    },
  };
}

/** `dwarf` with what earlier runs learnt, for files that can be told by their build ID. */
function remembering(
  dwarf: DwarfResolver,
  buildId: string,
  { cache, inlines }: NamingOptions,
): DwarfResolver & Pick<RememberingResolver, "close"> {
  if (cache === undefined || buildId === "") return { ...dwarf, close() {} };
  const kind = inlines ? "frames" : "functions";
  return rememberingResolver(dwarf, {
    load: () => cache.load(buildId, kind, ANSWERS_VERSION),
    save: (content) => cache.save(buildId, kind, ANSWERS_VERSION, content),
  });
}

const NO_COMPANIONS: Pick<OpenCompanions, "alternate" | "split"> = {
  alternate: () => ({ missing: "is not looked for", absent: true }),
  split: () => ({ missing: "is not looked for", absent: true }),
};
