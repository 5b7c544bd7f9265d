import { frameKind } from "../../frame-kind.ts";
import { functionNameIndex, UNKNOWN_NAME, unsymbolizedName } from "../../frame-name.ts";
import type { Profile } from "../../profile.ts";
import { StringTable } from "../../string-table.ts";
import { Columns } from "./columns.ts";
import { LIBRARY_RESOURCE } from "./format.ts";

/** Categories of all frames, by kind. `color` is one of the Firefox Profiler's names. */
export const CATEGORIES = [
  { kind: "unknown", name: "Other", color: "grey" },
  { kind: "user", name: "User", color: "yellow" },
  { kind: "library", name: "Library", color: "blue" },
  { kind: "jit", name: "JIT", color: "green" },
  { kind: "kernel", name: "Kernel", color: "orange" },
] as const;

/** The tables of one thread: each thread of version 48 has its own, with only what its samples use. */
export class ThreadTables {
  readonly #profile: Profile;
  readonly #strings = new StringTable();
  readonly #frameTable = new Columns([
    "address",
    "inlineDepth",
    "category",
    "subcategory",
    "func",
    "nativeSymbol",
    "innerWindowID",
    "implementation",
    "line",
    "column",
  ]);
  readonly #stackTable = new Columns(["frame", "prefix", "category", "subcategory"]);
  readonly #funcTable = new Columns([
    "name",
    "isJS",
    "relevantForJS",
    "resource",
    "fileName",
    "lineNumber",
    "columnNumber",
  ]);
  readonly #resourceTable = new Columns(["lib", "name", "host", "type"]);
  /** Rows here by rows of the profile, or -1. */
  readonly #stackOf: Int32Array;
  /** First frame of each location, outermost; its inlined ones follow. */
  readonly #frameOf: Int32Array;
  readonly #funcOf = new Map<string, number>();
  readonly #resourceOf = new Map<number, number>();

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#stackOf = new Int32Array(profile.stacks.length).fill(-1);
    this.#frameOf = new Int32Array(profile.locations.length).fill(-1);
  }

  /** The row of `stackTable` for a row of the profile's stacks; null for -1. */
  stack(row: number): number | null {
    const { parent } = this.#profile.stacks;
    const missing: number[] = [];
    let up = row;
    for (; up >= 0 && this.#stackOf[up] < 0; up = parent[up]) missing.push(up);
    for (let below = missing.pop(); below !== undefined; below = missing.pop()) this.#addStack(below);
    return row < 0 ? null : this.#stackOf[row];
  }

  toJSON(): object {
    return {
      stackTable: this.#stackTable,
      frameTable: this.#frameTable,
      funcTable: this.#funcTable,
      resourceTable: this.#resourceTable,
      nativeSymbols: { libIndex: [], address: [], name: [], functionSize: [], length: 0 },
      stringArray: this.#strings.strings,
    };
  }

  /** A row for the location and one for each call inlined in it, whose parent is there. */
  #addStack(row: number): void {
    const { parent, location } = this.#profile.stacks;
    const { lineStart } = this.#profile.locations;
    const place = location[row];
    const first = this.#frame(place);
    const count = Math.max(1, lineStart[place + 1] - lineStart[place]);
    const category = this.#category(place);
    let prefix = parent[row] < 0 ? null : this.#stackOf[parent[row]];
    for (let depth = 0; depth < count; depth++) {
      prefix = this.#stackTable.push({ frame: first + depth, prefix, category, subcategory: 0 });
    }
    this.#stackOf[row] = prefix ?? -1;
  }

  #frame(location: number): number {
    if (this.#frameOf[location] >= 0) return this.#frameOf[location];
    const { locations, lines } = this.#profile;
    const first = this.#frameTable.length;
    const start = locations.lineStart[location];
    const end = locations.lineStart[location + 1];
    const common = {
      address: this.#address(location),
      category: this.#category(location),
      subcategory: 0,
      nativeSymbol: null,
      innerWindowID: 0,
      implementation: null,
    };
    if (start === end) {
      const func = this.#func(unsymbolizedName(this.#profile, location), 0, 0, location);
      this.#frameTable.push({ ...common, inlineDepth: 0, func, line: null, column: null });
    }
    // Lines are innermost first.
    for (let at = end - 1; at >= start; at--) {
      const { functions, strings } = this.#profile;
      const called = lines.function[at];
      const name = functionNameIndex(this.#profile, called);
      this.#frameTable.push({
        ...common,
        inlineDepth: end - 1 - at,
        func: this.#func(
          name < 0 ? UNKNOWN_NAME : strings[name],
          functions.file[called],
          functions.startLine[called],
          location,
        ),
        line: lines.line[at] || null,
        column: lines.column[at] || null,
      });
    }
    this.#frameOf[location] = first;
    return first;
  }

  #func(name: string, file: number, startLine: number, location: number): number {
    const mapping = this.#profile.locations.mapping[location];
    const key = `${mapping} ${file} ${startLine} ${name}`;
    let func = this.#funcOf.get(key);
    if (func === undefined) {
      func = this.#funcTable.push({
        name: this.#strings.intern(name),
        isJS: false,
        relevantForJS: false,
        resource: mapping < 0 ? -1 : this.#resource(mapping),
        fileName: file === 0 ? null : this.#strings.intern(this.#profile.strings[file]),
        lineNumber: startLine || null,
        columnNumber: null,
      });
      this.#funcOf.set(key, func);
    }
    return func;
  }

  /** Row i of `libs` is mapping i. */
  #resource(mapping: number): number {
    let resource = this.#resourceOf.get(mapping);
    if (resource === undefined) {
      const name = this.#strings.intern(this.#profile.strings[this.#profile.mappings.file[mapping]]);
      resource = this.#resourceTable.push({ lib: mapping, name, host: null, type: LIBRARY_RESOURCE });
      this.#resourceOf.set(mapping, resource);
    }
    return resource;
  }

  /** Relative to the library: kernel addresses count from where their mapping begins. */
  #address(location: number): number {
    const { locations, mappings } = this.#profile;
    const mapping = locations.mapping[location];
    if (mapping < 0) return -1;
    const address = locations.address[location];
    const relative = address < 0 ? address - mappings.start[mapping] : address;
    return relative > 0 || (relative === 0 && address !== 0) ? relative : -1;
  }

  #category(location: number): number {
    const { locations, mappings, strings } = this.#profile;
    const mapping = locations.mapping[location];
    const kind = frameKind(mapping < 0 ? "" : strings[mappings.file[mapping]]);
    return CATEGORIES.findIndex((category) => category.kind === kind);
  }
}
