import { decodeName } from "../symbol-text.ts";
import type { Cursor } from "./cursor.ts";
import { endsInside } from "./damage.ts";
import * as dw from "./dwarf-constants.ts";
import type { DwarfFile } from "./dwarf-file.ts";
import { directForm, fixedSize, readForm, skipForm } from "./forms.ts";
import type { LineHeader } from "./line-header.ts";

/** One folder or file of a line table of version 5; a folder's `folder` is 0. */
export interface FileEntry {
  path: string;
  folder: number;
}

/** The folders or the files of a line table of version 5 (section 6.2.4.1), read as far as they are asked for. */
export class FileEntries {
  readonly #file: DwarfFile;
  readonly #header: LineHeader;
  readonly #cursor: Cursor;
  /** Pairs of content type and form. */
  readonly #format: number[] = [];
  /** Bytes of each form; -1 where they differ. */
  readonly #formSizes: number[] = [];
  readonly #count: number;
  /** Bytes of an entry; -1 where they differ. */
  readonly #size: number;
  /** Where the entries passed so far begin, if they differ in size; the last is where the first not passed does. */
  readonly #starts: number[];

  /** Reads the description of the entries that `cursor` stands at. Throws `DwarfDamage`. */
  constructor(file: DwarfFile, header: LineHeader, cursor: Cursor) {
    this.#file = file;
    this.#header = header;
    this.#cursor = cursor;
    let size = 0;
    for (let pairs = cursor.u8(); pairs > 0; pairs--) {
      const content = cursor.uleb();
      const form = cursor.uleb();
      const bytes = fixedSize(form, header);
      this.#format.push(content, form);
      this.#formSizes.push(bytes);
      size = size < 0 || bytes < 0 ? -1 : size + bytes;
    }
    const count = cursor.uleb();
    // Entries without bytes could be claimed by the billion.
    this.#count = size === 0 ? 0 : count;
    this.#size = size;
    this.#starts = [cursor.position];
  }

  /** Where the entries end. */
  end(): number {
    return this.#start(this.#count);
  }

  entry(index: number): FileEntry | undefined {
    if (!(index < this.#count)) return undefined;
    const cursor = this.#cursor;
    cursor.position = this.#start(index);
    const entry: FileEntry = { path: "", folder: 0 };
    const format = this.#format;
    for (let i = 0; i < format.length; i += 2) {
      let form = format[i + 1];
      if (form === dw.DW_FORM_indirect) form = directForm(cursor);
      const value = readForm(cursor, form, 0, this.#header, 0);
      if (format[i] === dw.DW_LNCT_path) entry.path = this.#text(form, value);
      else if (format[i] === dw.DW_LNCT_directory_index) entry.folder = value;
    }
    return entry;
  }

  #start(index: number): number {
    const cursor = this.#cursor;
    const starts = this.#starts;
    if (this.#size >= 0) return starts[0] + index * this.#size;
    const { bytes, end } = cursor;
    const format = this.#format;
    let at = starts[starts.length - 1];
    while (starts.length <= index) {
      for (let i = 1; i < format.length; i += 2) {
        const bytesOfForm = this.#formSizes[i >> 1];
        if (bytesOfForm >= 0) at += bytesOfForm;
        else if (format[i] === dw.DW_FORM_udata) {
          // A kernel's table has a thousand files, each with its folder as one byte. Beyond the end ends the loop, too.
          while (bytes[at++] >= 0x80);
        } else {
          cursor.position = at;
          skipForm(cursor, format[i], 0, this.#header);
          at = cursor.position;
        }
      }
      if (at > end) endsInside();
      starts.push(at);
    }
    return starts[index];
  }

  #text(form: number, value: number): string {
    switch (form) {
      case dw.DW_FORM_string: {
        const { bytes, position } = this.#cursor;
        return decodeName(bytes.subarray(value, position - 1));
      }
      case dw.DW_FORM_line_strp:
        return this.#file.section(".debug_line_str").text(value);
      case dw.DW_FORM_strp:
        return this.#file.section(".debug_str").text(value);
      case dw.DW_FORM_strp_sup:
        return this.#file.alternate?.section(".debug_str").text(value) ?? "";
      default:
        return "";
    }
  }
}
