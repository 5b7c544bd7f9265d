import { type FrameKind, frameKind } from "./frame-kind.ts";
import { functionNameIndex, UNKNOWN_NAME, unsymbolizedName } from "./frame-name.ts";
import { GrowableInt32 } from "./growable.ts";
import type { Profile } from "./profile.ts";
import { StackBuilder } from "./stack-builder.ts";

/** The kinds a frame of a call tree can have; `FrameTable.kind` indexes this list. */
export const FRAME_KINDS = [
  "root",
  "process",
  "thread",
  "kernel",
  "user",
  "library",
  "jit",
  "unknown",
] as const;
export type TreeFrameKind = (typeof FRAME_KINDS)[number];

const KIND_CODE = new Map<TreeFrameKind, number>(FRAME_KINDS.map((kind, code) => [kind, code]));

/** The value of `FrameTable.kind` for `kind`. */
export function kindCode(kind: TreeFrameKind | FrameKind): number {
  return KIND_CODE.get(kind) ?? FRAME_KINDS.length - 1;
}

/** Whether a function is called or was put into its caller by the compiler. Bits, so that places are joined by `|`. */
export const Inlining = {
  /** Seen as what it was compiled to itself. */
  called: 1,
  /** Seen inlined into its caller. */
  inlined: 2,
} as const;

/**
 * Distinct frames: one row a (name, module). What else differs between the places that share a row (file, line,
 * linkage name) is that of the first place that has a file. A function that is inlined here and called there is one
 * frame, as it is one function to who reads a graph; pprof and speedscope count it so too.
 */
export interface FrameTable {
  length: number;
  strings: readonly string[];
  /** String index of the name for people; never empty text. */
  name: Int32Array;
  /** String index of the mangled name; 0 when there is none. */
  linkageName: Int32Array;
  /** String index of the mapping's file; 0 when unknown and for groups. */
  module: Int32Array;
  /** Index into `FRAME_KINDS`. */
  kind: Uint8Array;
  /** String index of the source file; 0 when unknown. */
  file: Int32Array;
  /** Line where the function starts, else a line seen in it, else 0. */
  line: Int32Array;
}

/**
 * The frames of a profile and which of them each location stands for:
 * rows `start[i] … start[i + 1] - 1` of `frame`, outermost (caller) first. Every location has at least one.
 */
export interface ProfileFrames {
  table: FrameTable;
  start: Int32Array;
  frame: Int32Array;
  /** A bit of `Inlining` for each entry of `frame`. */
  inlining: Uint8Array;
  /** Row of `profile.lines` for each entry of `frame`; -1 where the location has no lines. */
  line: Int32Array;
}

export function frameName(table: FrameTable, frame: number): string {
  return table.strings[table.name[frame]];
}

export function frameModule(table: FrameTable, frame: number): string {
  return table.strings[table.module[frame]];
}

export function frameKindOf(table: FrameTable, frame: number): TreeFrameKind {
  return FRAME_KINDS[table.kind[frame]];
}

/** Whether a frame is the root, a process or a thread and not a function. */
export function isGroup(table: FrameTable, frame: number): boolean {
  const kind = frameKindOf(table, frame);
  return kind === "root" || kind === "process" || kind === "thread";
}

/** All frames of `profile`, in order of their first location. */
export function buildFrames(profile: Profile): ProfileFrames {
  const { locations, lines, functions, mappings } = profile;
  const names = new NameTable(profile.strings);
  // Pairs (name, module) are what StackBuilder interns; a frame is such a pair.
  const identity = new StackBuilder();
  const linkageName = new GrowableInt32();
  const file = new GrowableInt32();
  const line = new GrowableInt32();
  const start = new Int32Array(locations.length + 1);
  const frame = new Int32Array(lines.length + locations.length);
  const inlining = new Uint8Array(frame.length).fill(Inlining.called);
  const lineOf = new Int32Array(frame.length).fill(-1);
  let used = 0;
  for (let location = 0; location < locations.length; location++) {
    start[location] = used;
    const mapping = locations.mapping[location];
    const module = mapping < 0 ? 0 : mappings.file[mapping];
    const first = locations.lineStart[location];
    const end = locations.lineStart[location + 1];
    if (first === end) {
      const row = identity.child(names.intern(unsymbolizedName(profile, location)), module);
      if (row === linkageName.length) {
        linkageName.push(0);
        file.push(0);
        line.push(0);
      }
      frame[used++] = row;
    }
    // lines are innermost first, so the last is the function that the compiler laid out at this address.
    for (let at = end - 1; at >= first; at--) {
      const callee = lines.function[at];
      const known = functionNameIndex(profile, callee);
      const name = known < 0 ? names.intern(UNKNOWN_NAME) : known;
      const row = identity.child(name, module);
      if (row === linkageName.length) {
        linkageName.push(functions.linkageName[callee]);
        file.push(functions.file[callee]);
        line.push(functions.startLine[callee] || lines.line[at]);
      } else if (file.get(row) === 0 && functions.file[callee] !== 0) {
        file.set(row, functions.file[callee]);
        line.set(row, functions.startLine[callee] || lines.line[at]);
      }
      if (at < end - 1) inlining[used] = Inlining.inlined;
      lineOf[used] = at;
      frame[used++] = row;
    }
  }
  start[locations.length] = used;

  const pairs = identity.finish();
  const table: FrameTable = {
    length: pairs.length,
    strings: names.strings,
    name: pairs.parent,
    linkageName: linkageName.finish(),
    module: pairs.location,
    kind: new Uint8Array(pairs.length),
    file: file.finish(),
    line: line.finish(),
  };
  const kinds = new Map<number, number>();
  for (let row = 0; row < table.length; row++) {
    const module = table.module[row];
    let kind = kinds.get(module);
    if (kind === undefined) {
      kind = kindCode(frameKind(table.strings[module]));
      kinds.set(module, kind);
    }
    table.kind[row] = kind;
  }
  return {
    table,
    start,
    frame: frame.slice(0, used),
    inlining: inlining.slice(0, used),
    line: lineOf.slice(0, used),
  };
}

/** The profile's strings and the names made here; indexed only when a name is made, as most profiles are symbolized. */
class NameTable {
  readonly strings: string[];
  #index: Map<string, number> | undefined;

  constructor(strings: readonly string[]) {
    this.strings = strings.slice();
  }

  intern(name: string): number {
    this.#index ??= new Map(this.strings.map((text, index) => [text, index]));
    let index = this.#index.get(name);
    if (index === undefined) {
      index = this.strings.push(name) - 1;
      this.#index.set(name, index);
    }
    return index;
  }
}
