import { binaryResolver } from "./binary-resolver.ts";
import { isNameless, type NamingOptions, openDebugInfo } from "./debug-info.ts";
import { ElfError } from "./elf/elf-error.ts";
import { readElf } from "./elf/elf-file.ts";
import { fileSource } from "./file-source.ts";
import { type Found, found, missing } from "./found.ts";
import type { Resolver } from "./resolver.ts";

/** One binary whose addresses are asked for, again and again. */
export interface BinarySymbolizer extends Resolver {
  /** What has limited the answers so far, in sentences without their subject, as they are shown after the file's name. */
  problems(): string[];
  close(): void;
}

/** Opens a program, library, kernel or debug file by its path. Never rejects on what the file holds. */
export async function openBinary(path: string, options: NamingOptions): Promise<Found<BinarySymbolizer>> {
  const opened = fileSource(path);
  if (opened.found === undefined) return opened;
  const source = opened.found;
  try {
    const elf = readElf(source);
    const debugInfo = await openDebugInfo({ elf, path }, options);
    const resolver = binaryResolver(elf, debugInfo);
    const nameless = isNameless(elf, debugInfo);
    return found({
      resolve: (addresses) => resolver.resolve(addresses),
      problems: () => [
        ...(nameless ? ["has neither symbols nor debug information"] : []),
        ...debugInfo.problems(),
      ],
      close() {
        debugInfo.close();
        source.close();
      },
    });
  } catch (error) {
    source.close();
    if (error instanceof ElfError) return missing(error.message);
    throw error;
  }
}
