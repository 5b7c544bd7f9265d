import { memorySource } from "../../../../symbolizer/byte-source.ts";
import type { DwarfSections } from "../../../../symbolizer/dwarf/dwarf-sections.ts";
import { found, missing } from "../../../../symbolizer/found.ts";

/** Debug sections of a file, by name; or all of an ELF file under this one. */
export type Sections = Record<string, Uint8Array>;
export const WHOLE_FILE = "whole file";

/** What is resolved: the sections of a file and of the other file that its DWARF refers to, and addresses. */
export interface FuzzInput {
  /** Of the seed that it comes from. */
  name: string;
  is64: boolean;
  littleEndian: boolean;
  /** The program's file, then the other one's (a `.dwo`, a package, dwz's common file); empty when there is none. */
  files: [Sections, Sections];
  addresses: Float64Array;
}

export function sectionsOf(input: FuzzInput, file: 0 | 1): DwarfSections {
  const { is64, littleEndian } = input;
  return {
    is64,
    littleEndian,
    relocatable: false,
    section(name) {
      const bytes = input.files[file][name];
      return bytes === undefined ? missing("is not there", true) : found(memorySource(bytes));
    },
  };
}

export function toJson({ name, is64, littleEndian, files, addresses }: FuzzInput): string {
  const text = (sections: Sections) =>
    Object.fromEntries(
      Object.entries(sections).map(([section, bytes]) => [section, Buffer.from(bytes).toString("base64")]),
    );
  return JSON.stringify(
    { name, is64, littleEndian, files: files.map(text), addresses: [...addresses] },
    null,
    1,
  );
}

export function fromJson(json: string): FuzzInput {
  const read = JSON.parse(json) as Omit<FuzzInput, "files" | "addresses"> & {
    files: [Record<string, string>, Record<string, string>];
    addresses: number[];
  };
  const bytes = (sections: Record<string, string>): Sections =>
    Object.fromEntries(
      Object.entries(sections).map(([section, text]) => [
        section,
        new Uint8Array(Buffer.from(text, "base64")),
      ]),
    );
  return {
    ...read,
    files: [bytes(read.files[0]), bytes(read.files[1])],
    addresses: Float64Array.from(read.addresses),
  };
}
