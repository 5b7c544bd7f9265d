import { GrowableInt32 } from "../profile/growable.ts";
import type { FunctionTable, LineTable, Profile } from "../profile/profile.ts";
import type { AppendableStrings } from "./appendable-strings.ts";
import { type FrameNames, frameNames } from "./frame-names.ts";
import type { ResolvedFrames } from "./resolver.ts";

/**
 * Functions and lines anew: what the profile had stays, functions at their rows; frames of newly named locations are
 * added in any order of locations.
 */
export class LineBuilder {
  readonly #profile: Profile;
  readonly #strings: AppendableStrings;
  readonly #demangle: (name: string) => string;
  readonly #functionRows = new Map<string, number>();
  readonly #name = new GrowableInt32();
  readonly #linkageName = new GrowableInt32();
  readonly #file = new GrowableInt32();
  readonly #startLine = new GrowableInt32();
  /** New lines in the order of naming, and of each location where its own begin and how many they are. */
  readonly #function = new GrowableInt32();
  readonly #line = new GrowableInt32();
  readonly #column = new GrowableInt32();
  readonly #first: Int32Array;
  readonly #count: Int32Array;

  constructor(profile: Profile, strings: AppendableStrings, demangle: (name: string) => string) {
    this.#profile = profile;
    this.#strings = strings;
    this.#demangle = demangle;
    this.#first = new Int32Array(profile.locations.length);
    this.#count = new Int32Array(profile.locations.length);
    const { functions } = profile;
    for (let row = 0; row < functions.length; row++) {
      this.#name.push(functions.name[row]);
      this.#linkageName.push(functions.linkageName[row]);
      this.#file.push(functions.file[row]);
      this.#startLine.push(functions.startLine[row]);
      const key = `${functions.linkageName[row]} ${functions.name[row]} ${functions.file[row]} ${functions.startLine[row]}`;
      if (!this.#functionRows.has(key)) this.#functionRows.set(key, row);
    }
  }

  /**
   * Gives a location the frames of address `index`. `linkage`: the names are the linker's, to be demangled; otherwise
   * they are a run-time compiler's own and stand as they are.
   */
  add(location: number, frames: ResolvedFrames, index: number, linkage: boolean): void {
    this.#first[location] = this.#function.length;
    for (let row = frames.frameStart[index]; row < frames.frameStart[index + 1]; row++) {
      const names = linkage
        ? frameNames(frames, row, this.#demangle)
        : { name: frames.name[row], linkageName: "" };
      this.#function.push(this.#functionRow(names, frames.file?.[row] ?? "", frames.startLine?.[row] ?? 0));
      this.#line.push(frames.line?.[row] ?? 0);
      this.#column.push(frames.column?.[row] ?? 0);
      this.#count[location]++;
    }
  }

  #functionRow(names: FrameNames, file: string, startLine: number): number {
    const linkageName = this.#strings.intern(names.linkageName);
    const name = this.#strings.intern(names.name);
    const fileIndex = this.#strings.intern(file);
    const key = `${linkageName} ${name} ${fileIndex} ${startLine}`;
    const known = this.#functionRows.get(key);
    if (known !== undefined) return known;
    const row = this.#name.push(name);
    this.#linkageName.push(linkageName);
    this.#file.push(fileIndex);
    this.#startLine.push(startLine);
    this.#functionRows.set(key, row);
    return row;
  }

  finish(): { functions: FunctionTable; lines: LineTable; lineStart: Int32Array } {
    const { locations, lines } = this.#profile;
    const functionColumn = new GrowableInt32();
    const line = new GrowableInt32();
    const column = new GrowableInt32();
    const lineStart = new Int32Array(locations.length + 1);
    for (let location = 0; location < locations.length; location++) {
      for (let row = locations.lineStart[location]; row < locations.lineStart[location + 1]; row++) {
        functionColumn.push(lines.function[row]);
        line.push(lines.line[row]);
        column.push(lines.column[row]);
      }
      const first = this.#first[location];
      for (let row = first; row < first + this.#count[location]; row++) {
        functionColumn.push(this.#function.get(row));
        line.push(this.#line.get(row));
        column.push(this.#column.get(row));
      }
      lineStart[location + 1] = functionColumn.length;
    }
    return {
      functions: {
        length: this.#name.length,
        name: this.#name.finish(),
        linkageName: this.#linkageName.finish(),
        file: this.#file.finish(),
        startLine: this.#startLine.finish(),
      },
      lines: {
        length: functionColumn.length,
        function: functionColumn.finish(),
        line: line.finish(),
        column: column.finish(),
      },
      lineStart,
    };
  }
}
