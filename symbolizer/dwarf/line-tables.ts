import type { DwarfFile } from "./dwarf-file.ts";
import { type FileNames, fileNames } from "./file-names.ts";
import { readLineHeader } from "./line-header.ts";
import { LineRows, runLineProgram } from "./line-program.ts";
import { NO_SCOPE, type Scopes } from "./scopes.ts";
import type { Unit } from "./unit.ts";

/** Where in the source each wanted address is: columns; "" and 0 where that is unknown. */
export interface SourcePlaces {
  file: string[];
  line: Int32Array;
  column: Int32Array;
  /** Where the row of each address begins and ends; infinite where it has none. */
  start: Float64Array;
  end: Float64Array;
}

interface LineTable {
  offset: number;
  addressSize: number;
  compilationFolder: string;
  /** Indices of the wanted addresses. */
  wanted: Int32Array[];
}

/** The line tables of the units that hold wanted addresses; each is run once, for all units that share it. */
export class LineTables {
  readonly #file: DwarfFile;
  readonly #tables: LineTable[] = [];
  readonly #numbers = new Map<number, number>();

  constructor(file: DwarfFile) {
    this.#file = file;
  }

  /** Has addresses, by their indices, looked up in the table of `unit`. Gives the table's number; -1: none. */
  add(unit: Unit, indices: Int32Array): number {
    const offset = unit.statementList;
    if (offset < 0) return -1;
    let number = this.#numbers.get(offset);
    if (number === undefined) {
      number = this.#tables.length;
      this.#numbers.set(offset, number);
      const { addressSize, compilationFolder } = unit;
      this.#tables.push({ offset, addressSize, compilationFolder, wanted: [] });
    }
    this.#tables[number].wanted.push(indices);
    return number;
  }

  /** Runs all tables: finds the places of the wanted addresses and spells the files of their scopes' calls. */
  run(addresses: Float64Array, scopeOf: Int32Array, scopes: Scopes): SourcePlaces {
    const rows = new LineRows(addresses.length);
    const places: SourcePlaces = {
      file: new Array<string>(addresses.length).fill(""),
      line: rows.line,
      column: rows.column,
      start: rows.start,
      end: rows.end,
    };
    this.#tables.forEach((table, number) => {
      const indices = united(table.wanted);
      const attempt = (work: () => void) =>
        this.#file.context.attempt("the line table", undefined, work, table.offset);
      attempt(() => {
        const header = readLineHeader(this.#file, table.offset, table.addressSize);
        const wanted = new Float64Array(indices.length);
        for (let i = 0; i < indices.length; i++) wanted[i] = addresses[indices[i]];
        const definedFiles: number[] = [];
        attempt(() => runLineProgram(this.#file, header, wanted, indices, rows, definedFiles));
        const names = fileNames(this.#file, header, table.compilationFolder, definedFiles);
        for (let i = 0; i < indices.length; i++) {
          const index = indices[i];
          // In the list of vague units (see unit-search.ts) an address may be looked up in several tables.
          if (rows.file[index] >= 0 && places.file[index] === "")
            places.file[index] = names.name(rows.file[index]);
          spellCalls(scopeOf[index], number, scopes, names);
        }
      });
    });
    return places;
  }
}

/** Spells the files that the calls around a scope stand in. */
function spellCalls(innermost: number, table: number, scopes: Scopes, names: FileNames): void {
  for (let row = innermost; row !== NO_SCOPE && scopes.inlined[row] === 1; row = scopes.caller(row)) {
    if (scopes.lineTable[row] !== table) return;
    scopes.lineTable[row] = -1;
    scopes.callFileName[row] = names.name(scopes.callFile[row]);
  }
}

/** All indices, ascending. */
function united(parts: Int32Array[]): Int32Array {
  if (parts.length === 1) return parts[0];
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}
