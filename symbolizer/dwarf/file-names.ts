import { decodeName } from "../symbol-text.ts";
import { Cursor } from "./cursor.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { FileEntries } from "./file-entries.ts";
import type { LineHeader } from "./line-header.ts";

/** The source files of one line table, by the numbers that its program and the unit's entries use. */
export interface FileNames {
  /** The path, "" where there is none. Throws `DwarfDamage`. */
  name(index: number): string;
}

/**
 * Paths are as eu-addr2line prints them: the file's own when absolute, else behind its folder, and what is relative
 * then, behind the unit's folder of compilation. `definedFiles`: places of DW_LNE_define_file's operands. Throws
 * `DwarfDamage`.
 */
export function fileNames(
  file: DwarfFile,
  header: LineHeader,
  compilationFolder: string,
  definedFiles: readonly number[],
): FileNames {
  return header.version >= 5
    ? new NewFileNames(file, header, compilationFolder)
    : new OldFileNames(file, header, compilationFolder, definedFiles);
}

function joined(compilationFolder: string, folder: string, name: string): string {
  let path = name;
  if (!path.startsWith("/") && folder !== "") path = `${folder}/${path}`;
  if (!path.startsWith("/") && compilationFolder !== "") path = `${compilationFolder}/${path}`;
  return path;
}

/** Version 5: folders and files count from 0, and folder 0 is told in the table. */
class NewFileNames implements FileNames {
  readonly #compilationFolder: string;
  readonly #folders: FileEntries;
  readonly #files: FileEntries;
  readonly #names = new Map<number, string>();

  constructor(file: DwarfFile, header: LineHeader, compilationFolder: string) {
    this.#compilationFolder = compilationFolder;
    const cursor = new Cursor(header.bytes, file.littleEndian, header.files);
    this.#folders = new FileEntries(file, header, cursor);
    cursor.position = this.#folders.end();
    this.#files = new FileEntries(file, header, cursor);
  }

  name(index: number): string {
    const known = this.#names.get(index);
    if (known !== undefined) return known;
    const file = this.#files.entry(index);
    const folder = file === undefined ? undefined : this.#folders.entry(file.folder);
    const name =
      file === undefined || file.path === ""
        ? ""
        : joined(this.#compilationFolder, folder?.path ?? "", file.path);
    this.#names.set(index, name);
    return name;
  }
}

/** Versions 2 to 4: folders and files count from 1; folder 0 is that of compilation. */
class OldFileNames implements FileNames {
  readonly #compilationFolder: string;
  readonly #cursor: Cursor;
  readonly #definedFiles: readonly number[];
  /** Where the folders begin. */
  readonly #folders: number[] = [];
  /** Where the files begin that were passed so far. */
  readonly #files: number[] = [];
  /** Where the first file begins that was not passed yet. */
  #rest: number;
  readonly #names = new Map<number, string>();

  constructor(
    file: DwarfFile,
    header: LineHeader,
    compilationFolder: string,
    definedFiles: readonly number[],
  ) {
    this.#compilationFolder = compilationFolder;
    this.#definedFiles = definedFiles;
    const cursor = new Cursor(header.bytes, file.littleEndian, header.files);
    while (cursor.position < cursor.end && cursor.bytes[cursor.position] !== 0) {
      this.#folders.push(cursor.position);
      cursor.skipString();
    }
    cursor.u8();
    this.#cursor = cursor;
    this.#rest = cursor.position;
  }

  name(index: number): string {
    const known = this.#names.get(index);
    if (known !== undefined) return known;
    const name = this.#read(index);
    this.#names.set(index, name);
    return name;
  }

  #read(index: number): string {
    const start = this.#start(index - 1);
    if (start === undefined) return "";
    const cursor = this.#cursor;
    const name = this.#textAt(start);
    const folder = cursor.uleb();
    if (folder === 0) return joined(this.#compilationFolder, this.#compilationFolder, name);
    const folderStart = this.#folders[folder - 1];
    return joined(this.#compilationFolder, folderStart === undefined ? "" : this.#textAt(folderStart), name);
  }

  #start(index: number): number | undefined {
    const cursor = this.#cursor;
    const files = this.#files;
    while (files.length <= index) {
      cursor.position = this.#rest;
      if (cursor.position >= cursor.end || cursor.bytes[cursor.position] === 0) {
        return this.#definedFiles[index - files.length];
      }
      files.push(cursor.position);
      cursor.skipString();
      cursor.skipLeb();
      cursor.skipLeb();
      cursor.skipLeb();
      this.#rest = cursor.position;
    }
    return files[index];
  }

  /** The string at a place; the cursor then stands behind it. */
  #textAt(start: number): string {
    const cursor = this.#cursor;
    cursor.position = start;
    cursor.skipString();
    return decodeName(cursor.bytes.subarray(start, cursor.position - 1));
  }
}
