import * as dw from "./dwarf-constants.ts";
import { DwarfFile } from "./dwarf-file.ts";
import type { DwarfCompanions, DwarfSections } from "./dwarf-sections.ts";
import { PackageIndex, type PackagePart } from "./package-index.ts";
import { Unit } from "./unit.ts";
import { headerAt } from "./unit-starts.ts";

/** Object files that stay open; a program built of thousands of them is asked for address by ascending address. */
const MAX_FILES = 8;

/** Finds the bodies of split units, in a `.dwo` each or in a package of all (`.dwp`). */
export class SplitUnits {
  readonly #companions: DwarfCompanions;
  readonly #files = new Map<DwarfSections, { file: DwarfFile; index: PackageIndex | undefined }>();

  constructor(companions: DwarfCompanions) {
    this.#companions = companions;
  }

  /** The body of the unit that `skeleton` stands for; undefined, with the problem noted, where it is not to be had. */
  bodyOf(skeleton: Unit): Unit | undefined {
    const { context } = skeleton.file;
    const name = skeleton.splitName;
    const sections = this.#companions.split({
      name,
      compilationFolder: skeleton.compilationFolder,
      id: skeleton.id,
    });
    if (sections.found === undefined) {
      context.note(`keeps debug information in ${name}, which can't be read: ${sections.missing}`);
      return undefined;
    }
    const { file, index } = this.#open(sections.found, skeleton);
    const body =
      index === undefined ? this.#bodyInObject(file, skeleton) : this.#bodyInPackage(file, index, skeleton);
    if (body === undefined) {
      context.note(`keeps debug information in ${name}, which is of another build (no unit ${skeleton.id})`);
    }
    return body;
  }

  #open(sections: DwarfSections, skeleton: Unit) {
    const known = this.#files.get(sections);
    if (known !== undefined) return known;
    const { context } = skeleton.file;
    const file = new DwarfFile(sections, context, {
      suffix: ".dwo",
      alternate: () => skeleton.file.alternate,
    });
    const found = sections.section(".debug_cu_index");
    const index = found.found === undefined ? undefined : new PackageIndex(file, found.found);
    const opened = { file, index };
    if (this.#files.size >= MAX_FILES) {
      for (const oldest of this.#files.keys()) {
        this.#files.delete(oldest);
        break;
      }
    }
    this.#files.set(sections, opened);
    return opened;
  }

  #bodyInPackage(file: DwarfFile, index: PackageIndex, skeleton: Unit): Unit | undefined {
    const parts = index.find(skeleton.id);
    if (parts === undefined) return undefined;
    const start = (section: number) =>
      parts.find((part: PackagePart) => part.section === section)?.offset ?? 0;
    const bases = {
      abbreviations: start(dw.DW_SECT_ABBREV),
      stringOffsets: start(dw.DW_SECT_STR_OFFSETS),
      rangeLists: skeleton.version >= 5 ? start(dw.DW_SECT_RNGLISTS) : 0,
    };
    return new Unit(file, headerAt(file, start(dw.DW_SECT_INFO)), { bases, skeleton });
  }

  /** An object file has one compile unit, or with link-time optimisation several. */
  #bodyInObject(file: DwarfFile, skeleton: Unit): Unit | undefined {
    const { starts } = file;
    for (let i = 0; i < starts.count; i++) {
      const header = headerAt(file, starts.at(i));
      if (header.type === dw.DW_UT_split_type || header.type === dw.DW_UT_type) continue;
      if (header.id !== "" && header.id !== skeleton.id) continue;
      const unit = new Unit(file, header, { skeleton });
      if (unit.id === skeleton.id) return unit;
    }
    return undefined;
  }
}
