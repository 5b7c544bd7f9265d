import type { DwarfCompanions, DwarfSections } from "../dwarf/dwarf-sections.ts";
import { dwarfSections } from "../elf/dwarf-file.ts";
import { type Found, found } from "../found.ts";
import type { DebugFile } from "./debug-file.ts";
import type { Binary, DebugFileFinder } from "./finder.ts";

export interface OpenCompanions extends DwarfCompanions {
  /** Closes every file that was opened for the DWARF. */
  close(): void;
}

/**
 * The files that a binary's DWARF refers to. `debugFile` is its separate debug file; undefined when the DWARF is in the
 * binary itself. Nothing is fetched: `DebugFileFinder.find` (or `fetchAlternate`) has done that before.
 */
export function companionsOf(
  finder: DebugFileFinder,
  binary: Binary,
  debugFile: DebugFile | undefined,
): OpenCompanions {
  const opened = new Map<string, { file: DebugFile; sections: DwarfSections }>();
  const holder: DebugFile = debugFile ?? { path: (binary.root ?? "") + binary.path, elf: binary.elf };

  /** The same file found again (a package, for each of its units) is kept once. */
  function keep(file: Found<DebugFile>): Found<DwarfSections> {
    if (file.found === undefined) return file;
    const known = opened.get(file.found.path);
    if (known !== undefined) {
      file.found.elf.source.close();
      return found(known.sections);
    }
    const sections = dwarfSections(file.found.elf);
    opened.set(file.found.path, { file: file.found, sections });
    return found(sections);
  }

  let alternate: Found<DwarfSections> | undefined;
  const split = new Map<string, Found<DwarfSections>>();
  return {
    alternate() {
      alternate ??= keep(finder.alternate(holder, binary.root));
      return alternate;
    },
    split(unit) {
      const key = [unit.compilationFolder, unit.name, unit.id].join("\0");
      let body = split.get(key);
      if (body === undefined) {
        body = keep(finder.split(binary, debugFile?.path, unit));
        split.set(key, body);
      }
      return body;
    },
    close() {
      for (const { file } of opened.values()) file.elf.source.close();
      opened.clear();
      split.clear();
    },
  };
}
